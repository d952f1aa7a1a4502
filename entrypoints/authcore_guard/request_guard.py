"""Decide about one request of a guarded application: the same for ASGI and WSGI."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

import attrs

from authcore.adapters.http_headers import CHALLENGE, PRIVATE, retry_after
from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.cross_origin import CrossOrigin, combine_vary, keep_cross_origin
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.public_paths import PublicPaths
from authcore_guard.return_urls import return_url


__all__ = ("Allow", "Deny", "GuardedRequest", "RequestGuard")


_VARY: Final = ("vary", "Cookie")

_NO_STORE, *_OTHERS = PRIVATE
_HEADERS: Final = (_NO_STORE, _VARY, *_OTHERS)

_CACHING: Final = re.compile(
    r"cache-control|(.*-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires|expires|pragma",
    re.IGNORECASE,
)
"""Headers that let a cache store a response, also in content networks.  See: RFC 9213 §3.1."""

LOSS: Final = "x-auth-return-without"
"""On a redirect that leads back to less than the page: ``query`` or ``page``."""

_PLAIN_TEXT: Final = ("content-type", "text/plain; charset=utf-8")

_TOO_LARGE: Final = (
    "Your browser sends more cookies than can be looked at. Delete the cookies of this site, then "
    "sign in again.\n"
)

_OUTAGE: Final = (
    "Your sign-in cannot be checked just now. You are still signed in; try again in a moment.\n"
)


@attrs.frozen
class Allow:
    """
    The application answers the request.

    Attributes:
        user: The signed-in user; None only on public paths.
        cookies: ``Set-Cookie`` values that the response must carry.
    """

    user: User | None
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)

    def headers(self, sent: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """
        Complete the headers of the application's response: cookies, caching and ``Vary``.

        A cache that stored a response with a user's session would serve it to other users.  So the
        cookies replace every caching header of the application.
        """
        given = list(sent)
        if self.cookies:
            kept = [(name, value) for name, value in given if not _CACHING.fullmatch(name)]
            given = [*kept, ("cache-control", "no-store"), *_setting(self.cookies)]
        return given if _varies_by_cookie(given) else [*given, _VARY]


@attrs.frozen
class Deny:
    """
    The guard answers the request.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; ASCII.
        body: Complete.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes

    @property
    def is_outage(self) -> bool:
        """Whether the response reports an outage, not a refusal."""
        return self.status == 503

    def replacing(self, sent: Iterable[tuple[str, str]]) -> "Deny":
        """
        Keep what lets scripts read the response that this one replaces.

        Where a layer for cross-origin requests stands between the guard and the place that refuses
        (Flask, FastAPI), its headers are in *sent*, the replaced response's.
        """
        return attrs.evolve(self, headers=keep_cross_origin(self.headers, sent))


@attrs.frozen(eq=False, repr=False)
class RequestGuard:
    """
    Turn the decision about a browser's session into the response to its request.

    Attributes:
        browser_guard: Decides about sessions.
        signin_url: The auth service's ``/auth/signin``.
        app_url: The application's root, as browsers see it.
        public_paths: See PublicPaths, also for the ConfigurationError; none by default.
        prefetch: Starts to fetch the keys and returns at once; None (the default) for none.
        mounted_at: The prefix that the server, or a mount, cuts off the path.  Default: none.  A
            request with another prefix finds no public path.
        preflight_origins: See CrossOrigin; none by default.
    """

    _guard: BrowserGuard = attrs.field(alias="browser_guard")
    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _public_paths: Iterable[str] = ()
    _prefetch: Callable[[], None] | None = None
    _mounted_at: str = ""
    _preflight_origins: Iterable[str] = ()
    _cross_origin: CrossOrigin = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: CrossOrigin(self._preflight_origins), takes_self=True),
    )
    _public: PublicPaths = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: PublicPaths(self._public_paths), takes_self=True),
    )

    def prefetch(self) -> None:
        """
        Start to fetch the keys without waiting, so that the first request need not wait.

        Call it after the process forked: the child does not continue a fetch.
        """
        if self._prefetch:
            self._prefetch()

    def check(self, request: GuardedRequest) -> Allow | Deny:
        """
        Allow or deny *request*.  May wait for the network.

        Allow without a user means a public path.
        """
        if answer := self._cross_origin.preflight(request):
            return Deny(*answer)
        try:
            browser = self._guard.decide(request.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self.answer_without_decision(request, error)
        return self._answer(request, browser)

    def check_from_cache(self, request: GuardedRequest) -> Allow | Deny | None:
        """Allow or deny without network and waiting; None where the decision takes either."""
        if answer := self._cross_origin.preflight(request):
            return Deny(*answer)
        try:
            browser = self._guard.decide_from_cache(request.cookies)
        except SessionTooLargeError as error:
            return self.answer_without_decision(request, error)
        return self._answer(request, browser) if browser else None

    def _answer(self, request: GuardedRequest, browser: BrowserDecision) -> Allow | Deny:
        decision, cookies = browser.decision, browser.cookies
        if not isinstance(decision, SignInRequired):
            return Allow(decision.user, cookies)
        if self._is_public(request):
            return Allow(None, cookies)
        return self._readable(request, self._sign_in(request, decision.reason, cookies))

    def answer_without_decision(
        self, request: GuardedRequest, error: SessionTooLargeError | UnavailableError
    ) -> Allow | Deny:
        """Allow public paths; otherwise answer with the reason, or with Retry-After."""
        if self._is_public(request):
            return Allow(None)
        if isinstance(error, UnavailableError):
            return self._readable(request, _outage(request, error))
        return self._readable(request, _too_large(request, error))

    def for_everything(self) -> "RequestGuard":
        """Return a guard without public paths, for single routes."""
        return attrs.evolve(self, public_paths=())

    def _readable(self, request: GuardedRequest, denial: Deny) -> Deny:
        """Let scripts of the configured origins read why they were denied."""
        added = self._cross_origin.headers(request)
        if not added:
            return denial
        return attrs.evolve(denial, headers=combine_vary((*denial.headers, *added)))

    def _is_public(self, request: GuardedRequest) -> bool:
        path = request.path_below(self._mounted_at)
        return path is not None and self._public.cover(path, raw_path=request.raw_path)

    def _sign_in(self, request: GuardedRequest, reason: str, cookies: tuple[str, ...]) -> Deny:
        if not request.is_navigation:
            return _json(401, reason, CHALLENGE, *_setting(cookies))
        back = return_url(self._app_url, request, mounted_at=self._mounted_at)
        location = f"{self._signin_url}?redirect={quote(back.url, safe='')}"
        loss = [(LOSS, back.loss)] if back.loss else []
        return Deny(302, (*_HEADERS, ("location", location), *loss, *_setting(cookies)), b"")


def _varies_by_cookie(headers: Iterable[tuple[str, str]]) -> bool:
    """See: RFC 9110 §12.5.5."""
    named = (value.split(",") for name, value in headers if name.lower() == "vary")
    return any(each.strip().lower() in ("cookie", "*") for values in named for each in values)


def _json(status: int, reason: str, *headers: tuple[str, str]) -> Deny:
    body = json.dumps({"reason": reason}).encode()
    return Deny(status, (*_HEADERS, ("content-type", "application/json"), *headers), body)


def _setting(cookies: Iterable[str]) -> list[tuple[str, str]]:
    return [("set-cookie", value) for value in cookies]


def _too_large(request: GuardedRequest, error: SessionTooLargeError) -> Deny:
    if not request.is_navigation:
        return _json(431, error.code)
    return Deny(431, (*_HEADERS, _PLAIN_TEXT), _TOO_LARGE.encode())


def _outage(request: GuardedRequest, error: UnavailableError) -> Deny:
    if not request.is_navigation:
        return _json(503, error.code, retry_after(error))
    return Deny(503, (*_HEADERS, _PLAIN_TEXT, retry_after(error)), _OUTAGE.encode())
