"""A guarded application and its visitors, without a network."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import attrs
from dependency_injector import providers

from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore.wiring.cookies import is_stored
from authcore_guard import asgi, wsgi
from authcore_guard.container import guard_container
from authcore_guard.request_guard import RequestGuard
from doors.door_world import KeySource, environment_for, tokens_of
from unit.asgi_calls import PAGE, Answer, Headers, call, http_scope


class Recorder:
    """An application that answers with who it believes the visitor to be."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": _named(scope["user"])})

    def wsgi(self, environ: Any, start_response: Any) -> list[bytes]:
        self.scopes.append(environ)
        start_response("200 OK", [])
        return [_named(environ["authcore.user"])]


def _named(user: Any) -> bytes:
    return json.dumps({"name": user.name, "uid": user.legacy_uid} if user else None).encode()


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CountedGuard(BrowserGuard):
    """Notes each time it was asked where it may wait."""

    asked: list[str] = attrs.field(factory=list)

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        self.asked.append(cookie_header)
        return super().decide(cookie_header, can_renew=can_renew)


class GuardWorld:
    """One application behind both guards."""

    def __init__(self, **changes: str) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock)
        self.keys = KeySource(self.mint)
        self.app = Recorder()
        self.store = InMemorySealedStore(self.clock)
        container = guard_container(environment_for(self.mint, **changes))
        container.override_providers(
            clock=self.clock,
            entropy=providers.Object(ScriptedEntropy()),
            fetcher=providers.Object(self.keys),
            texts=providers.Object(self.store),
        )
        self.container = container
        self.jar = container.sessions()
        self.waiting = CountedGuard(
            guard=container.session_guard(),
            jar=self.jar,
            counter=container.counter(),
            jar_waits=is_stored(container.cookie()),
        )
        door = container.guard()
        self.request_guard = request_guard = RequestGuard(
            self.waiting,
            signin_url=door.signin_url,
            app_url=door.app_url,
            public_paths=door.public_paths,
            prefetch=container.keys().prefetch,
            mounted_at=door.mounted_at,
            preflight_origins=door.preflight_origins,
        )
        self.asgi_guard = asgi.Guard(self.app.asgi, request_guard)
        self.wsgi_guard = wsgi.Guard(self.app.wsgi, request_guard)

    def cookies(self, tokens: TokenSet | None = None) -> str:
        """The Cookie header of somebody signed in."""
        written = self.jar.write(tokens or tokens_of(self.mint))
        return "; ".join(value.partition(";")[0] for value in written)

    def asgi(self, target: str, *, headers: Headers = (PAGE,), **more: Any) -> Answer:
        """GuardedRequest through the ASGI guard."""
        return call(self.asgi_guard, target, headers=headers, **more)

    def wsgi(
        self,
        target: str,
        *,
        method: str = "GET",
        headers: Headers = (PAGE,),
        cookies: str = "",
        **environ: Any,
    ) -> Answer:
        """GuardedRequest through the WSGI guard."""
        scope = http_scope(target)
        path = scope["raw_path"].decode()
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers}
        full: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": scope["query_string"].decode(),
            "HTTP_COOKIE": cookies,
            **given,
            **environ,
        }
        setup_testing_defaults(full)
        started: list[Any] = []
        body = b"".join(self.wsgi_guard(full, lambda *start: started.append(start)))  # type: ignore[arg-type]
        [(status, answered, *_)] = started
        return Answer(int(status[:3]), tuple(answered), body)
