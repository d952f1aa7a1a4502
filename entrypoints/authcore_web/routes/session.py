"""``/auth/session``: who the cookies say it is."""

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.admission import SignInRequired
from authcore.domain.services.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.requests import cookie_header
from authcore_web.responses import Refusals, as_json, with_cookies
from authcore_web.threads import WorkerThreads


class SessionRoutes:
    """Tell programs who is signed in."""

    def __init__(self, *, guard: BrowserGuard, refusals: Refusals, threads: WorkerThreads) -> None:
        """
        Serve sessions over HTTP.

        Args:
            guard: Decides; where it may wait, in a thread.

            refusals: Says what cannot be said just now.

            threads: For *guard*.
        """
        self._guard = guard
        self._refusals = refusals
        self._threads = threads

    async def session(self, request: Request) -> Response:
        """200 and the user, 401 and why not, or 503."""
        try:
            verdict = await self._decided(cookie_header(request))
        except (RejectedError, UnavailableError) as error:
            return self._refusals.of(error, request, action="session.read")
        decision = verdict.decision
        if isinstance(decision, SignInRequired):
            return with_cookies(as_json({"reason": decision.reason}, 401), verdict.cookies)
        return with_cookies(as_json({"user": attrs.asdict(decision.user)}), verdict.cookies)

    async def _decided(self, sent: str) -> BrowserDecision:
        if at_hand := self._guard.decide_at_hand(sent):
            return at_hand
        return await self._threads.run(lambda: self._guard.decide(sent))
