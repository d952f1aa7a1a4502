"""``/auth/refresh``: refresh a browser's session and return it to an application."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import AuthcoreError, RedirectRejectedError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.domain.services.sign_in.return_targets import shorten, spell
from authcore_web.redirect_loops import RedirectLoopDetector, SignInLoopError
from authcore_web.request.headers import cookie_header, is_cross_site, is_navigation
from authcore_web.request.query import only, parameters
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import redirect_to
from authcore_web.signin_urls import SignInUrls


ACTION: Final = "session.refresh"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RefreshRoutes:
    """
    Refreshes sessions for applications whose own responses have no room for the new cookies.

    Attributes:
        browser_guard: Decides, and refreshes what is due.
        error_responses: Answers refusals and outages.
        threads: For *browser_guard*.
        sign_in_urls: Where a browser without a session continues.
        redirect_loops: Detects applications that do not accept a session which is not due.
        default_redirect: Where a browser continues whose target is not allowed.
    """

    _browser_guard: BrowserGuard
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _sign_in_urls: SignInUrls
    _redirect_loops: RedirectLoopDetector
    _default_redirect: str

    async def refresh(self, request: Request) -> Response:
        """
        302 to ``redirect`` with the refreshed session; 302 to the sign-in where there is none.

        An outage is 503 and changes no cookie.  The target is on the allow-list, or the default.
        """
        sent, redirect = cookie_header(request), None
        try:
            redirect = only("redirect", parameters(request.scope["query_string"]))
            can_renew = is_navigation(request) or not is_cross_site(request)
            decided = await self._threads.run(
                lambda: self._browser_guard.decide(sent, can_renew=can_renew)
            )
        except AuthcoreError as error:
            return self._error_responses.of(error, request, action=ACTION, redirect=redirect)
        if isinstance(decided.decision, SignInRequired):
            return redirect_to(self._sign_in_urls.to(redirect), decided.cookies)
        return self._return(decided, self._target(redirect), redirect, sent)

    def _return(
        self, decided: BrowserDecision, target: str, redirect: str | None, sent: str
    ) -> Response:
        """
        Redirect to *target*; to the sign-in where that would go round in a circle.

        Two redirects within a minute with a session that was not due are tabs that another one
        was faster than; the third is an application that does not accept the session.
        """
        if decided.cookies:
            return redirect_to(target, decided.cookies)
        page = f"{ACTION} {target}"  # counted apart from sign-ins
        try:
            rounds = self._redirect_loops.rounds(page, sent)
            counted = self._redirect_loops.count_round(page, rounds, sent)
        except SignInLoopError:
            return redirect_to(self._sign_in_urls.to(redirect))
        return redirect_to(target, counted)

    def _target(self, redirect: str | None) -> str:
        try:
            return self._sign_in_urls.allowlist.resolve(redirect and shorten(spell(redirect)))
        except RedirectRejectedError:
            return self._default_redirect
