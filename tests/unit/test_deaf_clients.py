"""A client that does not read what is sent to it keeps no connection, its own or another one."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from authcore_guard.open_connections import AT_ONCE, OpenConnection, OpenConnections
from authcore_guard.request_guard import OPEN_CHECK, Allow
from authcore_guard.watched_response import CLOSE_SIGN_IN_REQUIRED
from support.gate import AMPLE
from unit.asgi_calls import http_scope
from unit.open_world import OpenWorld
from unit.test_open_connections import _request, after, revoke


MANY = 2_000
TOKENS_END = 3_600
"""Seconds."""


@pytest.fixture
def world() -> OpenWorld:
    return OpenWorld()


def test_what_a_client_sends_after_its_session_ended_reaches_no_application(
    world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The close waits behind a message that the client does not read; its own still arrive."""
    monkeypatch.setattr("authcore_guard.watched_response.CLOSE_WITHIN", timedelta(0))
    after(world, 3, revoke(world))
    received: list[tuple[str, int, int]] = []
    cookies = world.header(world.sign_in(sub="sub-jane"))

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sending = asyncio.create_task(send({"type": "websocket.send", "text": "unread"}))
        kind = ""
        while kind != "websocket.disconnect":
            message = await receive()
            kind = message["type"]
            received.append((kind, message.get("code", 0), world.seconds()))
        sending.cancel()

    async def receive() -> Mapping[str, Any]:
        await asyncio.sleep(0 if len(received) < MANY else 0.01)  # for the thread of the check
        if not received and not world.sent:
            return {"type": "websocket.connect"}
        return {"type": "websocket.receive", "text": "command"}

    async def send(message: Mapping[str, Any]) -> None:
        world.sent.append(message)
        if message["type"] != "websocket.accept":
            await asyncio.Event().wait()

    scope = {**http_scope("/", "GET", (), cookies), "type": "websocket"}
    asyncio.run(asyncio.wait_for(world.asgi(app)(scope, receive, send), AMPLE.total_seconds()))  # type: ignore[arg-type]

    *end, seconds = received[-1]
    assert end == ["websocket.disconnect", CLOSE_SIGN_IN_REQUIRED]
    assert seconds < TOKENS_END, "the tokens ended, and not the session"


def test_clients_that_do_not_read_delay_the_end_of_no_other_connection(world: OpenWorld) -> None:
    guard = world.request_guard()
    allowed = guard.check(_request(world.header(world.sign_in(sub="sub-jane"))))
    assert isinstance(allowed, Allow)
    opened: Any = allowed.opened
    ended: list[str] = []

    async def run() -> None:
        others_ended = asyncio.Event()

        async def end_of_deaf(_is_outage: bool) -> None:
            await others_ended.wait()
            ended.append("deaf")

        async def end_of_other(_is_outage: bool) -> None:
            ended.append("other")
            others_ended.set()

        connections = OpenConnections(world.pause)  # type: ignore[arg-type]
        for end in (*[end_of_deaf] * AT_ONCE, end_of_other):
            connections.watch(
                OpenConnection(guard=guard, opened=opened, end=end, judged_at=world.now)
            )
        world.clock.advance(OPEN_CHECK)
        await asyncio.wait_for(others_ended.wait(), AMPLE.total_seconds())
        await asyncio.sleep(0)

    revoke(world)()
    asyncio.run(run())

    assert ended[0] == "other"
