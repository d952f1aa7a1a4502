"""After the sign-in the browser comes back to the very page, through every door."""

import io
from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, unquote_to_bytes

import flask
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from fastapi import Depends, FastAPI

from authcore import User
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore_guard import asgi, wsgi
from authcore_guard import flask as guarded_flask
from authcore_guard.fastapi import SignedIn
from doors.door_world import APP_URL
from doors.frameworks import DJANGO_GUARD, django_site
from doors.live_web_world import LiveWebWorld
from doors.very_pages import PAGES, ROOM, SHORTENED, WITHOUT_RAW_PATH
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, call


Visit = Callable[[str], tuple[str, str]]
"""Of a request target: the page in the sign-in's URL, and what it says is left out."""


def _never(*_: Any) -> Any:
    raise AssertionError("the application was called")


NEVER: Final[Any] = _never
"""An application, ASGI or WSGI, that no request reaches."""


def through_asgi(app: Any) -> Visit:
    def visit(target: str) -> tuple[str, str]:
        path = target.partition("?")[0].encode("latin-1")
        routed = unquote_to_bytes(path).decode("utf-8", "replace")
        answer = call(app, target, headers=[PAGE], path=routed)
        assert answer.status == 302
        return _page(answer.header("location")), answer.header("x-auth-return-without") or ""

    return visit


def through_wsgi(app: Any, *raw: str) -> Visit:
    def visit(target: str) -> tuple[str, str]:
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_ACCEPT": "text/html",
            "SERVER_NAME": "anything.example",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **dict.fromkeys(raw, target),
        }
        started: list[Any] = []
        b"".join(app(environ, lambda *start: started.append(start)))
        [(status, headers, *_)] = started
        assert status.startswith("302"), status
        found = {name.lower(): value for name, value in headers}
        return _page(found["location"]), found.get("x-auth-return-without", "")

    return visit


def _page(location: str | None) -> str:
    query = (location or "").partition("?")[2]
    [page] = parse_qs(query, strict_parsing=True)["redirect"]
    assert RedirectAllowlist([APP_URL]).resolve(page) == page
    return page.removeprefix(APP_URL)


def behind_fastapi(world: DoorWorld) -> Visit:
    app = FastAPI()
    signed_in = SignedIn(world.request_guard).install(app)

    @app.get("/{rest:path}")
    async def everything(rest: str, user: Annotated[User, Depends(signed_in)]) -> None:
        raise AssertionError("the view was called")

    return through_asgi(app)


def behind_flask(world: DoorWorld) -> Visit:
    app = flask.Flask(__name__)
    app.url_map.merge_slashes = False
    guarded_flask.Guard(world.request_guard).init_app(app)
    return through_wsgi(app, "REQUEST_URI")


def behind_django(world: DoorWorld, door: Callable[[], Visit]) -> Visit:
    django_site(world, [DJANGO_GUARD])
    return door()


DOORS: Final[dict[str, Callable[[DoorWorld], Visit]]] = {
    "asgi": lambda world: through_asgi(asgi.Guard(NEVER, world.request_guard)),
    "gunicorn": lambda world: through_wsgi(wsgi.Guard(NEVER, world.request_guard), "RAW_URI"),
    "waitress": lambda world: through_wsgi(wsgi.Guard(NEVER, world.request_guard), "REQUEST_URI"),
    "fastapi": behind_fastapi,
    "flask": behind_flask,
    "django asgi": lambda world: behind_django(world, lambda: through_asgi(ASGIHandler())),
    "django wsgi": lambda world: behind_django(
        world, lambda: through_wsgi(WSGIHandler(), "RAW_URI")
    ),
}


LINE_BREAK: Final = "/a%0D%0Aset-cookie:x"
"""FastAPI's ``{rest:path}`` matches no line break."""


@pytest.mark.parametrize("door", DOORS)
def test_a_guard_leads_back_to_the_very_page(door: str) -> None:
    """RD-06: as the client spelled it, and as the allow-list takes it."""
    visit = DOORS[door](DoorWorld())
    expected = {
        target: (page, "query" if target in SHORTENED else "")
        for target, page in PAGES
        if (door, target) != ("fastapi", LINE_BREAK)
    }

    assert {target: visit(target) for target in expected} == expected


def test_without_a_raw_path_only_an_encoded_slash_is_lost() -> None:
    visit = through_wsgi(wsgi.Guard(NEVER, DoorWorld().request_guard))

    found = {target: visit(target)[0] for target, _ in PAGES}

    assert found == {target: WITHOUT_RAW_PATH.get(target, page) for target, page in PAGES}


def test_a_path_that_is_too_long_leads_to_the_front_page_and_says_so() -> None:
    visit = DOORS["asgi"](DoorWorld())
    assert visit("/" + "a" * (ROOM - 1)) == ("/" + "a" * (ROOM - 1), "")
    assert visit("/" + "a" * ROOM) == ("/", "page")


def test_the_auth_service_leads_a_proxys_browser_back_to_the_very_page() -> None:
    """As nginx sends it: ``$scheme://$host$request_uri``."""
    world = LiveWebWorld()

    def visit(target: str) -> str:
        original = ("x-auth-original-url", APP_URL + target)
        return _page(world.visit("/auth/check", headers=[original]).header("x-auth-signin"))

    assert {target: visit(target) for target, _ in PAGES} == dict(PAGES)
