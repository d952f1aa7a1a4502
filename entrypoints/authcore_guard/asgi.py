"""
A guard for any ASGI application.

::

    app = Guard.from_environment(app)      # scope["user"] is an authcore User, or None
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, Self

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import UnavailableError
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.asgi_request import read_request
from authcore_guard.container import guard_container
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.open_connections import OpenConnections
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.telemetry import Telemetry
from authcore_guard.watched_response import (
    CLOSE_FORBIDDEN,
    CLOSE_SIGN_IN_REQUIRED,
    CLOSE_TRY_AGAIN_LATER,
    WatchedResponse,
)


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_THREADS: Final = WorkerThreads()
_HTTP_HEAD: Final = "http.response.start"
_WEBSOCKET_HEAD: Final = "websocket.accept"


class Guard:
    """
    Pass requests of signed-in users and requests for public paths to *app*.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.  A
    WebSocket is closed before it is accepted, which browsers report as 403.

    While a WebSocket or a stream is open, its session is judged again every ``open_check``, 60
    seconds by default; one that ended is closed.  See WatchedResponse.

    A guard that only observes passes every request on as it came; see Shadow.
    """

    def __init__(self, app: AsgiApp, request_guard: RequestGuard) -> None:
        """Guard *app*; *request_guard* decides in a thread where the decision has to wait."""
        self._app = app
        self._request_guard = request_guard
        self.telemetry: Telemetry = request_guard.telemetry
        self._connections = OpenConnections()

    @classmethod
    def from_environment(
        cls,
        app: AsgiApp,
        environment: Mapping[str, str] | None = None,
        *,
        legacy: LegacySessions | None = None,
    ) -> Self:
        """Guard *app* as the ``AUTHCORE_*`` variables configure; see ``guard_container``."""
        return cls(app, guard_container(environment, legacy=legacy).request_guard())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] == "lifespan":
            self._request_guard.prefetch()
            await self._app(scope, receive, send)
            return
        if shadow := self._request_guard.shadow:
            shadow.observe(self._request_guard, lambda: read_request(scope))
            await self._app(scope, receive, send)
            return
        request = read_request(scope)
        decision = await check_request(self._request_guard, request)
        if isinstance(decision, Allow):
            await self._answer({**scope, "user": decision.user}, receive, send, request, decision)
        elif scope["type"] == "websocket":
            await _close(decision, receive, send)
        else:
            await send_denial(decision, scope["method"], send)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, request: GuardedRequest, allowed: Allow
    ) -> None:
        response = watch_response(
            self._request_guard, self._connections, scope, request, allowed, send
        )
        if response is None:
            await self._app(scope, receive, add_headers(allowed, send))
            return
        try:
            await self._app(scope, lambda: response.receive(receive), response.send)
        finally:
            response.finish()


def watch_response(
    request_guard: RequestGuard,
    connections: OpenConnections,
    scope: Scope,
    request: GuardedRequest,
    allowed: Allow,
    send: Send,
) -> WatchedResponse | None:
    """Add the headers of *allowed* to a response, and judge its session again; None without one."""
    if allowed.opened is None:
        return None
    method = scope.get("method", "")
    return WatchedResponse(
        guard=request_guard,
        request=request,
        opened=allowed.opened,
        connections=connections,
        send_on=add_headers(allowed, send),
        deny=lambda denial: send_denial(denial, method, send),
        began_at=request_guard.clock.now(),
        is_websocket=scope["type"] == "websocket",
    )


async def check_request(
    request_guard: RequestGuard, request: GuardedRequest, threads: WorkerThreads = _THREADS
) -> Allow | Deny:
    """
    Decide without blocking the event loop.

    With too many calls in the queue of *threads* the request is answered like an outage.
    """
    if decision := request_guard.check_from_cache(request):
        return decision
    try:
        return await threads.run(lambda: request_guard.check(request))
    except UnavailableError as error:
        return request_guard.answer_without_decision(request, error)


def add_headers(decision: Allow, send: Send) -> Send:
    """Wrap *send*: add the headers of *decision* to the response."""
    heads = (_HTTP_HEAD, _WEBSOCKET_HEAD) if decision.cookies else (_HTTP_HEAD,)

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] in heads:
            headers = decision.headers(decode_headers(message))
            message = {**message, "headers": _encode(headers)}
        await send(message)

    return send_with_headers


def decode_headers(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Read the headers of a response that starts."""
    headers = message.get("headers", ())
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _encode(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def send_denial(denial: Deny, method: str, send: Send) -> None:
    """Send *denial* as the response."""
    headers = (*denial.headers, ("content-length", str(len(denial.body))))
    await send(
        {
            "type": "http.response.start",
            "status": denial.status,
            "headers": _encode(headers),
        }
    )
    body = b"" if method == "HEAD" else denial.body
    await send({"type": "http.response.body", "body": body})


async def _close(denial: Deny, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": _close_code(denial)})


def _close_code(denial: Deny) -> int:
    if denial.is_outage:
        return CLOSE_TRY_AGAIN_LATER
    return CLOSE_FORBIDDEN if denial.status == 403 else CLOSE_SIGN_IN_REQUIRED
