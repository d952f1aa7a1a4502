"""WebSockets and streams end with the sessions that they were opened with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from authcore.domain.model.tokens import TokenSet
from authcore.testing.fakes.system import FrozenClock, RecordedAsyncPause
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.open_connections import OUTAGE_KEPT_FOR, OpenConnections
from authcore_guard.request_guard import OPEN_CHECK
from unit.open_world import OpenWorld, Ticker, chat, events
from unit.session_world import ACCOUNT, HOUR


MINUTE: Final = 60


class At(RecordedAsyncPause):
    """Does *then* once *after* has passed, and moves the clock meanwhile."""

    def __init__(self, clock: FrozenClock, after: timedelta, then: Callable[[], object]) -> None:
        super().__init__(clock)
        self._at: datetime | None = clock.now() + after
        self._then = then
        self._now = clock.now

    async def wait(self, duration: timedelta) -> None:
        await super().wait(duration)
        if self._at is not None and self._now() >= self._at:
            self._at = None
            self._then()


@pytest.fixture
def world() -> OpenWorld:
    return OpenWorld()


@pytest.fixture
def tokens(world: OpenWorld) -> TokenSet:
    return world.sign_in(sub="sub-jane")


def after(world: OpenWorld, minutes: float, then: Callable[[], object]) -> None:
    world.pause = At(world.clock, timedelta(minutes=minutes), then)  # type: ignore[assignment]


def revoke(world: OpenWorld) -> Callable[[], object]:
    return lambda: world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)


def test_the_default_is_a_minute() -> None:
    assert timedelta(minutes=1) == OPEN_CHECK


def test_a_websocket_of_a_session_that_is_revoked_is_closed_within_a_minute(
    world: OpenWorld, tokens: TokenSet
) -> None:
    # RF-08
    after(world, 10, revoke(world))
    world.connect(world.asgi(chat), world.header(tokens))

    assert world.closes == [(4401, 10 * MINUTE)]
    assert world.counter.counts["guard.open", "rejected", "session_revoked"] == 1
    assert world.counter.counts["guard", "accepted", "ok"] == 1


def test_a_websocket_ends_with_its_tokens_at_the_latest(world: OpenWorld, tokens: TokenSet) -> None:
    """The client connects again, with the cookies that the browser has by then."""
    world.connect(world.asgi(chat), world.header(tokens))

    [(code, at)] = world.closes
    assert code == 4401
    assert HOUR.total_seconds() <= at <= HOUR.total_seconds() + 2 * MINUTE
    assert world.provider.sent == []


def test_a_clock_that_is_set_back_postpones_no_judgement(
    world: OpenWorld, tokens: TokenSet
) -> None:
    # RF-08: the session would stay open for an hour after its end
    def end_and_set_back() -> None:
        revoke(world)()
        world.clock.advance(-timedelta(hours=1))

    after(world, 10.5, end_and_set_back)
    world.connect(world.asgi(chat), world.header(tokens))

    assert world.closes == [(4401, -49 * MINUTE)]


@pytest.mark.parametrize("every", [5, 600])
def test_it_is_judged_as_often_as_the_setting_says(
    world: OpenWorld, tokens: TokenSet, every: int
) -> None:
    after(world, 10, revoke(world))
    guard = world.asgi(chat, open_check=timedelta(seconds=every))
    world.connect(guard, world.header(tokens))

    assert world.closes == [(4401, 10 * MINUTE)]
    assert world.counter.counts.get(("guard.open", "accepted", "ok"), 0) == 600 // every - 1


def test_an_idle_stream_of_events_ends(world: OpenWorld, tokens: TokenSet) -> None:
    # RF-08
    after(world, 3, revoke(world))
    world.connect(world.asgi(events), world.header(tokens), "http")

    assert [(m["type"], m.get("more_body"), m["at"]) for m in world.sent] == [
        ("http.response.start", None, 0),
        ("http.response.body", False, 3 * MINUTE),
    ]


def test_a_long_response_ends_and_its_application_learns_it_as_of_a_client_that_left(
    world: OpenWorld, tokens: TokenSet
) -> None:
    after(world, 3, revoke(world))
    world.connect(world.asgi(Ticker(world)), world.header(tokens), "http")

    assert not world.sent[-1].get("more_body")
    assert world.sent[-1]["at"] == 3 * MINUTE
    assert len(world.raised) == 1


def test_a_response_that_begins_after_its_session_ended_is_a_refusal(
    world: OpenWorld, tokens: TokenSet
) -> None:
    async def long_poll(_scope: Any, _receive: Any, send: Any) -> None:
        world.clock.advance(OPEN_CHECK)
        revoke(world)()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"secret"})

    world.connect(world.asgi(long_poll), world.header(tokens), "http")

    assert [m.get("status") for m in world.sent] == [401, None]
    assert world.sent[1]["body"] == b'{"reason": "session_revoked"}'


def test_while_no_decision_is_possible_a_connection_stays_open_for_a_bounded_time(
    world: OpenWorld, tokens: TokenSet
) -> None:
    after(world, 10, lambda: setattr(world.revocations, "unavailable", True))
    world.connect(world.asgi(chat), world.header(tokens))

    [(code, at)] = world.closes
    assert code == 1013
    last_good = 9 * MINUTE
    assert at == last_good + OUTAGE_KEPT_FOR.total_seconds()


def test_an_outage_that_ends_in_time_closes_nothing(world: OpenWorld, tokens: TokenSet) -> None:
    def outage(minutes: int) -> None:
        world.revocations.unavailable = True
        after_it = world.clock.now() + timedelta(minutes=minutes)
        world.pause._at, world.pause._then = (  # type: ignore[attr-defined]
            after_it,
            lambda: setattr(world.revocations, "unavailable", False),
        )

    after(world, 10, lambda: outage(3))
    world.connect(world.asgi(chat), world.header(tokens))

    [(code, at)] = world.closes
    assert (code, at >= HOUR.total_seconds()) == (4401, True)


def test_a_session_of_the_old_login_ends_its_connection(world: OpenWorld) -> None:
    header = world.legacy.open(ACCOUNT)
    after(world, 5, lambda: world.legacy.close(header))
    world.connect(world.asgi(chat), header)

    assert world.closes == [(4401, 5 * MINUTE)]


def test_the_old_login_does_not_take_the_place_of_a_session_that_ended(
    world: OpenWorld, tokens: TokenSet
) -> None:
    header = f"{world.header(tokens)}; {world.legacy.open(ACCOUNT)}"
    after(world, 5, revoke(world))
    world.connect(world.asgi(chat), header)

    assert world.closes == [(4401, 5 * MINUTE)]


def test_a_stored_session_ends_its_connection_with_the_sign_out(
    world: OpenWorld, tokens: TokenSet
) -> None:
    # RF-06: no revocation list is needed.
    world.jar_waits = True
    world.guard = world.session_guard(revocations=None)
    header = world.header(tokens)
    guard = world.request_guard()
    allowed = guard.check(_request(header))
    assert guard.is_still_open(allowed.opened)  # type: ignore[union-attr,arg-type]
    world.jar.read = lambda cookie_header: None  # type: ignore[method-assign]  # noqa: ARG005
    assert not guard.is_still_open(allowed.opened)  # type: ignore[union-attr,arg-type]


def _request(header: str) -> Any:
    return GuardedRequest(
        method="GET", path="/", raw_path="/", query="", cookies=header, accept="", fetch_mode=""
    )


def test_another_user_in_the_same_stored_session_is_not_the_one_who_connected(
    world: OpenWorld, tokens: TokenSet
) -> None:
    world.jar_waits = True
    guard = world.request_guard()
    allowed = guard.check(_request(world.header(tokens)))
    other = world.sign_in(sub="sub-huck")
    world.jar.read = lambda cookie_header: other  # type: ignore[method-assign]  # noqa: ARG005

    assert not guard.is_still_open(allowed.opened)  # type: ignore[union-attr,arg-type]


def test_a_connection_beyond_the_limit_is_not_opened(world: OpenWorld, tokens: TokenSet) -> None:
    # DL-06
    guard = world.asgi(chat)
    guard._connections = OpenConnections(world.pause, max_open=0)  # type: ignore[arg-type]
    world.connect(guard, world.header(tokens))

    assert world.closes == [(1013, 0)]
    assert [m["type"] for m in world.sent] == ["websocket.close"]


def test_a_connection_that_closes_by_itself_is_judged_no_more(
    world: OpenWorld, tokens: TokenSet
) -> None:
    async def short(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})

    world.connect(world.asgi(short), world.header(tokens))

    assert world.closes == [(1000, 0)]
    assert ("guard.open", "accepted", "ok") not in world.counter.counts


def test_a_plain_response_is_not_watched(world: OpenWorld, tokens: TokenSet) -> None:
    async def page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    world.connect(world.asgi(page), world.header(tokens), "http")

    assert [m["type"] for m in world.sent] == ["http.response.start", "http.response.body"]
    assert world.pause.waited == []
