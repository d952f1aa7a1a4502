"""
A guard for any WSGI application.

::

    app = Guard.from_environment(app)      # environ["authcore.user"] is a User, or None
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.container import guard_container
from authcore_guard.open_streams import guard_stream
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.telemetry import Telemetry
from authcore_guard.wsgi_request import read_request


USER_KEY: Final = "authcore.user"


class Guard:
    """
    Pass requests of signed-in users and requests for public paths to *app*.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.

    A guard that only observes passes every request on as it came; see Shadow.
    """

    def __init__(self, app: WSGIApplication, request_guard: RequestGuard) -> None:
        """Guard *app*; *request_guard* decides."""
        self._app = app
        self._request_guard = request_guard
        self.telemetry: Telemetry = request_guard.telemetry

    @classmethod
    def from_environment(
        cls,
        app: WSGIApplication,
        environment: Mapping[str, str] | None = None,
        *,
        legacy: LegacySessions | None = None,
    ) -> Self:
        """Guard *app* as the ``AUTHCORE_*`` variables configure; see ``guard_container``."""
        return cls(app, guard_container(environment, legacy=legacy).request_guard())

    def warm_up(self) -> None:
        """Fetch the keys, two seconds at most; call it in each worker after the server forked."""
        self._request_guard.warm_up()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """See: PEP 3333."""
        if shadow := self._request_guard.shadow:
            shadow.observe(self._request_guard, lambda: read_request(environ))
            return self._app(environ, start_response)
        request = read_request(environ)
        decision = self._request_guard.check(request)
        if isinstance(decision, Allow):
            start = add_headers(decision, start_response)
            body = self._app({**environ, USER_KEY: decision.user}, start)
            return guard_stream(self._request_guard, decision, body)
        return send_denial(decision, request.method, start_response)


def add_headers(decision: Allow, start_response: StartResponse) -> StartResponse:
    """Wrap *start_response*: add the headers of *decision* to the response."""

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        complete = decision.headers(headers)
        return (
            start_response(status, complete, exc_info)
            if exc_info
            else start_response(status, complete)
        )

    return start


def send_denial(denial: Deny, method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Start *denial* as the response; return its body."""
    status = f"{denial.status} {HTTPStatus(denial.status).phrase}"
    start_response(status, [*denial.headers, ("content-length", str(len(denial.body)))])
    return [b"" if method == "HEAD" else denial.body]
