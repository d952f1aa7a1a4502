"""The outermost layer: what every answer carries, and what happens when the unexpected does."""

import logging
import traceback
from http import HTTPStatus
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore.adapters.http_headers import CHALLENGE
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.html import STYLE_SOURCE


def content_policy(form_action: str = "'none'") -> str:
    """
    The Content-Security-Policy of our pages.

    Args:
        form_action: Where their forms may lead.  Chromium holds every redirect that follows to it,
            too.
    """
    return (
        f"default-src 'none'; style-src {STYLE_SOURCE}; "
        f"base-uri 'none'; form-action {form_action}; frame-ancestors 'none'"
    )


HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": content_policy(),
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "vary": "Accept, Cookie",
    "x-content-type-options": "nosniff",
}

_ENCODED: Final = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())

_CHALLENGE: Final = (CHALLENGE[0].encode(), CHALLENGE[1].encode())

_log: Final = logging.getLogger(__name__)


class SecurityHeaders:
    """
    Puts HEADERS on every answer, a challenge on every 401, and a plain page in the place of an
    unexpected exception.

    A header that an answer has already stays as it is: a page with a form needs a policy of its
    own.  The log gets the exception's class and frames, not its text: nobody knows what is in
    there.
    """

    def __init__(self, app: ASGIApp, error_responses: ErrorResponses) -> None:
        """Wrap *app*."""
        self._app = app
        self._error_responses = error_responses

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
                message = _with_headers(message)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:  # noqa: BLE001 - the last resort of a door
            response, reference = self._error_responses.unexpected(HTTPConnection(scope))
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, frames)
            if not started:
                await response(scope, receive, send_safely)


def _with_headers(start: Message) -> Message:
    given = start.get("headers", ())
    names = {name for name, _ in given}
    wanted = (*_ENCODED, _CHALLENGE) if start["status"] == HTTPStatus.UNAUTHORIZED else _ENCODED
    missing = [header for header in wanted if header[0] not in names]
    return {**start, "headers": [*given, *missing]}
