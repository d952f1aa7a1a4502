"""The ids of a request: kept where they are well-formed, passed on, and gone afterwards."""

import re
import threading

import pytest

from authcore.adapters.audit.stream import AuditStream
from authcore.adapters.correlation import (
    MAX_REQUEST_ID,
    complete,
    correlate,
    correlation_headers,
    current,
    name_attempt,
)
from authcore.domain.model.attempt_ids import attempt_id_of, is_attempt_id
from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.audit import InMemoryAuditLog


EVENT = AuditEvent("sign_in.complete", "accepted", "ok")
ATTEMPT = "0123456789abcdef0123"


@pytest.mark.parametrize(
    "presented",
    ["4bf92f3577b34da6a3ce929d0e0e4736", "JKJaXmPLvHcESHA=", "a", "x" * MAX_REQUEST_ID, "a/b:c~d"],
)
def test_a_well_formed_id_is_kept(presented: str) -> None:
    with correlate(presented) as correlation:
        assert correlation.request_id == presented


@pytest.mark.parametrize(
    "presented",
    [
        *(None, "", "two words", "x" * (MAX_REQUEST_ID + 1), "anna@example.com", "a\nb", "a\r\nb"),
        *("caf\u00e9", "a,b", '"', "<b>", "a\x00", "%0a", "\u0661"),
    ],
)
def test_any_other_id_is_replaced_by_one_that_stays(presented: str | None) -> None:
    with correlate(presented) as correlation:
        own = correlation.request_id
        assert re.fullmatch(r"[A-Za-z0-9_-]{20}", own)
        assert correlation.request_id == own

    with correlate(presented) as following:
        assert following.request_id != own


def test_outside_of_requests_there_are_no_ids_and_nothing_is_passed_on() -> None:
    with correlate("outer"):
        with correlate("inner"):
            assert correlation_headers() == {"x-request-id": "inner"}
        assert correlation_headers() == {"x-request-id": "outer"}

    name_attempt(ATTEMPT)
    assert current() is None
    assert correlation_headers() == {}
    assert complete(EVENT) == EVENT


def test_an_event_has_the_attempt_of_its_request_unless_it_names_another() -> None:
    kept = InMemoryAuditLog()
    heard: list[AuditEvent] = []
    stream = AuditStream(kept)
    stream.subscribe(heard.append)
    with correlate(None):
        stream.record(EVENT)
        name_attempt(ATTEMPT)
        name_attempt(None)
        stream.record(EVENT)
        stream.record(AuditEvent("sign_in.begin", "accepted", "ok", attempt="other"))

    assert [event.attempt for event in kept.events] == [None, ATTEMPT, "other"]
    assert heard == kept.events


def test_another_thread_has_ids_of_its_own() -> None:
    seen: list[object] = []
    with correlate("mine"):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_the_id_of_an_attempt_is_a_digest_of_fixed_form() -> None:
    assert is_attempt_id(attempt_id_of("secret"))
    assert attempt_id_of("secret") == attempt_id_of("secret") != attempt_id_of("other")
    assert not any(map(is_attempt_id, (None, "", "secret", "A" * 20, "a" * 21, "a" * 19)))
