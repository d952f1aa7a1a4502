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
from authcore_guard.request_guard import Allow, Deny, GuardedRequest, RequestGuard


USER_KEY: Final = "authcore.user"


class Guard:
    """
    Lets signed-in people and public paths through to *app*.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage
    of the key source is 503 with Retry-After, never a redirect.
    """

    def __init__(self, app: WSGIApplication, request_guard: RequestGuard) -> None:
        """
        Stand in front of *app*.

        Args:
            app: The application.

            request_guard: Judges.
        """
        self._app = app
        self._request_guard = request_guard

    @classmethod
    def from_environment(
        cls,
        app: WSGIApplication,
        environment: Mapping[str, str] | None = None,
        *,
        legacy: LegacySessions | None = None,
    ) -> Self:
        """
        Guard *app* as the ``AUTHCORE_*`` variables say.

        Args:
            app: The application.

            environment: Variables by name; the process's own when None.

            legacy: Knows the old login, in the place of the legacy system's HTTP API.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        return cls(app, guard_container(environment, legacy=legacy).request_guard())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """See: PEP 3333."""
        visit = read_request(environ)
        verdict = self._request_guard.check(visit)
        if isinstance(verdict, Allow):
            start = carrying(verdict, start_response)
            return self._app({**environ, USER_KEY: verdict.user}, start)
        return answer(verdict, visit.method, start_response)


def read_request(environ: WSGIEnvironment) -> GuardedRequest:
    """The request that *environ* describes."""
    return GuardedRequest(
        method=environ["REQUEST_METHOD"],
        path=_decoded(environ.get("PATH_INFO") or "/"),
        raw_path=_raw_path(environ),
        query=environ.get("QUERY_STRING", ""),
        cookies=environ.get("HTTP_COOKIE", ""),
        accept=environ.get("HTTP_ACCEPT", ""),
        fetch_mode=environ.get("HTTP_SEC_FETCH_MODE", ""),
    )


def _decoded(path_info: str) -> str:
    return path_info.encode("latin-1", errors="replace").decode("utf-8", errors="replace")


def _raw_path(environ: WSGIEnvironment) -> str | None:
    """Servers tell the raw target under one of two unofficial names, or not at all."""
    target: str | None = environ.get("REQUEST_URI", environ.get("RAW_URI"))
    return None if target is None else target.partition("?")[0]


def carrying(verdict: Allow, start_response: StartResponse) -> StartResponse:
    """*start_response*, with what *verdict* adds to the headers."""

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        carrying = verdict.headers(headers)
        return (
            start_response(status, carrying, exc_info)
            if exc_info
            else start_response(status, carrying)
        )

    return start


def answer(refusal: Deny, method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Begin the answer that is *refusal*; its body."""
    status = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
    start_response(status, [*refusal.headers, ("content-length", str(len(refusal.body)))])
    return [b"" if method == "HEAD" else refusal.body]
