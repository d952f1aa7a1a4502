"""``/auth/session``: who the cookies say it is."""

from contextlib import suppress

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.domain.errors import KeySourceUnavailableError, UnavailableError
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.session_guard import GuardDecision, SessionGuard, SignInRequired
from authcore.ports.cookies import CookieJar
from authcore_web.requests import cookie_header
from authcore_web.responses import Refusals, as_json
from authcore_web.threads import WorkerThreads


class SessionRoutes:
    """Tell programs who is signed in."""

    def __init__(
        self,
        *,
        session_guard: SessionGuard,
        at_hand: SessionGuard,
        sessions: CookieJar[TokenSet],
        refusals: Refusals,
        threads: WorkerThreads,
    ) -> None:
        """
        Serve sessions over HTTP.

        Args:
            session_guard: May wait for keys, and therefore runs in a thread.

            at_hand: Never waits; asked first.

            sessions: Reads the cookies.

            refusals: Says what cannot be said just now.

            threads: For *session_guard*.
        """
        self._session_guard = session_guard
        self._at_hand = at_hand
        self._sessions = sessions
        self._refusals = refusals
        self._threads = threads

    async def session(self, request: Request) -> Response:
        """200 and the user, 401 and why not, or 503."""
        tokens = self._sessions.read(cookie_header(request))
        try:
            decision = await self._decided(tokens)
        except UnavailableError as error:
            return self._refusals.of(error, request, action="session.read")
        if isinstance(decision, SignInRequired):
            return as_json({"reason": decision.reason}, 401)
        return as_json({"user": attrs.asdict(decision.session.user)})

    async def _decided(self, tokens: TokenSet | None) -> GuardDecision:
        with suppress(KeySourceUnavailableError):
            return self._at_hand.decide(tokens)
        return await self._threads.run(lambda: self._session_guard.decide(tokens))
