"""The request id: taken from the request or made here, and sent back."""

from collections.abc import Awaitable, Iterable
from typing import Final

import attrs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore.adapters.correlation import REQUEST_ID, correlate


_HEADER: Final = REQUEST_ID.lower().encode()


@attrs.frozen(eq=False, repr=False)
class RequestIds:
    """
    Names each request, for log lines and calls to other services, and in ``X-Request-Id``.

    A well-formed ``X-Request-Id`` of the request is kept; one that is missing, sent twice or
    malformed is replaced.
    """

    _app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with correlate(_presented_id(scope["headers"])) as correlation:

            def send_named(message: Message) -> Awaitable[None]:
                if message["type"] == "http.response.start":
                    named = (_HEADER, correlation.request_id.encode())
                    message = {**message, "headers": [*message.get("headers", ()), named]}
                return send(message)

            await self._app(scope, receive, send_named)


def _presented_id(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    found = [value for name, value in headers if name == _HEADER]
    return found[0].decode("latin-1") if len(found) == 1 else None
