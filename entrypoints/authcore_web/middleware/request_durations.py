"""Measure how long each request takes, by route and class of the status."""

from collections.abc import Awaitable
from functools import cache
from typing import Final

import attrs
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authcore.adapters.durations import Durations
from authcore.adapters.system import monotonic


NO_ROUTE: Final = "other"
"""The label of every path that no route has."""

_CLASSES: Final = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}


@attrs.frozen(eq=False, repr=False)
class RequestDurations:
    """
    Counts into *durations* how long each answer took, its body included.

    The label is the route's own path, never the request's.  A request that ends without an answer
    counts as ``5xx``.
    """

    _app: ASGIApp
    _durations: Durations[tuple[str, str]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = monotonic()
        status = 500

        def watch(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            labels = (_route_of(scope), _CLASSES.get(status // 100, "5xx"))
            self._durations.observe(labels, monotonic() - begun)


def _route_of(scope: Scope) -> str:
    """Return the path of the route that Starlette chose."""
    route = scope.get("route")
    return _label(route.path) if isinstance(route, Route) else NO_ROUTE


@cache
def _label(path: str) -> str:
    """Return the path of a route, of which there are a few, without Starlette's converter."""
    return path.replace(":any_path", "")
