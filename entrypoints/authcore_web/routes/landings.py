"""``/auth/signin/done`` and ``/auth/signout/done``: where a sign-in or a sign-out may end."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.pages.catalogue import Notice
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.request.headers import cookie_header, is_cross_site, is_navigation
from authcore_web.response import messages
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.pages import Pages
from authcore_web.response.plain import with_cookies
from authcore_web.routes.sign_out import SignOutUrls
from authcore_web.signin_urls import SignInUrls


SHOW: Final = "session.read"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LandingRoutes:
    """
    Tell users whether they are signed in.  The pages look at the session: they claim nothing else.

    Attributes:
        browser_guard: Decides about the session.
        error_responses: Answers outages.
        pages: What users see.
        urls: Of the sign-out.
        sign_in_urls: Where users sign in.
        signed_in_url: This service's ``/auth/signin/done`` as browsers see it.
        threads: For *browser_guard*.
    """

    _browser_guard: BrowserGuard
    _error_responses: ErrorResponses
    _pages: Pages
    _urls: SignOutUrls
    _sign_in_urls: SignInUrls
    _signed_in_url: str
    _threads: WorkerThreads

    async def signed_in(self, request: Request) -> Response:
        """Say that the user can go back to the tab with the form; or that a sign-in is needed."""
        return await self._show(request, is_sign_in=True)

    async def signed_out(self, request: Request) -> Response:
        """Say that the user is signed out; or that the session continues, and how to end it."""
        return await self._show(request, is_sign_in=False)

    async def _show(self, request: Request, *, is_sign_in: bool) -> Response:
        try:
            decided = await self._decide(request)
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=SHOW)
        is_signed_in = not isinstance(decided.decision, SignInRequired)
        notice, url = self._choose(is_sign_in=is_sign_in, is_signed_in=is_signed_in)
        return with_cookies(self._pages.message(request, notice, url=url), decided.cookies)

    def _choose(self, *, is_sign_in: bool, is_signed_in: bool) -> tuple[Notice, str]:
        if is_sign_in and is_signed_in:
            return messages.SIGNED_IN, self._urls.signout_url
        if is_sign_in:
            return messages.NOT_SIGNED_IN, self._sign_in_urls.to(self._signed_in_url)
        if is_signed_in:
            return messages.STILL_SIGNED_IN, self._urls.signout_url
        return messages.SIGNED_OUT, self._sign_in_urls.to(None)

    async def _decide(self, request: Request) -> BrowserDecision:
        sent = cookie_header(request)
        can_renew = is_navigation(request) or not is_cross_site(request)
        return await self._threads.run(
            lambda: self._browser_guard.decide(sent, can_renew=can_renew)
        )
