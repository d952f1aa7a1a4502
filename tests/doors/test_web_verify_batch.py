"""``/auth/verify/batch``: up to a hundred sessions, each with a verdict of its own."""

import json
import threading
from typing import Any

import pytest

from authcore.domain.model.tokens import TokenSet
from authcore_web.request.session_batch import MAX_BODY_BYTES, MAX_SESSIONS
from authcore_web.routes.verify import MAX_AT_ONCE
from doors.live_web_world import EXPIRED, LiveWebWorld
from doors.test_web_verify import FORM, JSON, KEY, members_of, verify
from unit.asgi_calls import Answer


BATCH = "/auth/verify/batch"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def batch(world: LiveWebWorld, sessions: Any, *headers: tuple[str, str]) -> Answer:
    body = sessions if isinstance(sessions, bytes) else json.dumps({"sessions": sessions}).encode()
    return world.visit(BATCH, method="POST", headers=[KEY, *(headers or (JSON,))], body=body)


def test_verdicts_come_in_order_and_are_those_of_single_calls(world: LiveWebWorld) -> None:
    good = members_of(world.tokens())
    sessions: list[dict[str, Any]] = [
        good,
        {},
        {**good, "id_token": good["access_token"]},
        {**good, "access_token": "a" * 9000},
        {**good, "refresh_token": None},
    ]

    answer = batch(world, sessions)

    assert answer.status == 200
    singly = [verify(world, session).json for session in sessions]
    assert answer.json == {"verdicts": singly}
    assert [each["verified"] for each in singly] == [True, False, False, False, True]


def test_an_outage_for_one_of_them_leaves_the_others_their_verdicts(world: LiveWebWorld) -> None:
    # RF-02
    old = members_of(world.tokens())
    world.clock.advance(EXPIRED)
    good = members_of(world.tokens())
    world.provider.available = False

    answer = batch(world, [good, old, {}, good])

    assert [each["verified"] for each in answer.json["verdicts"]] == [True, None, False, True]
    assert answer.json["verdicts"][1] == {"verified": None, "reason": "provider_unavailable"}
    outages = [event for event in world.audit.events if event.action == "verify"]
    assert [(event.outcome, event.caller) for event in outages] == [
        ("unavailable", "cms"),
        ("rejected", "cms"),
    ]


def test_a_hundred_expired_sessions_are_refreshed_a_few_at_a_time(world: LiveWebWorld) -> None:
    # DL-04
    sessions = [members_of(world.tokens(sub=f"user-{n}")) for n in range(MAX_SESSIONS)]
    world.clock.advance(EXPIRED)
    seen: list[int] = []
    refresh, lock = world.provider.refresh, threading.Lock()

    def watched(tokens: TokenSet, *, username: str | None) -> TokenSet:
        with lock:
            seen.append(world.container.threads().busy)
        return refresh(tokens, username=username)

    world.provider.refresh = watched  # type: ignore[method-assign]
    answer = batch(world, sessions)

    verdicts = answer.json["verdicts"]
    assert len(verdicts) == len(seen) == MAX_SESSIONS
    assert all(each["verified"] and "tokens" in each for each in verdicts)
    assert max(seen) <= MAX_AT_ONCE


def test_one_session_that_comes_twice_is_refreshed_once(world: LiveWebWorld) -> None:
    # RF-03
    old = members_of(world.tokens())
    world.clock.advance(EXPIRED)

    first, second = batch(world, [old, old]).json["verdicts"]

    assert first == second
    assert first["verified"] is True
    assert len(world.provider.sent) == 1


def test_no_sessions_have_no_verdicts(world: LiveWebWorld) -> None:
    assert batch(world, []).json == {"verdicts": []}


MALFORMED: list[bytes] = [
    b"",
    b"[]",
    b"{}",
    b'{"sessions": null}',
    b'{"sessions": {}}',
    b'{"sessions": [1]}',
    b'{"sessions": [null]}',
    b'{"sessions": [[]]}',
    b'{"sessions": [{"id_token": 1}]}',
    b'{"sessions": [{"token": "a"}]}',
    b'{"sessions": [{"id_token": "a", "id_token": "a"}]}',
    b'{"sessions": [], "sessions": []}',
    b'{"sessions": [], "more": []}',
    b'{"sessions": [' + b"[" * 100_000,
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body)[:40])
def test_a_batch_that_is_none_is_refused_as_a_whole(world: LiveWebWorld, body: bytes) -> None:
    # VA-05, VA-07
    answer = batch(world, body)

    assert (answer.status, answer.json["reason"]) == (400, "body_malformed")


def test_more_than_is_looked_at_is_refused(world: LiveWebWorld) -> None:
    # DL-02, DL-03
    exact = b'{"sessions": []' + b" " * (MAX_BODY_BYTES - 16) + b"}"

    assert len(exact) == MAX_BODY_BYTES
    assert batch(world, exact).status == 200
    assert batch(world, exact + b" ").status == 413
    assert batch(world, [{}] * MAX_SESSIONS).status == 200
    beyond = batch(world, [{}] * (MAX_SESSIONS + 1))
    assert (beyond.status, beyond.json["reason"]) == (400, "batch_too_large")
    largest = dict.fromkeys(("id_token", "access_token", "refresh_token"), "a" * 8192)
    assert batch(world, [largest] * MAX_SESSIONS).status == 200


def test_a_batch_is_json_and_nothing_else(world: LiveWebWorld) -> None:
    # VA-07
    assert batch(world, b"sessions=", FORM).status == 415
    assert batch(world, b"{}", ("accept", "application/json")).status == 415


def test_a_batch_that_gets_no_thread_is_503(world: LiveWebWorld) -> None:
    # DL-04
    world.container.threads()._waiting = 0

    answer = batch(world, [{}])

    assert (answer.status, answer.header("retry-after")) == (503, "2")
