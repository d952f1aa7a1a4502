"""The same site in each WSGI framework, behind the guard; see ``asgi_frameworks``."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from wsgiref.types import WSGIApplication

import flask
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from authcore_guard import flask as guarded_flask
from authcore_guard.request_guard import RequestGuard
from authcore_guard.wsgi import Guard
from servers.answers import GUARDED, PUBLIC, is_public


Build = Callable[[RequestGuard], WSGIApplication]


def bare(guard: RequestGuard) -> WSGIApplication:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [(PUBLIC if is_public(environ["PATH_INFO"]) else GUARDED).encode()]

    return Guard(app, guard)


def with_flask(guard: RequestGuard) -> WSGIApplication:
    app = flask.Flask(__name__, static_folder=None)
    guarded_flask.Guard(guard).init_app(app)

    def public(rest: str = "") -> str:
        return PUBLIC

    def guarded(rest: str = "") -> str:
        return GUARDED

    app.add_url_rule("/", "home", public)
    app.add_url_rule("/about", "about", public)
    app.add_url_rule("/static/", "static", public)
    app.add_url_rule("/static/<path:rest>", "files", public)
    app.add_url_rule("/<path:rest>", "guarded", guarded, methods=["GET", "POST"])
    return app


def dispatched_flask(guard: RequestGuard) -> WSGIApplication:
    """Below ``/cms`` of a site that has nothing else."""

    def nothing(_: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [])
        return [b""]

    return DispatcherMiddleware(nothing, {"/cms": with_flask(guard)})


def with_django(_: RequestGuard) -> WSGIApplication:
    """The middleware reads the guard from Django's settings."""
    return WSGIHandler()


FRAMEWORKS: Final[Mapping[str, Build]] = {
    "bare": bare,
    "flask": with_flask,
    "django": with_django,
}

MOUNTED: Final[Mapping[str, Build]] = {
    "mounted bare": bare,
    "mounted flask": with_flask,
    "dispatched flask": dispatched_flask,
}
"""Behind a guard whose settings name the prefix ``/cms``."""


# --- Django's URLs


def _public(_: HttpRequest) -> HttpResponse:
    return HttpResponse(PUBLIC)


def _guarded(_: HttpRequest) -> HttpResponse:
    return HttpResponse(GUARDED)


urlpatterns = [
    re_path(r"^\Z", _public),
    re_path(r"^about\Z", _public),
    re_path(r"^static/", _public),
    re_path(r"", _guarded),
]
