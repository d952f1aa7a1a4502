"""The same small application behind each framework's guard."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final
from wsgiref.util import setup_testing_defaults

import django
import flask
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import Http404, JsonResponse
from django.urls import path
from fastapi import Depends, FastAPI
from starlette.responses import JSONResponse

from authcore.domain.model.session import User
from authcore_guard import asgi, wsgi
from authcore_guard import flask as guarded_flask
from authcore_guard.django import request_guard as django_doorkeeper
from authcore_guard.django import sign_in_required
from authcore_guard.fastapi import SignedIn
from doors.situations import CookieEffect, Observed, Outcome
from doors.world import DoorWorld
from unit.asgi_calls import PROGRAM, Answer, Headers, call


PATH: Final = "/articles"
CACHED: Final = ("cache-control", "public, max-age=600")
"""What the application says of every answer."""

GuardedRequest = Callable[..., Answer]


def described(user: User | None) -> dict[str, str]:
    return {"said": f"{user.legacy_uid} {user.login}" if user else "nobody"}


# --- bare ASGI and WSGI


def behind_asgi(world: DoorWorld) -> GuardedRequest:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.encode(), value.encode()) for name, value in (CACHED,)]
        body = json.dumps(described(scope["user"])).encode()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return through_asgi(asgi.Guard(app, world.request_guard))


def behind_wsgi(world: DoorWorld) -> GuardedRequest:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [CACHED])
        return [json.dumps(described(environ["authcore.user"])).encode()]

    return through_wsgi(wsgi.Guard(app, world.request_guard))


def through_asgi(app: Any) -> GuardedRequest:
    def visit(
        cookies: str,
        *,
        target: str = PATH,
        headers: Headers = (PROGRAM,),
        method: str = "GET",
    ) -> Answer:
        return call(app, target, method=method, headers=headers, cookies=cookies)

    return visit


def through_wsgi(app: Any) -> GuardedRequest:
    def visit(
        cookies: str,
        *,
        target: str = PATH,
        headers: Headers = (PROGRAM,),
        method: str = "GET",
    ) -> Answer:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": target.partition("?")[0],
            "QUERY_STRING": target.partition("?")[2],
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers},
            **({"HTTP_COOKIE": cookies} if cookies else {}),
        }
        setup_testing_defaults(environ)
        started: list[Any] = []
        body = b"".join(app(environ, lambda *start: started.append(start)))
        [(status, answered, *_)] = started
        headers_back = tuple((name.lower(), value) for name, value in answered)
        return Answer(int(status[:3]), headers_back, body)

    return visit


# --- FastAPI


def behind_fastapi(world: DoorWorld) -> GuardedRequest:
    """Routes that return models, and routes that return responses of their own."""
    app = FastAPI()
    signed_in = SignedIn(world.request_guard).install(app)

    @app.api_route(PATH, methods=["GET", "HEAD", "POST"])
    async def articles(user: Annotated[User, Depends(signed_in)]) -> JSONResponse:
        return JSONResponse(described(user), headers=dict((CACHED,)))

    return through_asgi(app)


# --- Flask


def behind_flask(world: DoorWorld) -> GuardedRequest:
    app = flask.Flask(__name__)
    guarded_flask.Guard(world.request_guard).init_app(app)

    @app.get(PATH)
    @app.get("/about")
    def articles() -> Any:
        return described(guarded_flask.current_user()), 200, dict((CACHED,))

    return through_wsgi(app)


# --- Django, configured once per process; the request_guard is the test's own


def _page(request: Any) -> Any:
    user = getattr(request, "authcore_user", None)
    return JsonResponse(described(user), headers=dict((CACHED,)))


@sign_in_required
def _view(request: Any, failure: str = "") -> Any:
    if failure:
        raise FAILURES[failure]
    return _page(request)


@sign_in_required
async def _async_view(request: Any, failure: str = "") -> Any:
    await asyncio.sleep(0)
    if failure:
        raise FAILURES[failure]
    return _page(request)


def _failing_page(_: Any, failure: str) -> Any:
    raise FAILURES[failure]


@sign_in_required
def _writing_view(_: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO notes VALUES (1)")
    raise FAILURES["missing"]


FAILURES: Final[Mapping[str, Exception]] = {
    "missing": Http404("no such article"),
    "broken": ZeroDivisionError("canary"),
}
"""What views raise at ``…/<failure>``."""

urlpatterns = [
    path("articles", _page),
    path("about", _page),
    path("undecorated/<failure>", _failing_page),
    path("decorated-writing", _writing_view),
    path("decorated", _view),
    path("decorated/<failure>", _view),
    path("decorated-async", _async_view),
    path("decorated-async/<failure>", _async_view),
]
_worlds: list[DoorWorld] = []


DJANGO_APPS: Final = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "authcore_guard.django_users",
]
DJANGO_BACKENDS: Final = [
    "authcore_guard.django_users.backend.CognitoBackend",
    "django.contrib.auth.backends.ModelBackend",
]


def current_doorkeeper() -> Any:
    return _worlds[-1].request_guard


def configure_django() -> None:
    """Configure the Django of this process, once."""
    if not settings.configured:
        settings.configure(
            ROOT_URLCONF=__name__,
            ALLOWED_HOSTS=["*"],
            AUTHCORE_DOORKEEPER=f"{__name__}.current_doorkeeper",
            SECRET_KEY="of the tests",
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            INSTALLED_APPS=DJANGO_APPS,
            AUTHENTICATION_BACKENDS=DJANGO_BACKENDS,
        )
        django.setup()


def django_site(world: DoorWorld, middleware: list[str]) -> None:
    """Let Django serve ``urlpatterns`` in *world*, behind *middleware*."""
    configure_django()
    _worlds.append(world)
    django_doorkeeper.cache_clear()
    settings.MIDDLEWARE = middleware


DJANGO_GUARD: Final = "authcore_guard.django.GuardMiddleware"


def behind_django_wsgi(world: DoorWorld, *middleware: str) -> GuardedRequest:
    django_site(world, list(middleware or (DJANGO_GUARD,)))
    return through_wsgi(WSGIHandler())


def behind_django_asgi(world: DoorWorld, *middleware: str) -> GuardedRequest:
    django_site(world, list(middleware or (DJANGO_GUARD,)))
    return through_asgi(ASGIHandler())


def behind_a_decorated_view(world: DoorWorld) -> GuardedRequest:
    django_site(world, [])
    visit = through_wsgi(WSGIHandler())
    return lambda cookies, **more: visit(cookies, **{"target": "/decorated", **more})


def behind_a_decorated_async_view(world: DoorWorld) -> GuardedRequest:
    django_site(world, [])
    visit = through_asgi(ASGIHandler())
    return lambda cookies, **more: visit(cookies, **{"target": "/decorated-async", **more})


DOORS: Final[Mapping[str, Callable[[DoorWorld], GuardedRequest]]] = {
    "asgi": behind_asgi,
    "wsgi": behind_wsgi,
    "fastapi": behind_fastapi,
    "flask": behind_flask,
    "django wsgi": behind_django_wsgi,
    "django asgi": behind_django_asgi,
    "django decorator": behind_a_decorated_view,
    "django async decorator": behind_a_decorated_async_view,
}


OUTCOMES: Final[Mapping[int, Outcome]] = {
    200: "in",
    401: "sign in",
    503: "later",
    431: "too large",
}


def observed(answer: Answer) -> Observed:
    """What a program makes of *answer*."""
    said = answer.json.get("said") or answer.json.get("reason")
    return Observed(OUTCOMES[answer.status], said, cookie_effect(answer))


def cookie_effect(answer: Answer) -> CookieEffect:
    """What *answer* does to the session that the browser carries."""
    cookies = [value for value in answer.all("set-cookie") if value.startswith("__Secure-authcore")]
    deleting = ["Max-Age=0" in value for value in cookies]
    return "left" if not cookies else "cleared" if all(deleting) else "renewed"
