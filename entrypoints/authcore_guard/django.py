"""
A guard for Django: a middleware for whole sites, a decorator for single views.

::

    MIDDLEWARE = ["authcore_guard.django.GuardMiddleware", ...]

    @sign_in_required
    def articles(request):
        return render(request, "articles.html", {"user": request.authcore_user})

Both read the ``AUTHCORE_*`` variables once.  A site that wires its guard itself names a function
that gives a Doorkeeper in ``settings.AUTHCORE_DOORKEEPER``.  Sync and async views alike.
"""

from collections.abc import Callable
from functools import cache, wraps
from http.cookies import Morsel
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from authcore_guard import asgi, wsgi
from authcore_guard.container import guard_container
from authcore_guard.decision import Doorkeeper, Pass, Refusal, Visit


View: TypeAlias = Callable[..., Any]


@cache
def doorkeeper() -> Doorkeeper:
    """
    Who judges this site's requests.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    named = getattr(settings, "AUTHCORE_DOORKEEPER", None)
    made: Doorkeeper = import_string(named)() if named else guard_container().doorkeeper()
    return made


class GuardMiddleware:
    """
    Lets signed-in people and public paths through; ``request.authcore_user`` is a User, or None.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage is
    503 with Retry-After, never a redirect.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: View) -> None:
        """Stand in front of *get_response*."""
        self._get_response = get_response
        self._doorkeeper = doorkeeper()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """See: Django "Middleware"."""
        if self._is_async:
            return self._guarded(request)
        verdict = self._doorkeeper.judge(_visit(request))
        if isinstance(verdict, Refusal):
            return _refused(verdict)
        request.authcore_user = verdict.user
        return _carrying(verdict, self._get_response(request))

    async def _guarded(self, request: HttpRequest) -> HttpResponse:
        verdict = await asgi.judged(self._doorkeeper, _visit(request))
        if isinstance(verdict, Refusal):
            return _refused(verdict)
        request.authcore_user = verdict.user
        return _carrying(verdict, await self._get_response(request))


def sign_in_required(view: View) -> View:
    """*view* for people who are signed in, whether its path is public or not."""
    if iscoroutinefunction(view):
        return _async_view(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request, "authcore_user", None):
            return view(request, *args, **kwargs)
        verdict = doorkeeper().for_everything().judge(_visit(request))
        if isinstance(verdict, Refusal):
            return _refused(verdict)
        request.authcore_user = verdict.user
        return _carrying(verdict, view(request, *args, **kwargs))

    return guarded


def _async_view(view: View) -> View:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request, "authcore_user", None):
            return await view(request, *args, **kwargs)
        verdict = await asgi.judged(doorkeeper().for_everything(), _visit(request))
        if isinstance(verdict, Refusal):
            return _refused(verdict)
        request.authcore_user = verdict.user
        return _carrying(verdict, await view(request, *args, **kwargs))

    return guarded


def _visit(request: HttpRequest) -> Visit:
    scope = getattr(request, "scope", None)
    return wsgi.visit_of(request.environ) if scope is None else asgi.visit_of(scope)


class _SetCookie(Morsel[str]):
    """A ``Set-Cookie`` value as it is; Django would take it apart and quote it anew."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._as_it_is = value

    def output(self, *_: object, **__: object) -> str:
        """The whole value; what both of Django's handlers ask for."""
        return self._as_it_is


def _refused(refusal: Refusal) -> HttpResponse:
    response = HttpResponse(refusal.body, status=refusal.status)
    del response.headers["content-type"]
    return _with_headers(response, refusal.headers)


def _carrying(passed: Pass, response: HttpResponse) -> HttpResponse:
    if not passed.cookies:
        return response
    headers = passed.headers(response.items())
    for name in list(response.headers):
        del response.headers[name]
    return _with_headers(response, headers)


def _with_headers(response: HttpResponse, headers: Any) -> HttpResponse:
    for number, (name, value) in enumerate(headers):
        if name == "set-cookie":
            dict.__setitem__(
                response.cookies, f"{value.partition('=')[0]} {number}", _SetCookie(value)
            )
        else:
            response.headers[name] = value
    return response
