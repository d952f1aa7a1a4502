"""
A guard for Django: a middleware for whole sites, a decorator for single views.

::

    MIDDLEWARE = ["authcore_guard.django.GuardMiddleware", ...]

    @sign_in_required
    def articles(request):
        return render(request, "articles.html", {"user": request.authcore_user})

Both read the ``AUTHCORE_*`` variables once.  A site that wires its guard itself names a function
that gives a RequestGuard in ``settings.AUTHCORE_DOORKEEPER``.  Sync and async views alike.

Every answer says ``Vary: Cookie``.  The middleware stands between the two of the per-site cache, if
there is one; a view under ``cache_page`` needs Django's ``vary_on_cookie`` below it.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from functools import cache, wraps
from http.cookies import Morsel
from inspect import iscoroutinefunction
from typing import Any, Final, TypeAlias

import attrs
from asgiref.sync import markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string

from authcore.domain.errors import ConfigurationError
from authcore_guard import asgi, wsgi
from authcore_guard.container import guard_container
from authcore_guard.request_guard import Allow, Deny, GuardedRequest, RequestGuard


View: TypeAlias = Callable[..., Any]

_CACHE: Final = "django.middleware.cache"
_ORDER: Final = (f"{_CACHE}.UpdateCacheMiddleware", f"{_CACHE}.FetchFromCacheMiddleware")


@cache
def request_guard() -> RequestGuard:
    """
    Who judges this site's requests.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    named = getattr(settings, "AUTHCORE_DOORKEEPER", None)
    made: RequestGuard = import_string(named)() if named else guard_container().request_guard()
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
        """
        Stand in front of *get_response*.

        Raises:
            ConfigurationError: Of settings, or the per-site cache would hand pages to strangers.
        """
        _require_order(f"{__name__}.{type(self).__qualname__}", settings.MIDDLEWARE)
        self._get_response = get_response
        self._request_guard = request_guard()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """See: Django "Middleware"."""
        if self._is_async:
            return self._guarded(request)
        verdict = self._request_guard.check(_visit(request))
        if isinstance(verdict, Deny):
            return _refused(verdict)
        request.authcore_user = verdict.user
        return _carrying(verdict, self._get_response(request))

    async def _guarded(self, request: HttpRequest) -> HttpResponse:
        verdict = await asgi.check_request(self._request_guard, _visit(request))
        if isinstance(verdict, Deny):
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
        verdict = request_guard().for_everything().check(_visit(request))
        if isinstance(verdict, Deny):
            return _refused(verdict)
        request.authcore_user = verdict.user
        try:
            return _carrying(verdict, view(request, *args, **kwargs))
        except Exception as error:
            if not verdict.cookies:
                raise
            return _carrying(verdict, _failed(request, error))

    return guarded


def _async_view(view: View) -> View:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request, "authcore_user", None):
            return await view(request, *args, **kwargs)
        verdict = await asgi.check_request(request_guard().for_everything(), _visit(request))
        if isinstance(verdict, Deny):
            return _refused(verdict)
        request.authcore_user = verdict.user
        try:
            return _carrying(verdict, await view(request, *args, **kwargs))
        except Exception as error:
            if not verdict.cookies:
                raise
            failed = await sync_to_async(_failed, thread_sensitive=True)(request, error)
            return _carrying(verdict, failed)

    return guarded


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """What Django answers to *error*, here and now: outside of the view new tokens are lost."""
    for database in connections.all(initialized_only=True):
        if database.settings_dict["ATOMIC_REQUESTS"] and database.in_atomic_block:
            database.set_rollback(True)
    response: HttpResponse = response_for_exception(request, error)
    return response


def _require_order(guard: str, middleware: Sequence[str]) -> None:
    """
    Stand behind the cache that stores answers, and before the one that gives them.

    Raises:
        ConfigurationError: The guard stands elsewhere.
    """
    if guard not in middleware:
        return
    position = list(middleware).index
    kept = [each for each in (_ORDER[0], guard, _ORDER[1]) if each in middleware]
    if kept != sorted(kept, key=position) or f"{_CACHE}.CacheMiddleware" in middleware:
        raise ConfigurationError([f"{guard} must stand between {_ORDER[0]} and {_ORDER[1]}"])


def _visit(request: HttpRequest) -> GuardedRequest:
    """
    As Django routes it, whatever its prefix (``FORCE_SCRIPT_NAME``).

    ``META`` is documented and holds all but one fact: over ASGI only ``scope`` has the raw path.
    """
    scope = getattr(request, "scope", None)
    visit = wsgi.read_request(request.META) if scope is None else asgi.read_request(scope)
    return attrs.evolve(visit, path=request.path_info)


class _SetCookie(Morsel[str]):
    """
    A cookie that is what authcore wrote, in whichever documented way of a morsel it is asked.

    ``HttpResponse.set_cookie`` knows one cookie of a name, and its own order and quoting: what it
    writes is not what authcore wrote.  ``HttpResponse.cookies`` takes morsels, but Django does not
    say what it asks them: ``output`` up to Django 5, ``OutputString`` from Django 6.  So nothing
    here depends on the question.  Every text of a morsel comes from ``OutputString``, and a reader
    of the parts, or a copy, finds each attribute that the standard library knows.

    See: the standard library's ``http.cookies``.
    """

    def __init__(self, set_cookie: str) -> None:
        super().__init__()
        pair, *attributes = set_cookie.split("; ")
        name, _, value = pair.partition("=")
        self.set(name, value, value)
        for each in attributes:
            attribute, _, said = each.partition("=")
            if self.isReservedKey(attribute):
                self[attribute] = said or True
        self._as_it_is = set_cookie

    def __reduce__(self) -> tuple[type["_SetCookie"], tuple[str]]:
        """Caches pickle answers."""
        return type(self), (self._as_it_is,)

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802 - http.cookies' own
        """The whole value, unless *attrs* names the attributes that are wanted."""
        return self._as_it_is if attrs is None else super().OutputString(attrs)

    def output(self, attrs: Container[str] | None = None, header: str = "Set-Cookie:") -> str:
        """The same below *header*; no field of HTTP begins with a blank where there is none."""
        return super().output(attrs, header).lstrip()


def _refused(refusal: Deny) -> HttpResponse:
    response = HttpResponse(refusal.body, status=refusal.status)
    del response.headers["content-type"]
    return _with_headers(response, refusal.headers)


def _carrying(passed: Allow, response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ("Cookie",))
    if not passed.cookies:
        return response
    headers = passed.headers(response.items())
    for name in list(response.headers):
        del response.headers[name]
    return _with_headers(response, headers)


def _with_headers(response: HttpResponse, headers: Iterable[tuple[str, str]]) -> HttpResponse:
    for name, value in headers:
        if name == "set-cookie":
            _set_cookie(response, _SetCookie(value))
        else:
            response.headers[name] = value
    return response


def _set_cookie(response: HttpResponse, cookie: _SetCookie) -> None:
    """
    Beside others of the same name: one is of the shared domain, one of this host.

    The second lies at a place that is no cookie's name: it is the morsel that names itself.
    """
    others = sum(each.key == cookie.key for each in response.cookies.values())
    place = f"{cookie.key} {others}" if others else cookie.key
    response.cookies[place] = cookie
