"""Scripts of other origins: who may read a refusal, and what becomes of a preflight."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import flask
import pytest
from django.http import HttpRequest, HttpResponse
from fastapi import Depends, FastAPI
from flask_cors import CORS
from starlette.middleware.cors import CORSMiddleware

from authcore import User
from authcore_guard import asgi, wsgi
from authcore_guard import flask as guarded_flask
from authcore_guard.fastapi import SignedIn
from authcore_guard.request_guard import RequestGuard
from doors.frameworks import (
    DJANGO_GUARD,
    GuardedRequest,
    behind_django_asgi,
    behind_django_wsgi,
    through_asgi,
    through_wsgi,
)
from doors.world import APP_URL, SIGNIN_URL, DoorWorld
from unit.asgi_calls import PROGRAM, Answer, Headers, call


SHOP: Final = "https://shop.example.com"
SCRIPT: Final = (PROGRAM, ("origin", SHOP), ("sec-fetch-mode", "cors"))
PREFLIGHT: Final = (
    ("origin", SHOP),
    ("access-control-request-method", "PUT"),
    ("access-control-request-headers", "content-type, x-csrf"),
)
CALLED: Final[list[str]] = []
"""Views that ran."""


@pytest.fixture(autouse=True)
def no_view_has_run() -> None:
    CALLED.clear()


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


def fastapi_app(world: DoorWorld, *, cors_first: bool) -> GuardedRequest:
    app = FastAPI()
    guard = SignedIn(world.request_guard)

    def add_cors() -> None:
        app.add_middleware(CORSMiddleware, allow_origins=[SHOP], allow_credentials=True)

    if cors_first:
        add_cors()
    guard.install(app)
    if not cors_first:
        add_cors()

    @app.api_route("/articles", methods=["GET", "OPTIONS"])
    async def articles(user: Annotated[User, Depends(guard)]) -> dict[str, str]:
        return {"said": str(user.subject)}

    return through_asgi(app)


def flask_app(world: DoorWorld, *, cors_first: bool) -> GuardedRequest:
    app = flask.Flask(__name__)
    if cors_first:
        CORS(app, origins=[SHOP], supports_credentials=True)
    guarded_flask.Guard(world.request_guard).init_app(app)
    if not cors_first:
        CORS(app, origins=[SHOP], supports_credentials=True)

    @app.get("/articles")
    def articles() -> str:
        return "articles"

    return through_wsgi(app)


def asgi_app(world: DoorWorld, **_: bool) -> GuardedRequest:
    guarded = asgi.Guard(_asgi_view, world.request_guard)
    return through_asgi(CORSMiddleware(guarded, allow_origins=[SHOP], allow_credentials=True))


def django_cors(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """What django-cors-headers does for an origin that it knows."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["access-control-allow-origin"] = request.headers.get("origin", "")
        response["access-control-allow-credentials"] = "true"
        return response

    return middleware


def django_app(world: DoorWorld, **_: bool) -> GuardedRequest:
    return behind_django_wsgi(world, f"{__name__}.django_cors", DJANGO_GUARD)


@pytest.mark.parametrize("cors_first", [False, True])
@pytest.mark.parametrize("build", [fastapi_app, flask_app, asgi_app, django_app])
def test_a_refusal_keeps_what_lets_the_script_read_it(
    world: DoorWorld, build: Callable[..., GuardedRequest], *, cors_first: bool
) -> None:
    # VA-02
    answer = build(world, cors_first=cors_first)("", headers=SCRIPT)

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("access-control-allow-origin") == SHOP
    assert answer.header("access-control-allow-credentials") == "true"
    assert "Cookie" in _vary(answer)


@pytest.mark.parametrize("cors_first", [False, True])
@pytest.mark.parametrize("build", [fastapi_app, flask_app, asgi_app])
def test_a_script_of_another_origin_reads_no_refusal(
    world: DoorWorld, build: Callable[..., GuardedRequest], *, cors_first: bool
) -> None:
    evil = (PROGRAM, ("origin", "https://evil.example"))

    answer = build(world, cors_first=cors_first)("", headers=evil)

    assert answer.status == 401
    assert answer.header("access-control-allow-origin") is None


# --- preflights that the guard answers


async def _asgi_view(scope: Any, receive: Any, send: Any) -> None:
    CALLED.append(scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def _wsgi_view(environ: Any, start_response: Any) -> list[bytes]:
    CALLED.append(environ["PATH_INFO"])
    start_response("200 OK", [])
    return [b"{}"]


def behind_flask(world: DoorWorld) -> Any:
    app = flask.Flask(__name__)
    guarded_flask.Guard(world.request_guard).init_app(app)

    @app.route("/articles", methods=["GET", "OPTIONS"])
    def articles() -> str:
        CALLED.append("/articles")
        return "articles"

    return app


Preflight = Callable[[DoorWorld, Headers], Answer]


def _asgi_options(app: Any, headers: Headers) -> Answer:
    return call(app, "/articles", method="OPTIONS", headers=headers)


def _wsgi_options(app: Any, headers: Headers) -> Answer:
    def options(environ: Any, start_response: Any) -> Any:
        return app({**environ, "REQUEST_METHOD": "OPTIONS"}, start_response)

    return through_wsgi(options)("", headers=headers)


DOORS: Final[dict[str, Preflight]] = {
    "asgi": lambda world, sent: _asgi_options(asgi.Guard(_asgi_view, world.request_guard), sent),
    "wsgi": lambda world, sent: _wsgi_options(wsgi.Guard(_wsgi_view, world.request_guard), sent),
    "flask": lambda world, sent: _wsgi_options(behind_flask(world), sent),
    "django": lambda world, sent: _django_options(world, sent),
}


def _django_options(world: DoorWorld, headers: Headers) -> Answer:
    visit = behind_django_asgi(world, f"{__name__}.as_options", DJANGO_GUARD)
    return visit("", headers=headers)


def as_options(get_response: Any) -> Any:
    """Make every request one for OPTIONS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.scope["method"] = "OPTIONS"  # type: ignore[attr-defined] # of ASGI requests
        return get_response(request)  # type: ignore[no-any-return]

    return middleware


def knowing(world: DoorWorld, *origins: str) -> DoorWorld:
    """*world*, with a guard that answers preflights of *origins*."""
    world.request_guard = RequestGuard(
        world.browser_guard, signin_url=SIGNIN_URL, app_url=APP_URL, preflight_origins=origins
    )
    return world


@pytest.mark.parametrize("door", DOORS)
class TestPreflights:
    def test_by_default_it_is_refused_as_any_other_request(
        self, world: DoorWorld, door: str
    ) -> None:
        answer = DOORS[door](world, PREFLIGHT)

        assert answer.status == 401
        assert answer.header("access-control-allow-origin") is None
        assert CALLED == []

    def test_of_a_configured_origin_it_is_answered_and_no_view_runs(
        self, world: DoorWorld, door: str
    ) -> None:
        answer = DOORS[door](knowing(world, SHOP), PREFLIGHT)

        assert (answer.status, answer.body) == (204, b"")
        assert answer.header("access-control-allow-origin") == SHOP
        assert answer.header("access-control-allow-credentials") == "true"
        assert answer.header("access-control-allow-methods") == "PUT"
        assert answer.header("access-control-allow-headers") == "content-type, x-csrf"
        assert answer.header("access-control-max-age") == "600"
        assert "Origin" in _vary(answer)
        assert CALLED == []

    @pytest.mark.parametrize(
        "headers",
        [
            (("origin", SHOP),),
            (("access-control-request-method", "PUT"),),
            (("origin", "https://evil.example"), *PREFLIGHT[1:]),
            (("origin", f"{SHOP}.evil.example"), *PREFLIGHT[1:]),
            (("origin", "null"), *PREFLIGHT[1:]),
            (("origin", SHOP), ("access-control-request-method", "put it")),
            (("origin", SHOP), ("access-control-request-method", "")),
            (*PREFLIGHT[:2], ("access-control-request-headers", "x" * 1_025)),
            (*PREFLIGHT[:2], ("access-control-request-headers", "x\xe9")),
        ],
    )
    def test_another_one_opens_no_view(self, world: DoorWorld, door: str, headers: Headers) -> None:
        """Also where a view answers OPTIONS itself."""
        answer = DOORS[door](knowing(world, SHOP), headers)

        assert answer.status == 401
        assert CALLED == []


def test_scripts_of_a_configured_origin_read_the_guards_own_refusals(world: DoorWorld) -> None:
    visit = through_asgi(asgi.Guard(_asgi_view, knowing(world, SHOP).request_guard))

    answer = visit("", headers=SCRIPT)
    other = visit("", headers=(PROGRAM, ("origin", "https://evil.example")))

    assert answer.status == other.status == 401
    assert answer.header("access-control-allow-origin") == SHOP
    assert answer.header("vary") == "Cookie, Origin"
    assert other.header("access-control-allow-origin") is None
    assert other.header("vary") == "Cookie, Origin"


def _vary(answer: Answer) -> set[str]:
    return {each.strip() for value in answer.all("vary") for each in value.split(",")}
