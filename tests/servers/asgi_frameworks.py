"""
The same site in each ASGI framework, behind the guard.

``/``, ``/about`` and everything below ``/static/`` is public; any other path leads to a guarded
view, so that a framework that reads a path otherwise than the guard shows it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, cast

import falcon.asgi
import litestar
import quart
import starlette.applications
from django.core.handlers.asgi import ASGIHandler
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from authcore_guard.asgi import AsgiApp, Guard
from authcore_guard.request_guard import RequestGuard
from servers.answers import GUARDED, PUBLIC, is_public


METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

Build = Callable[[RequestGuard], AsgiApp]


def bare(guard: RequestGuard, prefix: str = "") -> AsgiApp:
    """Routes the whole path, whatever the server says of a prefix."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await _respond(PUBLIC if is_public(scope["path"], prefix) else GUARDED, send)

    return Guard(app, guard)


async def _respond(text: str, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


def _views(kind: Any) -> Any:
    async def public(_: Request) -> PlainTextResponse:
        return PlainTextResponse(PUBLIC)

    async def guarded(_: Request) -> PlainTextResponse:
        return PlainTextResponse(GUARDED)

    return kind(
        routes=[
            Route("/", public),
            Route("/about", public),
            Route("/static/{rest:path}", public),
            Route("/{rest:path}", guarded, methods=list(METHODS)),
        ]
    )


def with_starlette(guard: RequestGuard) -> AsgiApp:
    return Guard(_views(starlette.applications.Starlette), guard)


def with_fastapi(guard: RequestGuard) -> AsgiApp:
    return Guard(_views(FastAPI), guard)


def mounted_in_starlette(guard: RequestGuard) -> AsgiApp:
    """The guard of an application that is mounted; the rest of the site is guarded elsewhere."""
    mounted = Guard(_views(starlette.applications.Starlette), guard)
    return starlette.applications.Starlette(routes=[Mount("/cms", app=mounted)])


def with_quart(guard: RequestGuard) -> AsgiApp:
    app: Any = quart.Quart(__name__, static_folder=None)

    async def public(rest: str = "") -> str:
        return PUBLIC

    async def guarded(rest: str = "") -> str:
        return GUARDED

    app.add_url_rule("/", "home", public)
    app.add_url_rule("/about", "about", public)
    app.add_url_rule("/static/", "static", public)
    app.add_url_rule("/static/<path:rest>", "files", public)
    app.add_url_rule("/<path:rest>", "guarded", guarded, methods=list(METHODS))
    return Guard(app, guard)


def with_litestar(guard: RequestGuard) -> AsgiApp:
    @litestar.get(
        ["/", "/about", "/static/{rest:path}"], media_type="text/plain", sync_to_thread=False
    )
    def public(rest: str = "") -> str:
        return PUBLIC

    @litestar.route(
        ["/private", "/private/{rest:path}", "/articles", "/articles/{rest:path}"],
        http_method=["GET", "POST", "OPTIONS"],
        media_type="text/plain",
        status_code=200,
        sync_to_thread=False,
    )
    def guarded(rest: str = "") -> str:
        return GUARDED

    app: Any = litestar.Litestar([public, guarded], openapi_config=None)
    return Guard(app, guard)


class _View:
    def __init__(self, text: str) -> None:
        self._text = text

    async def __call__(self, _: Any, response: Any, **__: str) -> None:
        response.text = self._text

    on_get = __call__


def with_falcon(guard: RequestGuard, prefix: str = "") -> AsgiApp:
    """Routes the whole path, too."""
    app: Any = falcon.asgi.App()
    for path in ("/", "/about", "/static/{rest:path}"):
        app.add_route(prefix + path, _View(PUBLIC))
    app.add_sink(_View(GUARDED), "/")
    return Guard(app, guard)


def with_django(_: RequestGuard) -> AsgiApp:
    """The middleware reads the guard from Django's settings."""
    return cast("AsgiApp", ASGIHandler())


FRAMEWORKS: Final[Mapping[str, Build]] = {
    "bare": bare,
    "starlette": with_starlette,
    "fastapi": with_fastapi,
    "quart": with_quart,
    "litestar": with_litestar,
    "falcon": with_falcon,
    "django": with_django,
}

MOUNTED: Final[Mapping[str, Build]] = {
    "mounted bare": partial(bare, prefix="/cms"),
    "mounted starlette": with_starlette,
    "mounted quart": with_quart,
    "mounted litestar": with_litestar,
    "mounted falcon": partial(with_falcon, prefix="/cms"),
    "starlette mount": mounted_in_starlette,
}
"""Behind a guard whose settings name the prefix ``/cms``."""
