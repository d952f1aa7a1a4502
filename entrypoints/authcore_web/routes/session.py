"""``/auth/session`` and ``/auth/check``: the user of the session cookies."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.request.headers import cookie_header, is_cross_site, is_navigation
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json, with_cookies
from authcore_web.response.user import identity_headers, user_members
from authcore_web.signin_urls import SignInUrls


MAX_COPIED_COOKIES: Final = 8
"""How many ``Set-Cookie`` values are copied to separate headers."""

ORIGINAL_URL: Final = "x-auth-original-url"
REASON: Final = "x-auth-reason"
"""For proxies that cannot read the body of our response (nginx)."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionRoutes:
    """
    Tell programs and proxies which user is signed in.

    Attributes:
        browser_guard: Decides; in a thread where that may wait.
        error_responses: Answers refusals and outages.
        threads: For *browser_guard*.
        sign_in_urls: Where the user can sign in.
    """

    _browser_guard: BrowserGuard
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _sign_in_urls: SignInUrls

    async def session(self, request: Request) -> Response:
        """
        200 and the user, 401 and the reason, or 503.

        A request that another site caused refreshes no session.
        """
        try:
            decided = await self._decide(request, can_renew=not is_cross_site(request))
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action="session.read")
        decision = decided.decision
        if isinstance(decision, SignInRequired):
            return with_cookies(as_json({"reason": decision.reason}, 401), decided.cookies)
        return with_cookies(as_json({"user": user_members(decision.user)}), decided.cookies)

    async def check(self, request: Request) -> Response:
        """
        200 and the user in headers, 401 and where to sign in, or 503.

        The proxy passes on the browser's ``Sec-Fetch-*`` headers: following a link from another
        site refreshes the session, an embedded picture there does not.
        """
        can_renew = is_navigation(request) or not is_cross_site(request)
        try:
            decided = await self._decide(request, can_renew=can_renew)
        except (RejectedError, UnavailableError) as error:
            response = self._error_responses.of(error, request, action="session.check")
            response.headers[REASON] = error.code
            return response
        cookies = _limit(decided.cookies)
        decision = decided.decision
        if isinstance(decision, SignInRequired):
            response = as_json({"reason": decision.reason}, 401)
            response.headers[REASON] = decision.reason
            response.headers["x-auth-signin"] = self._sign_in_urls.to(_original_url(request))
        else:
            response = Response(headers=identity_headers(decision.user))
        response.headers.update(_copies(cookies))
        return with_cookies(response, cookies)

    async def _decide(self, request: Request, *, can_renew: bool) -> BrowserDecision:
        sent = cookie_header(request)
        if cached := self._browser_guard.decide_from_cache(sent, can_renew=can_renew):
            return cached
        return await self._threads.run(
            lambda: self._browser_guard.decide(sent, can_renew=can_renew)
        )


def _original_url(request: Request) -> str | None:
    urls = request.headers.getlist(ORIGINAL_URL)
    return urls[0] if len(urls) == 1 else None


def _limit(cookies: Iterable[str]) -> tuple[str, ...]:
    """
    Return at most MAX_COPIED_COOKIES of *cookies*, those with a value before those that delete.

    A session sets five at most.  The next response repeats the deletions that are left out: the
    browser sends again what was not deleted.
    """
    return tuple(sorted(cookies, key=lambda value: "; Max-Age=0;" in value))[:MAX_COPIED_COOKIES]


def _copies(cookies: Iterable[str]) -> Mapping[str, str]:
    """Copy *cookies* for proxies that pass on only headers with one value (nginx)."""
    return {f"x-auth-set-cookie-{number}": value for number, value in enumerate(cookies)}
