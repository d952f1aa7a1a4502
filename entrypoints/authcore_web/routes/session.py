"""``/auth/session``: the user of the session cookies."""

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.request.headers import cookie_header, is_cross_site
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json, with_cookies
from authcore_web.response.user import user_members


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionRoutes:
    """
    Tell programs which user is signed in.

    Attributes:
        browser_guard: Decides; in a thread where that may wait.
        error_responses: Answers refusals and outages.
        threads: For *browser_guard*.
    """

    _browser_guard: BrowserGuard
    _error_responses: ErrorResponses
    _threads: WorkerThreads

    async def session(self, request: Request) -> Response:
        """
        200 and the user, 401 and the reason, or 503.

        A request that another site caused refreshes no session.
        """
        try:
            decided = await decide(
                self._browser_guard, self._threads, request, can_renew=not is_cross_site(request)
            )
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action="session.read")
        decision = decided.decision
        if isinstance(decision, SignInRequired):
            return with_cookies(as_json({"reason": decision.reason}, 401), decided.cookies)
        return with_cookies(as_json({"user": user_members(decision.user)}), decided.cookies)


async def decide(
    guard: BrowserGuard, threads: WorkerThreads, request: Request, *, can_renew: bool
) -> BrowserDecision:
    """
    Decide about the session of *request*; in one of *threads* where that may wait.

    Raises:
        SessionTooLargeError, UnavailableError: As BrowserGuard.
    """
    sent = cookie_header(request)
    if cached := guard.decide_from_cache(sent, can_renew=can_renew):
        return cached
    return await threads.run(lambda: guard.decide(sent, can_renew=can_renew))
