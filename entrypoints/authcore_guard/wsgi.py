"""
A guard for any WSGI application.

::

    app = Guard.from_environment(app)      # environ["authcore.user"] is a User, or None
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.browser_guard import BrowserGuard
from authcore_guard.container import guard_container
from authcore_guard.decision import Doorkeeper, Pass, Refusal, Visit


USER_KEY: Final = "authcore.user"


class Guard:
    """
    Lets signed-in people and public paths through to *app*.

    Browsers are sent to sign in (302), other callers get 401 and ``{"reason": code}``, an outage
    of the key source is 503 with Retry-After, never a redirect.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        browser_guard: BrowserGuard,
        signin_url: ServiceUrl,
        app_url: ServiceUrl,
        public_paths: Iterable[str] = (),
    ) -> None:
        """
        Stand in front of *app*.

        Args:
            app: The application.

            browser_guard: Decides.

            signin_url: The auth service's ``/auth/signin``.

            app_url: Where the application's root is, as browsers see it.

            public_paths: Exact paths, and prefixes, which end with a slash.

        Raises:
            ConfigurationError: A public path is not plain.
        """
        self._app = app
        self._browser_guard = browser_guard
        self._doorkeeper = Doorkeeper(
            signin_url=signin_url, app_url=app_url, public_paths=public_paths
        )

    @classmethod
    def from_environment(
        cls, app: WSGIApplication, environment: Mapping[str, str] | None = None
    ) -> Self:
        """
        Guard *app* as the ``AUTHCORE_*`` variables say.

        Args:
            app: The application.

            environment: Variables by name; the process's own when None.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        container = guard_container(environment)
        door = container.guard()
        return cls(
            app,
            browser_guard=container.browser_guard(),
            signin_url=door.signin_url,
            app_url=door.app_url,
            public_paths=door.public_paths,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """See: PEP 3333."""
        visit = _visit(environ)
        verdict = self._judged(visit)
        if isinstance(verdict, Pass):
            answer = _carrying(verdict, start_response)
            return self._app({**environ, USER_KEY: verdict.user}, answer)
        return _answer(verdict, visit.method, start_response)

    def _judged(self, visit: Visit) -> Pass | Refusal:
        try:
            decided = self._browser_guard.decide(visit.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self._doorkeeper.judge_undecided(visit, error)
        return self._doorkeeper.judge(visit, decided)


def _visit(environ: WSGIEnvironment) -> Visit:
    return Visit(
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


def _carrying(verdict: Pass, start_response: StartResponse) -> StartResponse:
    """*start_response*, with the cookies of *verdict* among the headers."""
    if not verdict.cookies:
        return start_response

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


def _answer(refusal: Refusal, method: str, start_response: StartResponse) -> Iterable[bytes]:
    status = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
    start_response(status, [*refusal.headers, ("content-length", str(len(refusal.body)))])
    return [b"" if method == "HEAD" else refusal.body]
