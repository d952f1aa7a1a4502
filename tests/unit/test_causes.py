"""Causes that do not come from an answer: no keys, no time, a fault, an unreadable event."""

from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.domain.errors import (
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    UnavailableError,
)
from authcore.domain.model.linking import FailurePolicy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock
from authcore_lambda.account_linking import CONFIRMED, AccountLinkingTrigger
from authcore_lambda.deadlines.deadline import BoundedCaller
from support.gate import AMPLE
from unit.trigger_world import EXTERNAL, trigger_event


def _fail() -> bytes:
    raise KeySourceUnavailableError("the key source answered 404", detail="HTTP 404")


@pytest.mark.parametrize(
    ("fetch", "detail"), [(_fail, "HTTP 404"), (lambda: b"no key set", "answer key set")]
)
def test_why_there_are_no_keys_is_told(fetch: Any, detail: str) -> None:
    with pytest.raises(KeySourceUnavailableError) as raised:
        KeyCache(fetch, FrozenClock()).warm_up()

    assert raised.value.detail == detail


def test_a_call_without_time_is_told_from_one_without_an_answer() -> None:
    # LT-01
    caller = BoundedCaller("the store", CoordinationUnavailableError)

    with pytest.raises(CoordinationUnavailableError) as raised:
        caller.call(lambda: None, timedelta(0))

    assert raised.value.detail == "no time left"


def test_the_error_of_a_call_keeps_its_cause_across_threads() -> None:
    caller = BoundedCaller("the store", CoordinationUnavailableError)

    def fail() -> None:
        raise UnavailableError("canary", detail="ThrottlingException")

    with pytest.raises(UnavailableError) as raised:
        caller.call(fail, AMPLE)

    assert raised.value.detail == "ThrottlingException"


def _answer(linking: Any, event: Any) -> InMemoryAuditLog:
    audit = InMemoryAuditLog()
    trigger = AccountLinkingTrigger(
        linking=linking, audit=audit, budget=AMPLE, failures=FailurePolicy()
    )
    assert trigger(event, None) == event
    return audit


def test_a_fault_is_told_by_its_class_and_not_by_its_text() -> None:
    # LT-04, AL-08
    def fail(*_: object) -> Any:
        raise KeyError("canary")

    (event,) = _answer(fail, trigger_event(CONFIRMED, EXTERNAL)).events

    assert (event.outcome, event.reason, event.detail) == ("unavailable", "fault", "KeyError")


def test_an_event_that_cannot_be_read_is_told_by_what_it_lacks() -> None:
    # LT-03, LT-04
    attributes = {**EXTERNAL, "identities": "canary"}

    class Unused:
        def link(self, _: object) -> None: ...

    (event,) = _answer(lambda *_: Unused(), trigger_event(CONFIRMED, attributes)).events

    assert (event.outcome, event.reason) == ("unavailable", "event_unreadable")
    assert event.detail == "the identities are not JSON"
