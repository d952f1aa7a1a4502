"""
The auth service behind API Gateway or a function URL: ``authcore_lambda.web.handler``.

Serves the application of ``authcore_web``.  One event loop lasts as long as the process, so that
connections and keys outlive an event.
"""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any, Final

from authcore.settings import load
from authcore_lambda.events.http_event import HttpRequest, http_answer, http_request
from authcore_lambda.events.types import Event
from authcore_lambda.lazy_function import LazyFunction
from authcore_web.app import create_app
from authcore_web.container import container_of
from authcore_web.settings import WebFunctionSettings


Answer = dict[str, Any]

NOT_CONFIGURED: Final = b'{"reason": "configuration"}'
"""The log names the settings that are wrong."""


class WebFunction:
    """Answers events from any number of threads, one at a time."""

    def __init__(self, app: Any) -> None:
        """Serve *app*, an ASGI application."""
        self._app = app
        self._runner = asyncio.Runner()
        self._one_by_one = threading.Lock()

    def __call__(self, event: Event, *_: object) -> Answer:
        """
        Answer the request in *event*.

        Without an ``X-Request-Id`` it gets the gateway's id of the request.

        Raises:
            EventUnreadableError: The event is no request.
        """
        request = http_request(event)
        with self._one_by_one:
            return self._runner.run(self._answer(request))

    def close(self) -> None:
        """Close the event loop, where a function ends before its process."""
        self._runner.close()

    async def _answer(self, request: HttpRequest) -> Answer:
        exchange = _Exchange(request)
        await self._app(exchange.scope, exchange.receive, exchange.send)
        return exchange.answer()


class _Exchange:
    """One request and its answer, as ASGI messages.  See: ASGI 3.0."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._unread = [{"type": "http.request", "body": request.body, "more_body": False}]
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self.scope: Final[dict[str, Any]] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": request.path,
            "raw_path": None,
            "root_path": "",
            "query_string": request.query.encode("ascii", "replace"),
            "headers": [
                (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
                for name, value in request.headers
            ],
            "client": (request.source_ip, 0) if request.source_ip else None,
            "server": None,
        }

    async def receive(self) -> Mapping[str, Any]:
        if not self._unread:
            await asyncio.Event().wait()  # the gateway waits for the answer
        return self._unread.pop()

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            ]
        else:
            self._body += message.get("body", b"")

    def answer(self) -> Answer:
        return http_answer(self._request, self._status, self._headers, bytes(self._body))


def build_handler(variables: Mapping[str, str]) -> WebFunction:
    """
    Build the function that the ``AUTHCORE_*`` variables configure.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    return WebFunction(create_app(container_of(load(WebFunctionSettings, variables))))


def _answer_without_settings(event: Event, _: object) -> Answer:
    json = [("content-type", "application/json"), ("cache-control", "no-store")]
    return http_answer(http_request(event), 500, json, NOT_CONFIGURED)


handler: Final = LazyFunction(
    "web-function", build_handler, without_settings=_answer_without_settings
)
"""AWS Lambda's entry point."""
