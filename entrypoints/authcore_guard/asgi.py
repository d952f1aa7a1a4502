"""
A guard for any ASGI application.

::

    app = Guard.from_environment(app)      # scope["user"] is an authcore User, or None
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, Self

from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.container import guard_container
from authcore_guard.decision import Doorkeeper, Pass, Refusal, Visit
from authcore_guard.threads import WorkerThreads


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLOSE_SIGN_IN_REQUIRED: Final = 4401
CLOSE_TRY_AGAIN_LATER: Final = 1013
"""WebSocket close codes.  See: RFC 6455 §7.4.2 (4000-4999 are private), IANA registry (1013)."""


_LOOKED_AT: Final = (b"cookie", b"accept", b"sec-fetch-mode")
_HEADS: Final = ("http.response.start", "websocket.accept")


class Guard:
    """
    Lets signed-in people and public paths through to *app*.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage
    of the key source is 503 with Retry-After, never a redirect.  A WebSocket is closed before it
    is accepted, which browsers see as 403.
    """

    def __init__(
        self,
        app: AsgiApp,
        *,
        browser_guard: BrowserGuard,
        signin_url: ServiceUrl,
        app_url: ServiceUrl,
        public_paths: Iterable[str] = (),
        threads: WorkerThreads | None = None,
    ) -> None:
        """
        Stand in front of *app*.

        Args:
            app: The application.

            browser_guard: Decides; on the event loop where it need not wait, else in a thread.

            signin_url: The auth service's ``/auth/signin``.

            app_url: Where the application's root is, as browsers see it.

            public_paths: Exact paths, and prefixes, which end with a slash.

            threads: Where *browser_guard* waits, so that it takes none of the application's own
                threads; where their line is full, a request is answered as in an outage.

        Raises:
            ConfigurationError: A public path is not plain.
        """
        self._app = app
        self._browser_guard = browser_guard
        self._threads = threads or WorkerThreads()
        self._doorkeeper = Doorkeeper(
            signin_url=signin_url, app_url=app_url, public_paths=public_paths
        )

    @classmethod
    def from_environment(cls, app: AsgiApp, environment: Mapping[str, str] | None = None) -> Self:
        """
        Guard *app* as the ``AUTHCORE_*`` variables say.

        Args:
            app: The application.

            environment: Variables by name; the process's own when None.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        container = guard_container(environment)
        door = container.guard()
        return cls(
            app,
            browser_guard=container.browser_guard(),
            signin_url=door.signin_url,
            app_url=door.app_url,
            public_paths=door.public_paths,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        verdict = await self._judged(_visit(scope))
        if isinstance(verdict, Pass):
            await self._app({**scope, "user": verdict.user}, receive, _carrying(verdict, send))
        elif scope["type"] == "websocket":
            await _close(verdict, receive, send)
        else:
            await _answer(verdict, scope["method"], send)

    async def _judged(self, visit: Visit) -> Pass | Refusal:
        try:
            decided = await self._decided(visit.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self._doorkeeper.judge_undecided(visit, error)
        return self._doorkeeper.judge(visit, decided)

    async def _decided(self, cookies: str) -> BrowserDecision:
        if at_hand := self._browser_guard.decide_at_hand(cookies):
            return at_hand
        return await self._threads.run(lambda: self._browser_guard.decide(cookies))


def _visit(scope: Scope) -> Visit:
    raw_path: bytes | None = scope.get("raw_path")
    found: dict[bytes, list[str]] = {name: [] for name in _LOOKED_AT}
    for name, value in scope["headers"]:
        if name in found:
            found[name].append(value.decode("latin-1"))
    return Visit(
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


def _carrying(verdict: Pass, send: Send) -> Send:
    """*send*, with the cookies of *verdict* on the head of the answer."""
    if not verdict.cookies:
        return send

    async def send_with_cookies(message: MutableMapping[str, Any]) -> None:
        if message["type"] in _HEADS:
            answered = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            ]
            message = {**message, "headers": _encoded(verdict.headers(answered))}
        await send(message)

    return send_with_cookies


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _answer(refusal: Refusal, method: str, send: Send) -> None:
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


async def _close(refusal: Refusal, receive: Receive, send: Send) -> None:
    await receive()
    code = CLOSE_TRY_AGAIN_LATER if refusal.is_outage else CLOSE_SIGN_IN_REQUIRED
    await send({"type": "websocket.close", "code": code})
