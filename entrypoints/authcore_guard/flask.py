"""
A guard for a Flask application.

::

    app = Flask(__name__)
    Guard.from_environment().init_app(app)      # authcore_guard.flask.current_user()
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import attrs
from flask import Flask, Response, abort, has_request_context, request

from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.container import guard_container
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.wsgi import answer, carrying, read_request


_JUDGED: Final = "authcore.judged"
"""In the environ: ``g`` is shared by all requests below a context that the application pushed."""


def current_user() -> User | None:
    """Who is signed in; None on public paths and outside of requests that were guarded."""
    judgement: _Judgement | None = request.environ.get(_JUDGED) if has_request_context() else None
    verdict = judgement and judgement.verdict
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
        """
        Stand in front of every view of *app*: judge first, and have the last word.

        Flask documents that URL value preprocessors are called before the functions of
        ``before_request``, and that ``wsgi_app`` may be wrapped; its lists of functions are
        internal.  A wrapper alone would judge the path before other wrappers have changed it.
        """
        app.url_value_preprocessor(self._judge)
        app.wsgi_app = _LastWord(app.wsgi_app)  # type: ignore[method-assign] # as Flask documents

    def _judge(self, _endpoint: str | None, _values: dict[str, Any] | None) -> None:
        verdict = self._request_guard.check(read_request(request.environ))
        request.environ.setdefault(_JUDGED, _Judgement()).verdict = verdict
        if isinstance(verdict, Deny):
            abort(_refused(verdict))


@attrs.define
class _Judgement:
    """
    What was found about one request.

    Attributes:
        verdict: None until Flask has come to the guard.
    """

    verdict: Allow | Deny | None = None


class _LastWord:
    """Puts the verdict on the head of the answer, or in the place of all of it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        judgement = environ[_JUDGED] = _Judgement()
        answering = _Answering(judgement, environ["REQUEST_METHOD"], start_response)
        try:
            answered = self._app(environ, answering.start)
        except Exception:
            if not isinstance(judgement.verdict, Deny):
                raise
            answered = ()
        return answering.finish(answered)


class _Answering:
    """One answer on its way."""

    def __init__(self, judgement: _Judgement, method: str, start_response: StartResponse) -> None:
        self._judgement = judgement
        self._method = method
        self._start_response = start_response
        self._is_late = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        verdict = self._judgement.verdict
        if isinstance(verdict, Deny):
            if self._is_late:
                answer(verdict, self._method, self._start_response)
            return lambda _: None
        start = carrying(verdict, self._start_response) if verdict else self._start_response
        return start(status, headers, exc_info) if exc_info else start(status, headers)

    def finish(self, answered: Iterable[bytes]) -> Iterable[bytes]:
        """*answered*, or the refusal; a lazy wrapper of the application has yet to call it."""
        verdict = self._judgement.verdict
        if not isinstance(verdict, Deny):
            self._is_late = True
            return answered
        if close := getattr(answered, "close", None):
            close()
        return answer(verdict, self._method, self._start_response)


def _refused(refusal: Deny) -> Response:
    response = Response(refusal.body, refusal.status)
    response.headers.clear()
    response.headers.extend(refusal.headers)
    return response
