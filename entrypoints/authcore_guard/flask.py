"""
A guard for a Flask application.

::

    app = Flask(__name__)
    Guard.from_environment().init_app(app)      # authcore_guard.flask.current_user()
"""

from collections.abc import Mapping
from typing import Final, Self

from flask import Flask, Response, has_request_context, request

from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.container import guard_container
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.wsgi import read_request


_VERDICT: Final = "authcore.verdict"
"""In the environ: ``g`` is shared by all requests below a context that the application pushed."""


def current_user() -> User | None:
    """Who is signed in; None on public paths and outside of requests that were guarded."""
    verdict = request.environ.get(_VERDICT) if has_request_context() else None
    return verdict.user if isinstance(verdict, Allow) else None


class Guard:
    """
    Lets signed-in people and public paths through to the application's views.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage is
    503 with Retry-After, never a redirect.
    """

    def __init__(self, request_guard: RequestGuard) -> None:
        """
        Guard with *request_guard*.

        Args:
            request_guard: Judges.
        """
        self._request_guard = request_guard

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
    ) -> Self:
        """
        Guard as the ``AUTHCORE_*`` variables say.

        Args:
            environment: Variables by name; the process's own when None.

            legacy: Knows the old login, in the place of the legacy system's HTTP API.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        return cls(guard_container(environment, legacy=legacy).request_guard())

    def init_app(self, app: Flask) -> None:
        """Stand in front of every view of *app*: judge first, and have the last word."""
        app.before_request_funcs.setdefault(None, []).insert(0, self._before)
        app.after_request_funcs.setdefault(None, []).insert(0, _after)  # called in reverse order

    def _before(self) -> Response | None:
        verdict = self._request_guard.check(read_request(request.environ))
        request.environ[_VERDICT] = verdict
        return _refused(verdict) if isinstance(verdict, Deny) else None


def _after(response: Response) -> Response:
    verdict = request.environ.get(_VERDICT)
    if isinstance(verdict, Deny):
        return _refused(verdict)
    if isinstance(verdict, Allow):
        headers = verdict.headers(list(response.headers))
        response.headers.clear()
        response.headers.extend(headers)
    return response


def _refused(refusal: Deny) -> Response:
    response = Response(refusal.body, refusal.status)
    response.headers.clear()
    response.headers.extend(refusal.headers)
    return response
