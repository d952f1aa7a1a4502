"""The outermost layer: headers of every response, and the answer to unexpected exceptions."""

import logging
import traceback
from http import HTTPStatus
from typing import Final

import attrs
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore.adapters.http_headers import CHALLENGE, PRIVATE
from authcore_web.response.errors import ErrorResponses


HEADERS: Final = {
    **dict(PRIVATE),
    "strict-transport-security": "max-age=31536000",
    "vary": "Accept, Cookie",
}

_ENCODED: Final = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())

_CHALLENGE: Final = (CHALLENGE[0].encode(), CHALLENGE[1].encode())

_log: Final = logging.getLogger(__name__)


@attrs.frozen(eq=False, repr=False)
class SecurityHeaders:
    """
    Adds HEADERS and *policy* to every response, a challenge to every 401, and answers unexpected
    exceptions with a page.

    A header that a response already has stays unchanged: a page with a form needs its own policy.
    The log receives the exception's class and frames, not its text: that may hold a secret.
    """

    _app: ASGIApp
    _error_responses: ErrorResponses
    _policy: str
    _required: tuple[tuple[bytes, bytes], ...] = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: (*_ENCODED, (b"content-security-policy", self._policy.encode())),
            takes_self=True,
        ),
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = _add_headers(message, self._required)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:  # noqa: BLE001 - the last resort of a door
            response, reference = self._error_responses.of_exception(HTTPConnection(scope))
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, frames)
            if not started:
                await response(scope, receive, send_safely)


def _add_headers(start: Message, required: tuple[tuple[bytes, bytes], ...]) -> Message:
    given = start.get("headers", ())
    names = {name for name, _ in given}
    if start["status"] == HTTPStatus.UNAUTHORIZED:
        required = (*required, _CHALLENGE)
    missing = [header for header in required if header[0] not in names]
    return {**start, "headers": [*given, *missing]}
