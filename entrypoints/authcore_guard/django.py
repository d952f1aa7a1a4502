"""
A guard for Django: a middleware for whole sites, a decorator for single views.

::

    MIDDLEWARE = ["authcore_guard.django.GuardMiddleware", ...]

    @sign_in_required
    def articles(request: SignedInRequest) -> HttpResponse:
        return render(request, "articles.html", {"user": request.authcore_user})

    @group_required("editors", "admins", any_of=True)
    async def drafts(request: SignedInRequest) -> HttpResponse: ...

    class Articles(SignInRequiredMixin, ListView): ...      # also with async handlers

Both read the ``AUTHCORE_*`` variables once.  A site that wires its own guard names a function that
returns a RequestGuard in ``settings.AUTHCORE_DOORKEEPER``; a site that resolves sessions of the old
login itself names its LegacySessions, or a function that returns them, in
``settings.AUTHCORE_LEGACY_SESSIONS``.  Views may be sync or async, functions or classes.
``request.user`` is set by ``authcore_guard.django_users``.

Every response has ``Vary: Cookie``.  With the per-site cache the middleware must stand between its
two middlewares; a view under ``cache_page`` needs Django's ``vary_on_cookie`` below it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from authcore.domain.errors import ConfigurationError
from authcore_guard import asgi
from authcore_guard.django_requests import (
    SignedInRequest,
    current_user,
    observe,
    read_request,
    request_guard,
    set_user,
    warm_up,
)
from authcore_guard.django_responses import complete, denial_response
from authcore_guard.django_views import SignInRequiredMixin, group_required, sign_in_required
from authcore_guard.request_guard import Deny


__all__ = [
    "GuardMiddleware",
    "SignInRequiredMixin",
    "SignedInRequest",
    "current_user",
    "group_required",
    "request_guard",
    "sign_in_required",
    "warm_up",
]

View: TypeAlias = Callable[..., Any]

_CACHE: Final = "django.middleware.cache"
_ORDER: Final = (f"{_CACHE}.UpdateCacheMiddleware", f"{_CACHE}.FetchFromCacheMiddleware")


class GuardMiddleware:
    """
    Pass requests of signed-in users and requests for public paths; see ``current_user``.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.

    A guard that only observes passes every request on as it came; see Shadow.
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
        if self._request_guard.shadow:
            observe(self._request_guard, request)
            return self._get_response(request)
        if self._is_async:
            return self._guard_async_request(request)
        decision = self._request_guard.check(read_request(request))
        if isinstance(decision, Deny):
            return denial_response(decision)
        set_user(request, decision)
        return complete(self._request_guard, decision, self._get_response(request))

    async def _guard_async_request(self, request: HttpRequest) -> HttpResponseBase:
        decision = await asgi.check_request(self._request_guard, read_request(request))
        if isinstance(decision, Deny):
            return denial_response(decision)
        set_user(request, decision)
        return complete(self._request_guard, decision, await self._get_response(request))


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
