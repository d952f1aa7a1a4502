"""A streamed WSGI or Django response ends with the session that it was opened with."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from authcore.domain.model.session_decision import OpenedSession, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore_guard import wsgi
from authcore_guard.open_connections import OUTAGE_KEPT_FOR
from authcore_guard.open_streams import guard_async_stream, guard_stream
from authcore_guard.request_guard import Allow, RequestGuard
from unit.open_world import OpenWorld
from unit.session_world import HOUR


STEP = timedelta(seconds=30)


@pytest.fixture
def world() -> OpenWorld:
    return OpenWorld()


@pytest.fixture
def tokens(world: OpenWorld) -> TokenSet:
    return world.sign_in(sub="sub-jane")


def revoke(world: OpenWorld) -> None:
    world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)


class Body:
    """Chunks, one every STEP; the session ends, or its store, with the third."""

    def __init__(self, world: OpenWorld, *, ends: str = "revoked") -> None:
        self.world = world
        self.ends = ends
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for number in range(200):
            if number == 3 and self.ends == "revoked":
                revoke(self.world)
            if number == 3 and self.ends == "outage":
                self.world.revocations.unavailable = True
            yield b"%d;" % number
            self.world.clock.advance(STEP)

    def close(self) -> None:
        self.closed = True


def stream(guard: RequestGuard, cookies: str, body: Any) -> Any:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_COOKIE": cookies,
        "SCRIPT_NAME": "",
    }

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return body

    return wsgi.Guard(app, guard)(environ, lambda *_: lambda _: None)


def test_a_stream_of_a_session_that_is_revoked_ends_at_its_next_chunk(
    world: OpenWorld, tokens: TokenSet
) -> None:
    # RF-08: judged each minute, which is every second chunk.
    body = Body(world)
    sent = stream(world.request_guard(), world.header(tokens), body)

    assert b"".join(sent) == b"0;1;2;3;"
    sent.close()
    assert body.closed


def test_an_outage_ends_it_after_a_bounded_time(world: OpenWorld, tokens: TokenSet) -> None:
    sent = stream(world.request_guard(), world.header(tokens), Body(world, ends="outage"))

    last_good = timedelta(minutes=1)
    assert len(list(sent)) == (last_good + OUTAGE_KEPT_FOR) // STEP


def test_a_session_without_a_revocation_ends_it_with_its_tokens(
    world: OpenWorld, tokens: TokenSet
) -> None:
    sent = stream(world.request_guard(), world.header(tokens), Body(world, ends="never"))
    assert HOUR // STEP <= len(list(sent)) <= HOUR // STEP + 4


def test_a_complete_body_is_the_applications_own(world: OpenWorld, tokens: TokenSet) -> None:
    body = [b"page"]
    assert stream(world.request_guard(), world.header(tokens), body) is body


def test_without_a_user_nothing_is_judged(world: OpenWorld) -> None:
    body = iter([b"page"])
    assert guard_stream(world.request_guard(), Allow(None), body) is body


def test_an_async_stream_too(world: OpenWorld, tokens: TokenSet) -> None:
    guard = world.request_guard()
    body = Body(world)

    async def chunks() -> AsyncIterator[bytes]:
        for chunk in body:
            yield chunk

    async def read() -> bytes:
        decision = world.decide(tokens)
        assert not isinstance(decision, SignInRequired)
        opened = OpenedSession(decision, "")
        return b"".join([chunk async for chunk in guard_async_stream(guard, opened, chunks())])

    assert asyncio.run(read()) == b"0;1;2;3;"
