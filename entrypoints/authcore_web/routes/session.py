"""``/auth/session`` and ``/auth/check``: who the cookies say it is."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.request.headers import cookie_header, is_cross_site, is_navigation
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json, with_cookies
from authcore_web.response.user import described, identity_headers
from authcore_web.signin_urls import SignInUrls


MAX_COPIED_COOKIES: Final = 8
"""How many ``Set-Cookie`` values are said again in headers of their own."""

ORIGINAL_URL: Final = "x-auth-original-url"
REASON: Final = "x-auth-reason"
"""For proxies that see no body of an answer to them (nginx)."""


class SessionRoutes:
    """Tell programs and proxies who is signed in."""

    def __init__(
        self,
        *,
        guard: BrowserGuard,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
        links: SignInUrls,
    ) -> None:
        """
        Serve sessions over HTTP.

        Args:
            guard: Decides; where it may wait, in a thread.

            error_responses: Says what cannot be said just now.

            threads: For *guard*.

            links: Where to sign in.
        """
        self._guard = guard
        self._error_responses = error_responses
        self._threads = threads
        self._links = links

    async def session(self, request: Request) -> Response:
        """
        200 and the user, 401 and why not, or 503.

        A request that another site caused changes nothing: no session is refreshed.
        """
        try:
            verdict = await self._decided(request, can_renew=not is_cross_site(request))
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action="session.read")
        decision = verdict.decision
        if isinstance(decision, SignInRequired):
            return with_cookies(as_json({"reason": decision.reason}, 401), verdict.cookies)
        return with_cookies(as_json({"user": described(decision.user)}), verdict.cookies)

    async def check(self, request: Request) -> Response:
        """
        204 and the user in headers, 401 and where to sign in, or 503.

        The proxy passes on what the browser says of its request; somebody who follows a link from
        another site has a session that goes on, a picture there has not.
        """
        can_renew = is_navigation(request) or not is_cross_site(request)
        try:
            verdict = await self._decided(request, can_renew=can_renew)
        except (RejectedError, UnavailableError) as error:
            refusal = self._error_responses.of(error, request, action="session.check")
            refusal.headers[REASON] = error.code
            return refusal
        cookies = _settings_first(verdict.cookies)
        decision = verdict.decision
        if isinstance(decision, SignInRequired):
            response = as_json({"reason": decision.reason}, 401)
            response.headers[REASON] = decision.reason
            response.headers["x-auth-signin"] = self._links.to(_original_url(request))
        else:
            response = Response(status_code=204, headers=identity_headers(decision.user))
        response.headers.update(_copies(cookies))
        return with_cookies(response, cookies)

    async def _decided(self, request: Request, *, can_renew: bool) -> BrowserDecision:
        sent = cookie_header(request)
        if at_hand := self._guard.decide_from_cache(sent, can_renew=can_renew):
            return at_hand
        return await self._threads.run(lambda: self._guard.decide(sent, can_renew=can_renew))


def _original_url(request: Request) -> str | None:
    given = request.headers.getlist(ORIGINAL_URL)
    return given[0] if len(given) == 1 else None


def _settings_first(cookies: Iterable[str]) -> tuple[str, ...]:
    """
    At most MAX_COPIED_COOKIES of *cookies*, those that set something before those that delete.

    A session sets five at most.  Deletions that are left out come with the next answer: what was
    not deleted is sent again.
    """
    return tuple(sorted(cookies, key=lambda value: "; Max-Age=0;" in value))[:MAX_COPIED_COOKIES]


def _copies(cookies: Iterable[str]) -> Mapping[str, str]:
    """For proxies that can pass on a header only if it has one value (nginx)."""
    return {f"x-auth-set-cookie-{number}": value for number, value in enumerate(cookies)}
