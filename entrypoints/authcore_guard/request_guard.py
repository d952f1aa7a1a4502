"""What a guarded application does with one request: the same for ASGI and WSGI."""

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

import attrs

from authcore.adapters.http_headers import CHALLENGE, DEFAULT_RETRY_SECONDS
from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.public_paths import PublicPaths, way_back


_VARY: Final = ("vary", "Cookie")


_NO_STORE: Final = (
    ("cache-control", "no-store"),
    _VARY,
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)


_CACHING: Final = re.compile(
    r"cache-control|(.*-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires|expires|pragma",
    re.IGNORECASE,
)
"""What tells caches to keep an answer, also those of content networks.  See: RFC 9213 §3.1."""


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
    One request, as far as a guard cares.

    Attributes:
        method: Upper case, as sent.
        path: Decoded, as the application routes it.
        raw_path: As it came over the wire; None where the server does not tell.
        query: Undecoded, without the question mark.
        cookies: Every ``Cookie`` header, joined by ``"; "``.
        accept: The ``Accept`` header.
        fetch_mode: The ``Sec-Fetch-Mode`` header; empty when there is none.
    """

    method: str
    path: str
    raw_path: str | None
    query: str = attrs.field(repr=False)
    cookies: str = attrs.field(repr=False)
    accept: str
    fetch_mode: str

    @property
    def is_navigation(self) -> bool:
        """Whether a person looks at the answer, and can be sent elsewhere and back."""
        return (
            self.method in ("GET", "HEAD")
            and "text/html" in self.accept.lower()
            and self.fetch_mode in ("", "navigate")
        )


@attrs.frozen
class Allow:
    """
    The application answers.

    Attributes:
        user: Who is signed in; None only on public paths.
        cookies: ``Set-Cookie`` values that its answer must carry.
    """

    user: User | None
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)

    def headers(self, answered: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """
        The headers of the application's answer, for its user alone, with the cookies.

        A cache that stored an answer with somebody's session would hand it to others: whatever the
        application says of caching, it says nothing any more.
        """
        given = list(answered)
        if self.cookies:
            kept = [(name, value) for name, value in given if not _CACHING.fullmatch(name)]
            given = [*kept, ("cache-control", "no-store"), *_setting(self.cookies)]
        return given if _tells_browsers_apart(given) else [*given, _VARY]


@attrs.frozen
class Deny:
    """
    The guard answers.

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
        """Whether it says "try later" instead of "no"."""
        return self.status == 503


class RequestGuard:
    """Turns what is decided about a browser into what happens to its request."""

    def __init__(
        self,
        browser_guard: BrowserGuard,
        *,
        signin_url: ServiceUrl,
        app_url: ServiceUrl,
        public_paths: Iterable[str] = (),
        prefetch: Callable[[], None] | None = None,
    ) -> None:
        """
        Stand in front of one application.

        Args:
            browser_guard: Decides.

            signin_url: The auth service's ``/auth/signin``.

            app_url: Where the application's root is, as browsers see it.

            public_paths: See PublicPaths.

            prefetch: Begins to fetch what deciding takes, and returns at once.

        Raises:
            ConfigurationError: A public path is not plain.
        """
        self._guard = browser_guard
        self._prefetch = prefetch
        self._signin_url = signin_url
        self._app_url = app_url
        self._public = PublicPaths(public_paths)

    def prefetch(self) -> None:
        """
        Begin to fetch what judging takes, without waiting, so that the first visitor need not.

        Not before the process forked: a fetch does not go on in the child.
        """
        if self._prefetch:
            self._prefetch()

    def check(self, visit: GuardedRequest) -> Allow | Deny:
        """
        Let *visit* pass if it may, or say why not.  May wait for the network.

        Who passes without a user is on a public path.
        """
        try:
            decided = self._guard.decide(visit.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self.answer_undecided(visit, error)
        return self._judged(visit, decided)

    def check_from_cache(self, visit: GuardedRequest) -> Allow | Deny | None:
        """The same, where it takes neither network nor waiting; None where it does."""
        try:
            decided = self._guard.decide_from_cache(visit.cookies)
        except SessionTooLargeError as error:
            return self.answer_undecided(visit, error)
        return self._judged(visit, decided) if decided else None

    def _judged(self, visit: GuardedRequest, decided: BrowserDecision) -> Allow | Deny:
        decision, cookies = decided.decision, decided.cookies
        if not isinstance(decision, SignInRequired):
            return Allow(decision.user, cookies)
        if self._is_public(visit):
            return Allow(None, cookies)
        return self._sign_in(visit, decision.reason, cookies)

    def answer_undecided(
        self, visit: GuardedRequest, error: SessionTooLargeError | UnavailableError
    ) -> Allow | Deny:
        """Everybody may see public pages; otherwise say why not, or to come back later."""
        if self._is_public(visit):
            return Allow(None)
        if isinstance(error, UnavailableError):
            return _outage(visit, error)
        return _too_large(visit, error)

    def for_everything(self) -> "RequestGuard":
        """One for whom no path is public: for single routes that ask who is signed in."""
        return RequestGuard(
            self._guard,
            signin_url=self._signin_url,
            app_url=self._app_url,
            prefetch=self._prefetch,
        )

    def _is_public(self, visit: GuardedRequest) -> bool:
        return self._public.cover(visit.path, raw_path=visit.raw_path)

    def _sign_in(self, visit: GuardedRequest, reason: str, cookies: tuple[str, ...]) -> Deny:
        if not visit.is_navigation:
            return _json(401, reason, CHALLENGE, *_setting(cookies))
        back = quote(way_back(self._app_url, visit.path, visit.query), safe="")
        location = f"{self._signin_url}?redirect={back}"
        return Deny(302, (*_NO_STORE, ("location", location), *_setting(cookies)), b"")


def _tells_browsers_apart(headers: Iterable[tuple[str, str]]) -> bool:
    """See: RFC 9110 §12.5.5."""
    named = (value.split(",") for name, value in headers if name.lower() == "vary")
    return any(each.strip().lower() in ("cookie", "*") for values in named for each in values)


def _json(status: int, reason: str, *headers: tuple[str, str]) -> Deny:
    body = json.dumps({"reason": reason}).encode()
    return Deny(status, (*_NO_STORE, ("content-type", "application/json"), *headers), body)


def _setting(cookies: Iterable[str]) -> list[tuple[str, str]]:
    return [("set-cookie", value) for value in cookies]


def _too_large(visit: GuardedRequest, error: SessionTooLargeError) -> Deny:
    if not visit.is_navigation:
        return _json(431, error.code)
    return Deny(431, (*_NO_STORE, _PLAIN_TEXT), _TOO_LARGE.encode())


def _outage(visit: GuardedRequest, error: UnavailableError) -> Deny:
    wait = error.retry_after.total_seconds() if error.retry_after else DEFAULT_RETRY_SECONDS
    retry = ("retry-after", str(max(1, math.ceil(wait))))
    if not visit.is_navigation:
        return _json(503, error.code, retry)
    return Deny(503, (*_NO_STORE, _PLAIN_TEXT, retry), _OUTAGE.encode())
