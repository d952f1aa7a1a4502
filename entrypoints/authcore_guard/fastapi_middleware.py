"""Sends what routes of a FastAPI or Starlette application decide: headers, or a denial."""

from collections.abc import Callable, MutableMapping
from typing import Any, Final

import attrs
from starlette.requests import HTTPConnection

from authcore.domain.errors import ConfigurationError
from authcore_guard.asgi import (
    AsgiApp,
    Receive,
    Scope,
    Send,
    add_headers,
    decode_headers,
    send_denial,
    watch_response,
)
from authcore_guard.asgi_request import read_request
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.open_connections import OpenConnections
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.watched_response import WatchedResponse


_DECISION: Final = "authcore.decision"
"""The scope's member that holds a route's decision until the response starts."""

_HEAD: Final = "http.response.start"
_FAILED: Final = Deny(
    500, (("content-type", "text/plain; charset=utf-8"),), b"Internal Server Error\n"
)


@attrs.define
class RouteDecision:
    """
    The decision of a route's dependency.

    Attributes:
        root_path: Of the whole application, without the mounts in it.
        watch: Makes *watched*.
        decision: None until the dependency was called.
        watched: Judges the session again while the response is open; None where it is not watched.
    """

    root_path: str
    watch: Callable[[GuardedRequest, Allow], WatchedResponse | None]
    decision: Allow | Deny | None = None
    watched: WatchedResponse | None = None

    def settle(self, request: GuardedRequest, decision: Allow | Deny) -> None:
        """Answer by *decision*, also where another dependency of the route decided before."""
        self.decision = decision
        if self.watched is not None:
            self.watched.finish()
        self.watched = self.watch(request, decision) if isinstance(decision, Allow) else None

    async def receive(self, receive: Receive) -> MutableMapping[str, Any]:
        """Pass on what the client sends, until the session has ended."""
        watched = self.watched
        return await (receive() if watched is None else watched.receive(receive))


def route_of(connection: HTTPConnection) -> tuple[RouteDecision, GuardedRequest]:
    """
    Return the decision of the route that serves *connection*, and what is decided about.

    Raises:
        ConfigurationError: ``install`` was not called.
    """
    route: RouteDecision | None = connection.scope.get(_DECISION)
    if route is None:
        raise ConfigurationError(["SignedIn.install(app) was not called"])
    return route, read_request({**connection.scope, "root_path": route.root_path})


class DecisionMiddleware:
    """Add the decision's headers to a route's response, or send its denial instead."""

    def __init__(self, app: AsgiApp, *, request_guard: RequestGuard) -> None:
        self._app = app
        self._request_guard = request_guard
        self._connections = OpenConnections()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the start and the end of the application."""
        if scope["type"] == "lifespan":
            self._request_guard.prefetch()
        if scope["type"] == "lifespan" or _DECISION in scope:  # or mounted in such an app
            await self._app(scope, receive, send)
            return

        def watch(request: GuardedRequest, allowed: Allow) -> WatchedResponse | None:
            return watch_response(
                self._request_guard, self._connections, scope, request, allowed, send
            )

        route = RouteDecision(scope.get("root_path", ""), watch)
        response = _Response(route, scope.get("method", ""), send)
        try:
            await self._app(
                {**scope, _DECISION: route}, lambda: route.receive(receive), response.send
            )
        except Exception:
            await response.fail()
            raise
        finally:
            if route.watched is not None:
                route.watched.finish()


class _Response:
    """One response."""

    def __init__(self, route: RouteDecision, method: str, send: Send) -> None:
        self._route = route
        self._method = method
        self._send = send
        self._begun = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        decision = self._route.decision
        begins = message["type"] == _HEAD
        self._begun |= begins
        if self._route.watched is not None:
            await self._route.watched.send(message)
        elif isinstance(decision, Allow):
            await add_headers(decision, self._send)(message)
        elif decision is None:
            await self._send(message)
        elif begins:
            denial = decision.replacing(decode_headers(message))
            await send_denial(denial, self._method, self._send)
        elif not message["type"].startswith("http."):
            await self._send(message)

    async def fail(self) -> None:
        """Answer an exception with the new tokens: the server's own response would lose them."""
        decision = self._route.decision
        if self._begun or not self._method:
            return
        if isinstance(decision, Allow) and decision.cookies:
            await send_denial(_FAILED, self._method, add_headers(decision, self._send))
