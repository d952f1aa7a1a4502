"""Let scripts of listed origins read responses (CORS)."""

from collections.abc import Collection
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


VARY: Final = "Accept, Cookie, Origin"
PREFLIGHT_SECONDS: Final = 600


class CorsMiddleware:
    """
    Lets scripts of listed origins read the responses of *app* to GET, with the browser's cookies.

    Origins are compared as a whole, character by character; ``null`` never matches.  Scripts of
    other origins get the same response without the headers that would let them read it.

    See: Fetch §3.3.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        """Let scripts of *origins* read the responses of *app*."""
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        headers = self._headers(HTTPConnection(scope))

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        app = _preflight if scope["method"] == "OPTIONS" else self._app
        await app(scope, receive, send_readable)

    def _headers(self, request: HTTPConnection) -> list[tuple[bytes, bytes]]:
        origins = request.headers.getlist("origin")
        vary = (b"vary", VARY.encode())
        if len(origins) != 1 or origins[0] not in self._origins:
            return [vary]
        return [
            vary,
            (b"access-control-allow-origin", origins[0].encode()),
            (b"access-control-allow-credentials", b"true"),
        ]


async def _preflight(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {
        "access-control-allow-methods": "GET",
        "access-control-max-age": str(PREFLIGHT_SECONDS),
    }
    await Response(status_code=204, headers=headers)(scope, receive, send)
