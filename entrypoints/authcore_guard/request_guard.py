"""Decide about one request of a guarded application: the same for ASGI and WSGI."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

import attrs

from authcore.adapters.http_headers import CHALLENGE, PRIVATE, is_speculative, retry_after
from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.public_paths import PublicPaths, return_url


_VARY: Final = ("vary", "Cookie")

_NO_STORE, *_OTHERS = PRIVATE
_HEADERS: Final = (_NO_STORE, _VARY, *_OTHERS)

_CACHING: Final = re.compile(
    r"cache-control|(.*-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires|expires|pragma",
    re.IGNORECASE,
)
"""Headers that let a cache store a response, also in content networks.  See: RFC 9213 §3.1."""

_PLAIN_TEXT: Final = ("content-type", "text/plain; charset=utf-8")

_TOO_LARGE: Final = (
    "Your browser sends more cookies than can be looked at. Delete the cookies of this site, then "
    "sign in again.\n"
)

_OUTAGE: Final = (
    "Your sign-in cannot be checked just now. You are still signed in; try again in a moment.\n"
)


@attrs.frozen
class GuardedRequest:
    """
    One request, as far as a guard reads it.

    Attributes:
        method: Upper case, as sent.
        path: Decoded, as the application routes it.
        raw_path: As the client sent it; None where the server does not give it.
        query: Undecoded, without the question mark.
        cookies: Every ``Cookie`` header, joined by ``"; "``.
        accept: The ``Accept`` header.
        fetch_mode: The ``Sec-Fetch-Mode`` header; empty when there is none.
        purpose: ``Sec-Purpose`` and its older names; empty when there is none.
    """

    method: str
    path: str
    raw_path: str | None
    query: str = attrs.field(repr=False)
    cookies: str = attrs.field(repr=False)
    accept: str
    fetch_mode: str
    purpose: str = attrs.field(default="", repr=False)

    @property
    def is_navigation(self) -> bool:
        """
        Whether a browser shows the response as a page, so that it can follow a redirect.

        False for what it prefetches: no user has asked for that page, and a sign-in that begins for
        it takes the place of one that a user is at.
        """
        return (
            self.method in ("GET", "HEAD")
            and "text/html" in self.accept.lower()
            and self.fetch_mode in ("", "navigate")
            and not is_speculative([self.purpose])
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
    """

    _guard: BrowserGuard = attrs.field(alias="browser_guard")
    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _public_paths: Iterable[str] = ()
    _prefetch: Callable[[], None] | None = None
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
        try:
            browser = self._guard.decide(request.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self.answer_without_decision(request, error)
        return self._answer(request, browser)

    def check_from_cache(self, request: GuardedRequest) -> Allow | Deny | None:
        """Allow or deny without network and waiting; None where the decision takes either."""
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
        return self._sign_in(request, decision.reason, cookies)

    def answer_without_decision(
        self, request: GuardedRequest, error: SessionTooLargeError | UnavailableError
    ) -> Allow | Deny:
        """Allow public paths; otherwise answer with the reason, or with Retry-After."""
        if self._is_public(request):
            return Allow(None)
        if isinstance(error, UnavailableError):
            return _outage(request, error)
        return _too_large(request, error)

    def for_everything(self) -> "RequestGuard":
        """Return a guard without public paths, for single routes."""
        return attrs.evolve(self, public_paths=())

    def _is_public(self, request: GuardedRequest) -> bool:
        return self._public.cover(request.path, raw_path=request.raw_path)

    def _sign_in(self, request: GuardedRequest, reason: str, cookies: tuple[str, ...]) -> Deny:
        if not request.is_navigation:
            return _json(401, reason, CHALLENGE, *_setting(cookies))
        target = quote(return_url(self._app_url, request.path, request.query), safe="")
        location = f"{self._signin_url}?redirect={target}"
        return Deny(302, (*_HEADERS, ("location", location), *_setting(cookies)), b"")


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
