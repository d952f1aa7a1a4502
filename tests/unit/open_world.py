"""A guarded ASGI application whose connections stay open, on a clock that the waits move."""

import asyncio
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from typing import Any

import attrs

from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.testing.fakes.cookies import InMemorySessionJar
from authcore.testing.fakes.system import RecordedAsyncPause
from authcore_guard.asgi import AsgiApp, Guard, Receive, Send
from authcore_guard.open_connections import OpenConnections
from authcore_guard.request_guard import RequestGuard
from support.gate import AMPLE
from unit.asgi_calls import http_scope
from unit.session_world import SessionWorld


class OpenWorld(SessionWorld):
    """
    One guard and its open connections.

    Attributes:
        sent: What reached the server.
        raised: What the application's ``send`` raised.
    """

    def __init__(self) -> None:
        super().__init__()
        self.jar = InMemorySessionJar(self.clock)
        self.pause = RecordedAsyncPause(self.clock)  # type: ignore[assignment]
        self.sent: list[Mapping[str, Any]] = []
        self.raised: list[Exception] = []
        self.jar_waits = False
        self.began = self.now

    def header(self, tokens: TokenSet) -> str:
        return "; ".join(value.partition(";")[0] for value in self.jar.write(tokens))

    def request_guard(self, **changes: Any) -> RequestGuard:
        browser_guard = BrowserGuard(
            guard=self.guard, jar=self.jar, counter=self.counter, jar_waits=self.jar_waits
        )
        return RequestGuard(
            browser_guard,
            signin_url=ServiceUrl("https://auth.example.com/auth/signin"),
            app_url=ServiceUrl("https://app.example.com"),
            **changes,
        )

    def asgi(self, app: AsgiApp, **changes: Any) -> Guard:
        guard = Guard(app, self.request_guard(**changes))
        guard._connections = OpenConnections(self.pause)  # type: ignore[arg-type]
        return guard

    def seconds(self) -> int:
        return (self.now - self.began) // timedelta(seconds=1)

    def connect(self, guard: Any, cookies: str, kind: str = "websocket") -> None:
        """Open one connection to *guard*, and leave it open until the guard closes it."""
        scope = {**http_scope("/", "GET", (), cookies), "type": kind}
        if kind == "websocket":
            del scope["method"]
        asyncio.run(self._connect(guard, scope))

    async def _connect(self, guard: Any, scope: dict[str, Any]) -> None:
        closed = asyncio.Event()
        first = [{"type": "websocket.connect" if scope["type"] == "websocket" else "http.request"}]

        async def receive() -> MutableMapping[str, Any]:
            if first:
                return first.pop()
            await closed.wait()
            return {"type": f"{scope['type']}.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            self.sent.append({**message, "at": self.seconds()})
            if message["type"] == "websocket.close" or (
                message["type"] == "http.response.body" and not message.get("more_body")
            ):
                closed.set()

        await asyncio.wait_for(guard(scope, receive, send), AMPLE.total_seconds())

    @property
    def closes(self) -> list[tuple[int, int]]:
        """Code and second of each WebSocket close."""
        return [(m["code"], m["at"]) for m in self.sent if m["type"] == "websocket.close"]


async def chat(_scope: Any, receive: Receive, send: Send) -> None:
    """Accept a WebSocket, and stay until it is closed."""
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


async def events(_scope: Any, receive: Receive, send: Send) -> None:
    """Begin a stream of events, send none, and stay until the client is gone."""
    head = [(b"content-type", b"text/event-stream; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await receive()
    await receive()


@attrs.frozen
class Ticker:
    """Stream a chunk at every turn, and note what ``send`` raises."""

    world: OpenWorld

    async def __call__(self, _scope: Any, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b".", "more_body": True})
                await asyncio.sleep(0)
        except OSError as error:
            self.world.raised.append(error)
