"""The outermost layer: names each request, and measures how long its answer takes."""

from collections.abc import Awaitable, Iterable
from functools import cache
from typing import Final

import attrs
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore.adapters.correlation import REQUEST_ID, correlate
from authcore.adapters.durations import Durations
from authcore.adapters.system import monotonic


NO_ROUTE: Final = "other"
"""The label of every path that no route has."""

_CLASSES: Final = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}

_HEADER: Final = REQUEST_ID.lower().encode()


@attrs.frozen(eq=False, repr=False)
class RequestFrame:
    """
    Names each request, for log lines and calls to other services, and in ``X-Request-Id``.

    A well-formed ``X-Request-Id`` of the request is kept; one that is missing, sent twice or
    malformed is replaced.

    Counts into *durations* how long each answer took, its body included, by route and class of the
    status.  The label is the route's own path, never the request's.  A request that ends without an
    answer counts as ``5xx``.

    One layer for both: each costs every request more than what is done in it.
    """

    _app: ASGIApp
    _durations: Durations[tuple[str, str]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = monotonic(), 500
        with correlate(_read_presented(scope["headers"])) as correlation:

            def send_named(message: Message) -> Awaitable[None]:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    named = (_HEADER, correlation.request_id.encode())
                    message = {**message, "headers": [*message.get("headers", ()), named]}
                return send(message)

            try:
                await self._app(scope, receive, send_named)
            finally:
                labels = (_route_of(scope), _CLASSES.get(status // 100, "5xx"))
                self._durations.observe(labels, monotonic() - begun)


def _read_presented(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    found = [value for name, value in headers if name == _HEADER]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _route_of(scope: Scope) -> str:
    """Return the path of the route that Starlette chose."""
    route = scope.get("route")
    return _label(route.path) if isinstance(route, Route) else NO_ROUTE


@cache
def _label(path: str) -> str:
    """Return the path of a route, of which there are a few, without Starlette's converter."""
    return path.replace(":any_path", "")
