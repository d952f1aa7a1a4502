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
from authcore_guard.container import guard_container
from authcore_guard.request_guard import Allow, Deny, GuardedRequest, RequestGuard


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLOSE_SIGN_IN_REQUIRED: Final = 4401
CLOSE_TRY_AGAIN_LATER: Final = 1013
"""WebSocket close codes.  See: RFC 6455 §7.4.2 (4000-4999 are private), IANA registry (1013)."""

_THREADS: Final = WorkerThreads()
_READ_HEADERS: Final = (b"cookie", b"accept", b"accept-language", b"sec-fetch-mode")
_HTTP_HEAD: Final = "http.response.start"
_WEBSOCKET_HEAD: Final = "websocket.accept"


class Guard:
    """
    Pass requests of signed-in users and requests for public paths to *app*.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.  A
    WebSocket is closed before it is accepted, which browsers report as 403.
    """

    def __init__(self, app: AsgiApp, request_guard: RequestGuard) -> None:
        """Guard *app*; *request_guard* decides in a thread where the decision has to wait."""
        self._app = app
        self._request_guard = request_guard

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
        decision = await check_request(self._request_guard, read_request(scope))
        if isinstance(decision, Allow):
            await self._app({**scope, "user": decision.user}, receive, add_headers(decision, send))
        elif scope["type"] == "websocket":
            await _close(decision, receive, send)
        else:
            await send_denial(decision, scope["method"], send)


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


def read_request(scope: Scope) -> GuardedRequest:
    """Read the request that *scope* describes."""
    raw_path: bytes | None = scope.get("raw_path")
    found: dict[bytes, list[str]] = {name: [] for name in _READ_HEADERS}
    for name, value in scope["headers"]:
        if name in found:
            found[name].append(value.decode("latin-1"))
    return GuardedRequest(
        method=scope.get("method", "GET"),
        path=_routed_path(scope["path"], scope.get("root_path", "")),
        raw_path=None if raw_path is None else raw_path.decode("latin-1"),
        query=scope.get("query_string", b"").decode("latin-1"),
        cookies="; ".join(found[b"cookie"]),
        accept=", ".join(found[b"accept"]),
        fetch_mode=", ".join(found[b"sec-fetch-mode"]),
        accept_language=", ".join(found[b"accept-language"]),
    )


def _routed_path(path: str, root_path: str) -> str:
    below = path.removeprefix(root_path) or "/"
    return below if below.startswith("/") else path


def add_headers(decision: Allow, send: Send) -> Send:
    """Wrap *send*: add the headers of *decision* to the response."""
    heads = (_HTTP_HEAD, _WEBSOCKET_HEAD) if decision.cookies else (_HTTP_HEAD,)

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] in heads:
            sent = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            ]
            message = {**message, "headers": _encode(decision.headers(sent))}
        await send(message)

    return send_with_headers


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
    code = CLOSE_TRY_AGAIN_LATER if denial.is_outage else CLOSE_SIGN_IN_REQUIRED
    await send({"type": "websocket.close", "code": code})
