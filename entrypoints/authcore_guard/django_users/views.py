"""
Sign-in and sign-out for ``LOGIN_URL`` and the admin.

::

    urlpatterns = [
        path("login/", sign_in),                     # settings.LOGIN_URL
        path("logout/", sign_out),
        path("admin/login/", sign_in),               # before the admin's own
        path("admin/logout/", sign_out),
        path("admin/", admin.site.urls),
    ]

The two sign-in paths must be public: ``AUTHCORE_GUARD_PUBLIC_PATHS="/login/ /admin/login/"``.
"""

from urllib.parse import unquote

import attrs
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from authcore.domain.errors import ConfigurationError
from authcore_guard.django_requests import (
    current_user,
    read_request,
    request_guard,
    standing_denial,
)
from authcore_guard.django_responses import denial_response


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """
    Redirect to the sign-in, which returns to ``next``.

    A user whom the site refuses gets that refusal: a sign-in would lead back here.

    Raises:
        PermissionDenied: The user is signed in already, so that a sign-in would not help: the page
            needs a permission that the user does not have.

        ConfigurationError: This path is not public.
    """
    asked, guard = read_request(request), request_guard()
    if not guard.is_public(asked):
        raise ConfigurationError([f"{asked.path} must be one of AUTHCORE_GUARD_PUBLIC_PATHS"])
    if denial := standing_denial(request):
        return denial_response(denial)
    target = _target(request)
    if current_user(request) is not None:
        if REDIRECT_FIELD_NAME in request.GET:
            raise PermissionDenied
        return HttpResponseRedirect(target)
    path, _, query = iri_to_uri(target).partition("?")
    back = attrs.evolve(
        asked,
        method="GET",
        path=unquote(path),
        raw_path=path,
        query=query,
        accept="text/html",
        fetch_mode="",
        purpose="",
    )
    return denial_response(guard.sign_in(back))


def _target(request: HttpRequest) -> str:
    """``next``, where it is a path of this site; the front page otherwise."""
    found = request.GET.get(REDIRECT_FIELD_NAME, "/")
    is_path = found.startswith("/") and url_has_allowed_host_and_scheme(found, allowed_hosts=None)
    return found if is_path else "/"


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """
    Redirect to the sign-out, which asks the user; a POST also ends the session of Django.

    Only the auth service ends the session of the pool.
    """
    if request.method == "POST" and hasattr(request, "session"):
        logout(request)
    response = HttpResponseRedirect(request_guard().signout_url)
    response.status_code = 303
    return response
