"""One response of an ASGI application, whose session is judged again while it stays open."""

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any, Final

import anyio
import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import OpenedSession
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.open_connections import OpenConnection, OpenConnections, is_still_open
from authcore_guard.request_guard import Deny, RequestGuard


Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

CLOSE_SIGN_IN_REQUIRED: Final = 4401
CLOSE_FORBIDDEN: Final = 4403
CLOSE_TRY_AGAIN_LATER: Final = 1013
"""WebSocket close codes.  See: RFC 6455 §7.4.2 (4000-4999 are private), IANA registry (1013)."""

CLOSE_WITHIN: Final = timedelta(seconds=5)
"""How long a close waits for a client that does not read what is being sent to it."""

_CLOSES: Final = ("websocket.close", "http.response.trailers")
_STREAM: Final = b"text/event-stream"


@attrs.define(kw_only=True, eq=False, repr=False)
class WatchedResponse:
    """
    Pass on what the application sends, until its session ends.

    A WebSocket is closed with 4401, or with 1013 after an outage of OUTAGE_KEPT_FOR; a stream ends.
    The application learns it as it learns that a client has left: ``receive`` gives a disconnect,
    and ``send`` raises OSError.  A response that begins later than ``open_check`` after its request
    is judged before it begins.

    Attributes:
        guard: Judges.
        request: For a denial in place of a late response.
        opened: The session that the request was admitted with.
        connections: Judges from time to time.
        send_on: The server's ``send``, with the guard's headers.
        deny: Sends a denial in place of the response.
        began_at: When the request was admitted.
        is_websocket: Whether the connection is a WebSocket.
    """

    guard: RequestGuard
    request: GuardedRequest
    opened: OpenedSession
    connections: OpenConnections
    send_on: Send
    deny: Callable[[Deny], Awaitable[None]]
    began_at: datetime
    is_websocket: bool
    _connection: OpenConnection | None = None
    _is_over: bool = False
    _is_denied: bool = False
    _close_code: int = CLOSE_TRY_AGAIN_LATER
    _lock: anyio.Lock | None = None

    async def send(self, message: Message) -> None:
        """See: ASGI 3.0."""
        if self._is_denied:
            return
        if self._connection is None or self._lock is None:
            await self._send_first(message)
            return
        async with self._lock:
            if not self._is_over:
                await self._send_open(self._connection, message)
                return
        if not _is_last(message):
            raise OSError("the session of this connection has ended")

    async def receive(self, receive: Receive) -> Message:
        """
        Pass on what the client sends, and a disconnect once the session has ended.

        A client that reads nothing keeps the server from closing, and can still send.
        """
        message = None if self._is_over else await receive()
        if message is not None and not self._is_over:
            return message
        if not self.is_websocket:
            return {"type": "http.disconnect"}
        return {"type": "websocket.disconnect", "code": self._close_code}

    def finish(self) -> None:
        """Judge no more: the application has returned."""
        if self._connection is not None:
            self._connection.is_over = True

    async def _send_first(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_late():
            await self._judge_late()
            if self._is_denied:
                return
        if _stays_open(message):
            self._lock = anyio.Lock()
            self._connection = self._open_connection()
            if not self.connections.watch(self._connection):
                self._is_over = True
                await self._refuse(message)
                return
        await self.send_on(message)

    async def _send_open(self, connection: OpenConnection, message: Message) -> None:
        if _is_last(message):
            connection.is_over = True
        await self.send_on(message)

    def _open_connection(self) -> OpenConnection:
        return OpenConnection(
            guard=self.guard, opened=self.opened, end=self._end, judged_at=self.began_at
        )

    def _is_late(self) -> bool:
        return self.guard.clock.now() - self.began_at >= self.guard.open_check

    async def _judge_late(self) -> None:
        outage: UnavailableError | None = None
        try:
            if await is_still_open(self.guard, self.opened):
                return
        except UnavailableError as error:
            outage = error
        self._is_denied = True
        await self.deny(self.guard.deny_late(self.request, outage))

    async def _refuse(self, message: Message) -> None:
        """Do not open a connection that nothing would judge."""
        if message["type"] == "websocket.accept":
            await self.send_on({"type": "websocket.close", "code": CLOSE_TRY_AGAIN_LATER})
            return
        await self.send_on(message)
        await self._end_response()

    async def _end(self, is_outage: bool) -> None:  # noqa: FBT001 - see OpenConnection.end
        self._is_over = True
        if not is_outage:
            self._close_code = CLOSE_SIGN_IN_REQUIRED
        with anyio.move_on_after(CLOSE_WITHIN.total_seconds()):
            async with self._lock or anyio.Lock():
                if not self.is_websocket:
                    await self._end_response()
                else:
                    await self.send_on({"type": "websocket.close", "code": self._close_code})

    async def _end_response(self) -> None:
        await self.send_on({"type": "http.response.body", "body": b"", "more_body": False})


def _stays_open(message: Message) -> bool:
    """Whether the connection stays open after *message*."""
    kind = message["type"]
    if kind == "http.response.body":
        return bool(message.get("more_body"))
    if kind == "http.response.start":
        return any(
            name.lower() == b"content-type" and value.strip().lower().startswith(_STREAM)
            for name, value in message.get("headers", ())
        )
    return bool(kind == "websocket.accept")


def _is_last(message: Message) -> bool:
    """Whether *message* ends the response."""
    if message["type"] == "http.response.body":
        return not message.get("more_body")
    return message["type"] in _CLOSES
