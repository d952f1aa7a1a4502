"""The responses of a guard to requests that do not reach the application."""

import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

import attrs

from authcore.adapters.http_headers import CHALLENGE, PRIVATE, retry_after
from authcore.adapters.pages.catalogue import Notice
from authcore.adapters.pages.denial_pages import (
    FORBIDDEN,
    TOO_MANY_COOKIES,
    UNCHECKED,
    UNSAVED,
    UNSAVED_COOKIES,
    UNSAVED_LATER,
    DenialPages,
    Link,
)
from authcore.domain.errors import RejectedError, SessionTooLargeError, UnavailableError
from authcore.domain.model.audit import Outcome, outcome_of
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.urls import ServiceUrl
from authcore.settings.url_parsers import SIGN_IN_PATH, SIGNED_IN_PATH
from authcore_guard.cross_origin import keep_cross_origin
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.return_urls import ReturnUrl, fit, return_url


LOSS: Final = "x-auth-return-without"
"""On a redirect that leads back to less than the page: ``query`` or ``page``."""

VARY: Final = ("vary", "Cookie")

_NO_STORE, *_OTHERS = PRIVATE
_HEADERS: Final = (_NO_STORE, VARY, *_OTHERS)


@attrs.frozen
class Deny:
    """
    The guard answers the request.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; ASCII.
        body: Complete.
        reason: Stable code of the decision; ``preflight``, the default, for the answer to one.
        outcome: See Outcome; ``accepted``, the default, for the answer to a preflight.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes
    reason: str = attrs.field(default="preflight", eq=False)
    outcome: Outcome = attrs.field(default="accepted", eq=False)

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
class Denials:
    """
    Writes denials: pages for browsers, JSON for programs.

    Attributes:
        signin_url: The auth service's ``/auth/signin``.
        app_url: The application's root, as browsers see it.
        mounted_at: See RequestGuard.
        pages: What users see.
        refresh_url: The auth service's ``/auth/refresh``.
        budget: Of the response's head; None (the default) for no limit.
    """

    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _mounted_at: str
    _pages: DenialPages
    _refresh_url: ServiceUrl
    _budget: ResponseBudget | None = None

    def sign_in(
        self,
        request: GuardedRequest,
        reason: str,
        cookies: tuple[str, ...],
        *,
        renews_elsewhere: bool = False,
    ) -> Deny:
        """
        Ask for a sign-in.

        A redirect would lose a form without a word; so its sender gets a page that says so.

        Args:
            request: Without a session.

            reason: For programs.

            cookies: ``Set-Cookie`` values.

            renews_elsewhere: Whether the auth service can still refresh the session.  Default: no.
        """
        setting = [("set-cookie", value) for value in cookies]
        if request.is_form:
            shown = (UNSAVED, self._sign_in_beside)
            return self._page(request, 401, reason, *shown, CHALLENGE, *setting)
        if not request.is_navigation:
            return _json(401, reason, CHALLENGE, *setting)
        url = self._refresh_url if renews_elsewhere else self._signin_url
        back = self._return_url(request)
        if self._budget:
            room = self._budget.room_for_location(cookies) - len(f"{url}?redirect=")
            back = fit(back, self._app_url, room=room)
        location = f"{url}?redirect={quote(back.url, safe='')}"
        loss = [(LOSS, back.loss)] if back.loss else []
        headers = (*_HEADERS, ("location", location), *loss, *setting)
        return Deny(302, headers, b"", reason, "rejected")

    def outage(self, request: GuardedRequest, error: UnavailableError) -> Deny:
        """Say that no decision is possible now, and when to ask again."""
        return attrs.evolve(self._outage(request, error), outcome=outcome_of(error))

    def _outage(self, request: GuardedRequest, error: UnavailableError) -> Deny:
        retry = retry_after(error)
        if request.is_form:
            return self._page(request, 503, error.code, UNSAVED_LATER, None, retry)
        if not request.is_navigation:
            return _json(503, error.code, retry)
        back = Link(self._return_url(request).url)
        return self._page(request, 503, error.code, UNCHECKED, back, retry)

    def forbidden(
        self, request: GuardedRequest, error: RejectedError, cookies: tuple[str, ...]
    ) -> Deny:
        """Refuse a signed-in user: 403, and no redirect to a sign-in, which would not help."""
        setting = [("set-cookie", value) for value in cookies]
        if request.is_form or request.is_navigation:
            home = Link(f"{self._app_url}/")
            return self._page(request, 403, error.code, FORBIDDEN, home, *setting)
        return _json(403, error.code, *setting)

    def too_large(self, request: GuardedRequest, error: SessionTooLargeError) -> Deny:
        """Say that there are too many cookies to look at."""
        if request.is_form:
            return self._page(request, 431, error.code, UNSAVED_COOKIES, self._sign_in_beside)
        if not request.is_navigation:
            return _json(431, error.code)
        return self._page(request, 431, error.code, TOO_MANY_COOKIES, Link(self._signin_url))

    def _return_url(self, request: GuardedRequest) -> ReturnUrl:
        return return_url(self._app_url, request, mounted_at=self._mounted_at)

    @property
    def _sign_in_beside(self) -> Link:
        """A sign-in in another tab, which ends on a page that sends the user back to the form."""
        is_ours = self._signin_url.endswith(SIGN_IN_PATH)
        done = self._signin_url.removesuffix(SIGN_IN_PATH) + SIGNED_IN_PATH
        target = done if is_ours else f"{self._app_url}/"
        return Link(f"{self._signin_url}?redirect={quote(target, safe='')}", in_new_tab=True)

    def _page(
        self,
        request: GuardedRequest,
        status: int,
        reason: str,
        notice: Notice,
        link: Link | None,
        *headers: tuple[str, str],
    ) -> Deny:
        described, body = self._pages.page(notice, request.accept_language, link)
        return Deny(status, (*_HEADERS, *described, *headers), body, reason, "rejected")


def _json(status: int, reason: str, *headers: tuple[str, str]) -> Deny:
    body = json.dumps({"reason": reason}).encode()
    described = (*_HEADERS, ("content-type", "application/json"), *headers)
    return Deny(status, described, body, reason, "rejected")
