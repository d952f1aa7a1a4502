"""
A guard for Django: a middleware for whole sites, a decorator for single views.

::

    MIDDLEWARE = ["authcore_guard.django.GuardMiddleware", ...]

    @sign_in_required
    def articles(request: SignedInRequest) -> HttpResponse:
        return render(request, "articles.html", {"user": request.authcore_user})

Both read the ``AUTHCORE_*`` variables once.  A site that wires its own guard names a function that
returns a RequestGuard in ``settings.AUTHCORE_DOORKEEPER``.  Views may be sync or async.

Every response has ``Vary: Cookie``.  With the per-site cache the middleware must stand between its
two middlewares; a view under ``cache_page`` needs Django's ``vary_on_cookie`` below it.
"""

from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Sequence
from functools import cache, wraps
from http.cookies import Morsel
from inspect import iscoroutinefunction
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, cast, overload

import attrs
from asgiref.sync import markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import User
from authcore_guard import asgi, asgi_request, wsgi_request
from authcore_guard.container import guard_container
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.open_streams import guard_async_stream, guard_stream
from authcore_guard.request_guard import Allow, Deny, RequestGuard


View: TypeAlias = Callable[..., Any]
Arguments = ParamSpec("Arguments")
Handler: TypeAlias = Callable[Concatenate["SignedInRequest", Arguments], HttpResponse]
AsyncHandler: TypeAlias = Callable[
    Concatenate["SignedInRequest", Arguments], Awaitable[HttpResponse]
]

_CACHE: Final = "django.middleware.cache"
_ORDER: Final = (f"{_CACHE}.UpdateCacheMiddleware", f"{_CACHE}.FetchFromCacheMiddleware")


class SignedInRequest(HttpRequest):
    """A request with a signed-in user: the annotation of views that ``sign_in_required`` guards."""

    authcore_user: User


def current_user(request: HttpRequest) -> User | None:
    """Return the signed-in user of *request*; None on public paths and without a guard."""
    user: User | None = getattr(request, "authcore_user", None)
    return user


@cache
def request_guard() -> RequestGuard:
    """
    Build this site's guard once.

    ``FORCE_SCRIPT_NAME``, where the site has it, is the prefix that Django cuts off, whatever the
    server says.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    named = getattr(settings, "AUTHCORE_DOORKEEPER", None)
    guard: RequestGuard = import_string(named)() if named else guard_container().request_guard()
    prefix: str | None = settings.FORCE_SCRIPT_NAME
    return guard if prefix is None else attrs.evolve(guard, mounted_at=prefix)


class GuardMiddleware:
    """
    Pass requests of signed-in users and requests for public paths; see ``current_user``.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: View) -> None:
        """
        Guard *get_response*.

        Raises:
            ConfigurationError: A setting is wrong, or the middleware order would let the per-site
                cache serve one user's pages to another.
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
            return self._guard_async_request(request)
        decision = self._request_guard.check(_read_request(request))
        if isinstance(decision, Deny):
            return _denial(decision)
        _set_user(request, decision)
        return _complete(self._request_guard, decision, self._get_response(request))

    async def _guard_async_request(self, request: HttpRequest) -> HttpResponse:
        decision = await asgi.check_request(self._request_guard, _read_request(request))
        if isinstance(decision, Deny):
            return _denial(decision)
        _set_user(request, decision)
        return _complete(self._request_guard, decision, await self._get_response(request))


@overload
def sign_in_required(
    view: AsyncHandler[Arguments],
) -> Callable[Concatenate[HttpRequest, Arguments], Coroutine[Any, Any, HttpResponse]]: ...


@overload
def sign_in_required(
    view: Handler[Arguments],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]: ...


def sign_in_required(view: View) -> View:
    """Guard *view*, whether its path is public or not."""
    return _guard_async(view) if iscoroutinefunction(view) else _guard_sync(view)


def _guard_sync(view: View) -> View:
    @wraps(view)
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if current_user(request):
            return cast("HttpResponse", view(request, *args, **kwargs))
        decision = request_guard().for_everything().check(_read_request(request))
        if isinstance(decision, Deny):
            return _denial(decision)
        _set_user(request, decision)
        try:
            return _complete(request_guard(), decision, view(request, *args, **kwargs))
        except Exception as error:
            if not decision.cookies:
                raise
            return _add_headers(decision, _answer_failure(request, error))

    return guarded_view


def _guard_async(view: View) -> View:
    @wraps(view)
    async def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if current_user(request):
            return cast("HttpResponse", await view(request, *args, **kwargs))
        guard = request_guard().for_everything()
        decision = await asgi.check_request(guard, _read_request(request))
        if isinstance(decision, Deny):
            return _denial(decision)
        _set_user(request, decision)
        try:
            return _complete(guard, decision, await view(request, *args, **kwargs))
        except Exception as error:
            if not decision.cookies:
                raise
            failure = await sync_to_async(_answer_failure, thread_sensitive=True)(request, error)
            return _add_headers(decision, failure)

    return guarded_view


def _set_user(request: HttpRequest, decision: Allow) -> None:
    cast("SignedInRequest", request).authcore_user = cast("User", decision.user)


def _answer_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    """Let Django answer *error* here: outside of the view the new tokens would be lost."""
    for database in connections.all(initialized_only=True):
        if database.settings_dict["ATOMIC_REQUESTS"] and database.in_atomic_block:
            database.set_rollback(True)
    response: HttpResponse = response_for_exception(request, error)
    return response


def _require_order(guard: str, middleware: Sequence[str]) -> None:
    """
    Require the guard between the middleware that stores responses and the one that serves them.

    Raises:
        ConfigurationError: The guard stands elsewhere.
    """
    if guard not in middleware:
        return
    position = list(middleware).index
    kept = [each for each in (_ORDER[0], guard, _ORDER[1]) if each in middleware]
    if kept != sorted(kept, key=position) or f"{_CACHE}.CacheMiddleware" in middleware:
        raise ConfigurationError([f"{guard} must stand between {_ORDER[0]} and {_ORDER[1]}"])


def _read_request(request: HttpRequest) -> GuardedRequest:
    """
    Read *request* with the path that Django routes, below the prefix that Django cut off.

    ``META`` is documented and holds everything but the raw path, which over ASGI only ``scope``
    has.
    """
    scope = getattr(request, "scope", None)
    guarded_request = (
        wsgi_request.read_request(request.META)
        if scope is None
        else asgi_request.read_request(scope)
    )
    script_name: str = request.META.get("SCRIPT_NAME", "")
    return attrs.evolve(
        guarded_request, path=script_name + request.path_info, root_path=script_name
    )


class _SetCookie(Morsel[str]):
    """
    A cookie that gives the exact text of authcore through every documented method of a morsel.

    ``HttpResponse.set_cookie`` holds one cookie per name, with its own order and quoting, so it
    changes the text.  ``HttpResponse.cookies`` holds morsels, but Django does not document which
    method it calls: ``output`` up to Django 5, ``OutputString`` from Django 6.  So every method
    must give the same text.  ``output`` and ``str`` call ``OutputString``, and readers of the
    parts, and copies, find each attribute that the standard library knows.

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
        """Support pickle, which Django's caches use."""
        return type(self), (self._as_it_is,)

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802 - http.cookies' own
        """Return the exact text, or only the attributes that *attrs* names."""
        return self._as_it_is if attrs is None else super().OutputString(attrs)

    def output(self, attrs: Container[str] | None = None, header: str = "Set-Cookie:") -> str:
        """Return the text after *header*, without a leading blank where *header* is empty."""
        return super().output(attrs, header).lstrip()


def _denial(denial: Deny) -> HttpResponse:
    response = HttpResponse(denial.body, status=denial.status)
    del response.headers["content-type"]
    return _with_headers(response, denial.headers)


def _complete(guard: RequestGuard, decision: Allow, response: HttpResponse) -> HttpResponse:
    """Add the headers of *decision*, and judge its session again while *response* is streamed."""
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        chunks = response.streaming_content
        if not response.is_async:
            response.streaming_content = guard_stream(guard, decision, chunks)
        elif decision.opened is not None:
            response.streaming_content = guard_async_stream(guard, decision.opened, chunks)
    return _add_headers(decision, response)


def _add_headers(decision: Allow, response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ("Cookie",))
    if not decision.cookies:
        return response
    headers = decision.headers(response.items())
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
    Add *cookie* beside others of its name: one for the shared domain, one for this host.

    The second one has a key that is not its name; the morsel itself holds the name.
    """
    others = sum(each.key == cookie.key for each in response.cookies.values())
    place = f"{cookie.key} {others}" if others else cookie.key
    response.cookies[place] = cookie
