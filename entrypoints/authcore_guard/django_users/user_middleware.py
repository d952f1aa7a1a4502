"""Sets ``request.user`` from the guard's decision, and from nothing else."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth import load_backend
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from authcore.domain.errors import (
    ConfigurationError,
    CoordinationUnavailableError,
    RejectedError,
)
from authcore.domain.model.session import User
from authcore_guard.django_requests import (
    answer_outage,
    current_user,
    refuse_user,
    request_guard,
)
from authcore_guard.django_users.backend import CognitoBackend
from authcore_guard.django_users.user_rules import user_rules


GUARD: Final = "authcore_guard.django.GuardMiddleware"


class UserMiddleware(AuthenticationMiddleware):
    """
    Set ``request.user`` to the Django user of the signed-in user, in place of Django's middleware.

    A session of Django's own login does not count.  Without a user of the guard ``request.user`` is
    an AnonymousUser.  A user whom the site refuses gets 403, and an outage of the database is 503.

    Where the guard only observes, ``request.user`` is that of Django's own login, as without this
    middleware; without Django's sessions it is an AnonymousUser.
    """

    def __init__(self, get_response: Any) -> None:
        """
        Stand behind *get_response*.

        Raises:
            ConfigurationError: A setting is wrong, the backend is missing, or GuardMiddleware does
                not stand before.
        """
        super().__init__(get_response)
        user_rules()
        self._path, self._backend = _backend()
        own = f"{__name__}.{type(self).__qualname__}"
        if (
            own in settings.MIDDLEWARE
            and GUARD not in settings.MIDDLEWARE[: settings.MIDDLEWARE.index(own)]
        ):
            raise ConfigurationError([f"{GUARD} must stand before {own}"])

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]
        """See: Django "Middleware"."""
        if request_guard().shadow:
            self._follow_own_login(request)
            return None
        user, record, response = current_user(request), None, None
        if user is not None:
            try:
                record = self._record_of(user)
            except RejectedError as error:
                response = refuse_user(request, user, error)
            except (OperationalError, InterfaceError) as error:
                response = answer_outage(
                    request,
                    CoordinationUnavailableError("no database", detail=type(error).__name__),
                )
        _set_request_user(request, record or AnonymousUser())
        return response

    def _follow_own_login(self, request: HttpRequest) -> None:
        if hasattr(request, "session"):
            super().process_request(request)
        else:
            _set_request_user(request, AnonymousUser())

    def _record_of(self, user: User) -> Any:
        record = self._backend.record_of(user)
        if record is not None:
            record.backend = self._path
        return record


def _backend() -> tuple[str, CognitoBackend]:
    for path in settings.AUTHENTICATION_BACKENDS:
        backend = load_backend(path)
        if isinstance(backend, CognitoBackend):
            return path, backend
    raise ConfigurationError(["settings.AUTHENTICATION_BACKENDS must name CognitoBackend"])


def _set_request_user(request: HttpRequest, record: Any) -> None:
    async def auser() -> Any:
        return record

    request.user = record
    request.auser = auser
