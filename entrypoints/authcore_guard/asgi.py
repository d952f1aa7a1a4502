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
_LOOKED_AT: Final = (b"cookie", b"accept", b"sec-fetch-mode")
_HTTP_HEAD: Final = "http.response.start"
_WEBSOCKET_HEAD: Final = "websocket.accept"


class Guard:
    """
    Lets signed-in people and public paths through to *app*.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage
    of the key source is 503 with Retry-After, never a redirect.  A WebSocket is closed before it
    is accepted, which browsers see as 403.
    """

    def __init__(self, app: AsgiApp, request_guard: RequestGuard) -> None:
        """
        Stand in front of *app*.

        Args:
            app: The application.

            request_guard: Judges; on the event loop where it need not wait, else in a thread.
        """
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
        """
        Guard *app* as the ``AUTHCORE_*`` variables say.

        Args:
            app: The application.

            environment: Variables by name; the process's own when None.

            legacy: Knows the old login, in the place of the legacy system's HTTP API.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        return cls(app, guard_container(environment, legacy=legacy).request_guard())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] == "lifespan":
            self._request_guard.prefetch()
            await self._app(scope, receive, send)
            return
        verdict = await check_request(self._request_guard, read_request(scope))
        if isinstance(verdict, Allow):
            await self._app({**scope, "user": verdict.user}, receive, carrying(verdict, send))
        elif scope["type"] == "websocket":
            await _close(verdict, receive, send)
        else:
            await answer(verdict, scope["method"], send)


async def check_request(
    request_guard: RequestGuard, visit: GuardedRequest, threads: WorkerThreads = _THREADS
) -> Allow | Deny:
    """
    What *request_guard* says, without keeping the event loop from anything.

    Where the line for *threads* is full, what it says when nobody can tell.
    """
    if verdict := request_guard.check_from_cache(visit):
        return verdict
    try:
        return await threads.run(lambda: request_guard.check(visit))
    except UnavailableError as error:
        return request_guard.answer_undecided(visit, error)


def read_request(scope: Scope) -> GuardedRequest:
    """The request that *scope* describes."""
    raw_path: bytes | None = scope.get("raw_path")
    found: dict[bytes, list[str]] = {name: [] for name in _LOOKED_AT}
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
    )


def _routed_path(path: str, root_path: str) -> str:
    below = path.removeprefix(root_path) or "/"
    return below if below.startswith("/") else path


def carrying(verdict: Allow, send: Send) -> Send:
    """*send*, with what *verdict* adds to the head of the answer."""
    heads = (_HTTP_HEAD, _WEBSOCKET_HEAD) if verdict.cookies else (_HTTP_HEAD,)

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] in heads:
            answered = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            ]
            message = {**message, "headers": _encoded(verdict.headers(answered))}
        await send(message)

    return send_with_headers


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def answer(refusal: Deny, method: str, send: Send) -> None:
    """Send all of *refusal*."""
    headers = (*refusal.headers, ("content-length", str(len(refusal.body))))
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status,
            "headers": _encoded(headers),
        }
    )
    body = b"" if method == "HEAD" else refusal.body
    await send({"type": "http.response.body", "body": body})


async def _close(refusal: Deny, receive: Receive, send: Send) -> None:
    await receive()
    code = CLOSE_TRY_AGAIN_LATER if refusal.is_outage else CLOSE_SIGN_IN_REQUIRED
    await send({"type": "websocket.close", "code": code})
