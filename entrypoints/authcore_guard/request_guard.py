"""Decide about one request of a guarded application: the same for ASGI and WSGI."""

import re
from collections.abc import Callable, Iterable
from typing import Final

import attrs

from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.denial_pages import DenialPages
from authcore_guard.denials import VARY, Denials, Deny, Reader
from authcore_guard.public_paths import PublicPaths, return_url


__all__ = ["Allow", "Deny", "GuardedRequest", "RequestGuard"]

_CACHING: Final = re.compile(
    r"cache-control|(.*-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires|expires|pragma",
    re.IGNORECASE,
)
"""Headers that let a cache store a response, also in content networks.  See: RFC 9213 §3.1."""


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
        accept_language: The ``Accept-Language`` header; empty (the default) when there is none.
    """

    method: str
    path: str
    raw_path: str | None
    query: str = attrs.field(repr=False)
    cookies: str = attrs.field(repr=False)
    accept: str
    fetch_mode: str
    accept_language: str = attrs.field(default="", repr=False)

    @property
    def reader(self) -> Reader:
        """The client that reads the response to this request."""
        shows_page = "text/html" in self.accept.lower() and self.fetch_mode in ("", "navigate")
        if shows_page and self.method in ("GET", "HEAD"):
            return Reader("page", self.accept_language)
        if shows_page and self.method == "POST":
            return Reader("form", self.accept_language)
        return Reader("program")


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
        return given if _varies_by_cookie(given) else [*given, VARY]


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
        pages: What users see in place of the application's pages.
    """

    _guard: BrowserGuard = attrs.field(alias="browser_guard")
    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _public_paths: Iterable[str] = ()
    _prefetch: Callable[[], None] | None = None
    _pages: DenialPages = attrs.field(factory=DenialPages)
    _denials: Denials = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: Denials(self._signin_url, self._app_url, self._pages), takes_self=True
        ),
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
        target = self._return_url(request)
        return self._denials.sign_in(request.reader, target, decision.reason, cookies)

    def answer_without_decision(
        self, request: GuardedRequest, error: SessionTooLargeError | UnavailableError
    ) -> Allow | Deny:
        """Allow public paths; otherwise answer with the reason, or with Retry-After."""
        if self._is_public(request):
            return Allow(None)
        if isinstance(error, UnavailableError):
            return self._denials.outage(request.reader, self._return_url(request), error)
        return self._denials.too_large(request.reader, error)

    def for_everything(self) -> "RequestGuard":
        """Return a guard without public paths, for single routes."""
        return attrs.evolve(self, public_paths=())

    def _is_public(self, request: GuardedRequest) -> bool:
        return self._public.cover(request.path, raw_path=request.raw_path)

    def _return_url(self, request: GuardedRequest) -> str:
        return return_url(self._app_url, request.path, request.query)


def _varies_by_cookie(headers: Iterable[tuple[str, str]]) -> bool:
    """See: RFC 9110 §12.5.5."""
    named = (value.split(",") for name, value in headers if name.lower() == "vary")
    return any(each.strip().lower() in ("cookie", "*") for values in named for each in values)


def _setting(cookies: Iterable[str]) -> list[tuple[str, str]]:
    return [("set-cookie", value) for value in cookies]
