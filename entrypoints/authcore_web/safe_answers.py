"""The outermost layer: what every answer carries, and what happens when the unexpected does."""

import logging
import traceback
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore_guard.decision import CHALLENGE
from authcore_web.pages import STYLE_SOURCE
from authcore_web.responses import Refusals


HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src {STYLE_SOURCE}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "vary": "Accept, Cookie",
    "x-content-type-options": "nosniff",
}

_log: Final = logging.getLogger(__name__)


class SafeAnswers:
    """
    Puts HEADERS on every answer, a challenge on every 401, and a plain page in the place of an
    unexpected exception.

    The log gets the exception's class and frames, not its text: nobody knows what is in there.
    """

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        """Wrap *app*."""
        self._app = app
        self._refusals = refusals

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
                _complete(message)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:  # noqa: BLE001 - the last resort of a door
            response, reference = self._refusals.unexpected(HTTPConnection(scope))
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, frames)
            if not started:
                await response(scope, receive, send_safely)


def _complete(start: Message) -> None:
    headers = MutableHeaders(scope=start)
    headers.update(HEADERS)
    if start["status"] == HTTPStatus.UNAUTHORIZED:
        headers.setdefault(*CHALLENGE)
