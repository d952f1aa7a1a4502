"""
Names that a local server answers to.

A site elsewhere can point a DNS name of its own at 127.0.0.1 (DNS rebinding): a browser then counts
this machine's server as part of that site, and its script could call the pool's administration.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from authcore_local.servers import AsgiApp


MISDIRECTED: Final = 421
"""See: RFC 9110 §15.5.20."""

PORT: Final = re.compile(r":[0-9]{1,5}\Z")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class OwnHosts:
    """
    Passes requests for *names* on to ``app``; answers others with 421, WebSockets with 403.

    Attributes:
        app: Can be replaced while the server runs, as by a new release.
    """

    app: AsgiApp

    def __init__(self, names: Iterable[str], app: AsgiApp | None = None) -> None:
        """Answer to *names*, without ports, in any case; ``.name`` is every name below it."""
        lower = [name.lower() for name in names]
        self._names = frozenset(lower)
        self._suffixes = tuple(name for name in lower if name.startswith("."))
        if app is not None:
            self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] == "lifespan" or self._is_own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refuse(send)

    def _is_own(self, scope: Scope) -> bool:
        """Whether the one Host header is one of the names; see: RFC 9112 §3.2."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = PORT.sub("", hosts[0].decode("latin-1")).lower()
        return host in self._names or host.endswith(self._suffixes)


async def _refuse(send: Send) -> None:
    body = json.dumps({"reason": "host_unknown"}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": MISDIRECTED, "headers": headers})
    await send({"type": "http.response.body", "body": body})
