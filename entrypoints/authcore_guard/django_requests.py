"""What the guard's parts for Django share: the site's guard, and the user of a request."""

from collections.abc import Callable
from functools import cache
from typing import Final, cast

import attrs
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.groups import Requirement
from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard import asgi_request, wsgi_request
from authcore_guard.container import guard_container
from authcore_guard.django_responses import denial_response
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.request_guard import Allow, Deny, RequestGuard


_DENIAL: Final = "authcore_denial"
"""The request's member that makes the denial of a user whom a public path forgot."""

_OBSERVED: Final = "authcore_observed"
"""The request's member that says whether a guard that only observes has counted it."""


class SignedInRequest(HttpRequest):
    """A request with a signed-in user: the annotation of views that ``sign_in_required`` guards."""

    authcore_user: User


def current_user(request: HttpRequest) -> User | None:
    """
    Return the signed-in user of *request*; None on public paths and without a guard.

    Always None where the guard only observes.
    """
    user: User | None = getattr(request, "authcore_user", None)
    return user


@cache
def request_guard() -> RequestGuard:
    """
    Build this site's guard once.

    ``FORCE_SCRIPT_NAME``, where the site has it, is the prefix that Django cuts off; what the
    server says has no effect.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    named = getattr(settings, "AUTHCORE_DOORKEEPER", None)
    guard: RequestGuard = (
        import_string(named)() if named else guard_container(legacy=_legacy()).request_guard()
    )
    prefix: str | None = settings.FORCE_SCRIPT_NAME
    return guard if prefix is None else attrs.evolve(guard, mounted_at=prefix)


def _legacy() -> LegacySessions | None:
    named = getattr(settings, "AUTHCORE_LEGACY_SESSIONS", None)
    if named is None:
        return None
    found = import_string(named)
    legacy: LegacySessions = found if hasattr(found, "are_carried") else found()
    return legacy


def warm_up() -> None:
    """Fetch the keys, two seconds at most; call it in each worker after the server forked."""
    request_guard().warm_up()


def read_request(request: HttpRequest) -> GuardedRequest:
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


def observe(guard: RequestGuard, request: HttpRequest, *requirements: Requirement) -> None:
    """
    Let *guard* observe *request*, without effect on it; see Shadow.

    A second call for one request is about a view, which refuses what the middleware lets in.
    """
    shadow, is_counted = guard.shadow, getattr(request, _OBSERVED, False)
    setattr(request, _OBSERVED, True)
    if shadow is None:
        return
    watch = shadow.observe_route if is_counted else shadow.observe
    watch(guard, lambda: read_request(request), *requirements)


def set_user(request: HttpRequest, decision: Allow) -> None:
    """Let ``current_user`` return the user of *decision*."""
    cast("SignedInRequest", request).authcore_user = cast("User", decision.user)


def refuse_user(request: HttpRequest, user: User, error: RejectedError) -> HttpResponse | None:
    """Answer 403 because of *error* about *user*; see ``_deny`` for public paths."""
    asked, guard = read_request(request), request_guard()
    return _deny(request, lambda: guard.refuse_user(asked, user, error))


def answer_outage(request: HttpRequest, error: UnavailableError) -> HttpResponse | None:
    """Answer 503 because of *error*; see ``_deny`` for public paths."""
    asked, guard = read_request(request), request_guard()
    return _deny(request, lambda: guard.deny_outage(asked, error))


def standing_denial(request: HttpRequest) -> Deny | None:
    """Return the denial that waits for guarded views of a public path; None without one."""
    make: Callable[[], Deny] | None = getattr(request, _DENIAL, None)
    return make() if make else None


def _deny(request: HttpRequest, make: Callable[[], Deny]) -> HttpResponse | None:
    """
    Answer by a denial; on a public path continue without the user.

    Views of a public path that need a user answer by the same denial: they would find the session
    of the forgotten user again.
    """
    if not request_guard().is_public(read_request(request)):
        return denial_response(make())
    set_user(request, Allow(None))
    setattr(request, _DENIAL, make)
    return None
