"""
A guard for a Flask application.

::

    app = Flask(__name__)
    Guard.from_environment().init_app(app)      # authcore_guard.flask.current_user()

    @app.get("/drafts")
    @require_group("editors")
    def drafts() -> ...
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, Final, ParamSpec, Self, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import attrs
from flask import Flask, Response, abort, current_app, has_request_context, request

from authcore.domain.model.groups import Among, Requirement, requirement
from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.container import guard_container
from authcore_guard.open_streams import guard_stream
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.telemetry import Telemetry
from authcore_guard.wsgi import add_headers, send_denial
from authcore_guard.wsgi_request import read_request


Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")

_DECISION: Final = "authcore.decision"
"""In the environ: requests below a context that the application pushed share one ``g``."""

_OBSERVED: Final = "authcore.observed"
"""In the environ: the guard that only observes the request."""


def current_user() -> User | None:
    """
    Return the signed-in user; None on public paths and outside of guarded requests.

    Always None behind a guard that only observes.
    """
    checked: _CheckedRequest | None = (
        request.environ.get(_DECISION) if has_request_context() else None
    )
    decision = checked and checked.decision
    return decision.user if isinstance(decision, Allow) else None


def signed_in_user() -> User:
    """
    Return the signed-in user of a view that is not public.

    Raises:
        LookupError: The path is public, or the request is not guarded, or only observed.
    """
    user = current_user()
    if user is None:
        raise LookupError("no user: this path is public or not guarded; see current_user()")
    return user


def require_group(
    *names: str, any_of: bool = False, among: Among = "groups"
) -> Callable[[Callable[Arguments, Returned]], Callable[Arguments, Returned]]:
    """
    Decorate a view of a guarded application: users without the groups get 403.

    Put it below ``app.get(...)``.  See Requirement for the arguments and the ConfigurationError.
    """
    required = requirement(*names, any_of=any_of, among=among)

    def decorate(view: Callable[Arguments, Returned]) -> Callable[Arguments, Returned]:
        @wraps(view)
        def guarded_view(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Returned:
            _check_user(required)
            complete: Callable[Arguments, Returned] = current_app.ensure_sync(view)
            return complete(*args, **kwargs)

        return guarded_view

    return decorate


def _check_user(required: Requirement) -> None:
    environ = request.environ
    observing: RequestGuard | None = environ.get(_OBSERVED)
    if observing is not None and observing.shadow:
        everything = observing.for_everything()
        observing.shadow.observe_route(everything, lambda: read_request(environ), required)
        return
    checked: _CheckedRequest | None = request.environ.get(_DECISION)
    if checked is None or checked.guard is None or not isinstance(checked.decision, Allow):
        raise LookupError("this request is not guarded; call Guard.init_app(app)")
    asked = read_request(request.environ)
    checked.decision = checked.guard.check_user(asked, checked.decision, required)
    if isinstance(checked.decision, Deny):
        abort(_denial(checked.decision))


class Guard:
    """
    Pass requests of signed-in users and requests for public paths to the application's views.

    The guard redirects browsers to the sign-in (302), answers a form with a page (401) and other
    callers with 401 and ``{"reason": code}``, and answers an outage with 503 and Retry-After, never
    a redirect.
    """

    def __init__(self, request_guard: RequestGuard) -> None:
        """Guard with *request_guard*."""
        self._request_guard = request_guard
        self.telemetry: Telemetry = request_guard.telemetry
        self.signout_url: str = request_guard.signout_url

    def warm_up(self) -> None:
        """Fetch the keys, two seconds at most; call it in each worker after the server forked."""
        self._request_guard.warm_up()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
    ) -> Self:
        """Guard as the ``AUTHCORE_*`` variables configure; see ``guard_container``."""
        return cls(guard_container(environment, legacy=legacy).request_guard())

    def init_app(self, app: Flask) -> None:
        """
        Guard every view of *app*: decide before Flask calls it, and complete its response.

        Flask documents that URL value preprocessors are called before the functions of
        ``before_request``, and that ``wsgi_app`` may be wrapped; its lists of functions are
        internal.  A wrapper alone would check the path before other wrappers have changed it.

        A guard that only observes leaves every request and response as it is; see Shadow.
        """
        if self._request_guard.shadow:
            app.url_value_preprocessor(self._observe)
            return
        app.url_value_preprocessor(self._check)
        app.after_request(_complete)
        app.wsgi_app = _ResponseMiddleware(app.wsgi_app, self._request_guard)  # type: ignore[method-assign] # as Flask documents

    def _observe(self, _endpoint: str | None, _values: dict[str, Any] | None) -> None:
        environ = request.environ
        environ[_OBSERVED] = self._request_guard
        if shadow := self._request_guard.shadow:
            shadow.observe(self._request_guard, lambda: read_request(environ))

    def _check(self, _endpoint: str | None, _values: dict[str, Any] | None) -> None:
        decision = self._request_guard.check(read_request(request.environ))
        checked: _CheckedRequest = request.environ.setdefault(_DECISION, _CheckedRequest())
        checked.decision, checked.guard = decision, self._request_guard
        if isinstance(decision, Deny):
            abort(_denial(decision))


@attrs.define
class _CheckedRequest:
    """
    The decision about one request.

    Attributes:
        decision: None until Flask has called the guard.
        is_completed_later: The middleware knows this decision, and completes the response.
        guard: That decided; None until then.
    """

    decision: Allow | Deny | None = None
    is_completed_later: bool = False
    guard: RequestGuard | None = None


def _complete(response: Response) -> Response:
    """Complete the response to a request whose environ a wrapper replaced by its own."""
    checked: _CheckedRequest | None = request.environ.get(_DECISION)
    if checked is None or checked.is_completed_later or checked.decision is None:
        return response
    decision = checked.decision
    if isinstance(decision, Deny):
        return _denial(decision.replacing(response.headers))
    headers = decision.headers(list(response.headers))
    response.headers.clear()
    response.headers.extend(headers)
    return response


class _ResponseMiddleware:
    """Add the decision's headers to the response, or send its denial instead."""

    def __init__(self, app: WSGIApplication, request_guard: RequestGuard) -> None:
        self._app = app
        self._request_guard = request_guard

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        checked = environ[_DECISION] = _CheckedRequest(is_completed_later=True)
        response = _Response(checked, environ["REQUEST_METHOD"], start_response)
        try:
            body = self._app(environ, response.start)
        except Exception:
            if not isinstance(checked.decision, Deny):
                raise
            body = ()
        answer = response.finish(body)
        allowed = checked.decision
        if isinstance(allowed, Allow):
            return guard_stream(self._request_guard, allowed, answer)
        return answer


class _Response:
    """One response."""

    def __init__(
        self, checked: _CheckedRequest, method: str, start_response: StartResponse
    ) -> None:
        self._checked = checked
        self._method = method
        self._start_response = start_response
        self._has_started = False
        self._replaced: list[tuple[str, str]] = []

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        self._has_started = True
        decision = self._checked.decision
        if isinstance(decision, Deny):
            self._replaced = headers
            return lambda _: None
        start = add_headers(decision, self._start_response) if decision else self._start_response
        return start(status, headers, exc_info) if exc_info else start(status, headers)

    def finish(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Return *body*, or the denial."""
        decision = self._checked.decision
        if isinstance(decision, Deny):
            _close(body)
            return self._deny(decision)
        return body if self._has_started else self._finish_late(body)

    def _finish_late(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Yield *body* or the denial: a lazy wrapper calls the application only now."""
        try:
            for chunk in body:
                if isinstance(self._checked.decision, Deny):
                    break
                yield chunk
        except Exception:
            if not isinstance(self._checked.decision, Deny):
                raise
        finally:
            _close(body)
        decision = self._checked.decision
        if isinstance(decision, Deny):
            yield from self._deny(decision)

    def _deny(self, denial: Deny) -> Iterable[bytes]:
        complete = denial.replacing(self._replaced)
        return send_denial(complete, self._method, self._start_response)


def _close(body: Iterable[bytes]) -> None:
    if close := getattr(body, "close", None):
        close()


def _denial(denial: Deny) -> Response:
    response = Response(denial.body, denial.status)
    response.headers.clear()
    response.headers.extend(denial.headers)
    return response
