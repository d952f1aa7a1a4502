"""Decide whether a browser's request is admitted, by its cookies."""

from typing import Final

import attrs

from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.audit import outcome_of
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.session_decision import (
    Admitted,
    OpenedSession,
    PresentedSession,
    SessionDecision,
    SignInRequired,
)
from authcore.domain.services.sessions.old_login import ACTION
from authcore.domain.services.sessions.open_sessions import OpenSessions
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.ports.audit import DecisionCounter
from authcore.ports.cookies import SessionJar


MAX_COOKIE_HEADER: Final = 16 * 1024
"""Characters of ``Cookie`` headers that are read; most servers accept no longer header."""


@attrs.frozen
class BrowserDecision:
    """
    The decision about one request, and what its browser must store.

    Attributes:
        decision: About the request.
        cookies: ``Set-Cookie`` values; a cache must not store a response that carries any.
        opened: What ``open_sessions`` judges again while the connection is open; None where the
            request is not admitted.
        renews_elsewhere: Whether a session was refused because its refresh has no room in the
            response; another response can carry it.  Default: no.
    """

    decision: SessionDecision
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)
    opened: OpenedSession | None = attrs.field(default=None, repr=False)
    renews_elsewhere: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class BrowserGuard:
    """
    Read a browser's session, decide about it, and write back its new state.

    Attributes:
        guard: Decides.
        jar: Reads and writes sessions.
        counter: Counts sessions that could not be read, and refreshed ones that were not stored.
        jar_waits: Whether reading *jar* takes the network; False by default.
        budget: Of the response's head; None (the default) for no limit.  A session whose new
            cookies have no room is not refreshed: it is admitted until its tokens expire.
    """

    guard: SessionGuard
    jar: SessionJar
    counter: DecisionCounter
    jar_waits: bool = False
    budget: ResponseBudget | None = None

    @property
    def open_sessions(self) -> OpenSessions:
        """Decides again about the sessions of open connections."""
        return OpenSessions(guard=self.guard, jar=self.jar, jar_waits=self.jar_waits)

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        """
        Decide about a request.  May wait for the network.

        Args:
            cookie_header: Every ``Cookie`` header, joined by ``"; "``.

            can_renew: Whether the response can set cookies; True by default.  If not, nothing is
                refreshed.

        Raises:
            SessionTooLargeError: The header is longer than MAX_COOKIE_HEADER.

            UnavailableError: No decision is possible now; the browser keeps its cookies.
        """
        presented = self._read(cookie_header, can_renew=can_renew)
        decided = self._respond(self.guard.decide(presented), cookie_header)
        postponed = can_renew and not presented.can_renew and presented.tokens is not None
        if not postponed or not isinstance(decided.decision, SignInRequired):
            return decided
        return attrs.evolve(decided, renews_elsewhere=not decided.decision.has_ended)

    def decide_from_cache(
        self, cookie_header: str, *, can_renew: bool = True
    ) -> BrowserDecision | None:
        """
        Decide without network and waiting; None where the decision takes either.

        Raises:
            SessionTooLargeError: As ``decide``.
        """
        if self.jar_waits:
            return None
        presented = self._read(cookie_header, can_renew=can_renew)
        decision = self.guard.decide_from_cache(presented)
        return self._respond(decision, cookie_header) if decision else None

    def _read(self, cookie_header: str, *, can_renew: bool) -> PresentedSession:
        if len(cookie_header) > MAX_COOKIE_HEADER:
            raise SessionTooLargeError(
                f"more than {MAX_COOKIE_HEADER} characters of cookies are not read"
            )
        try:
            tokens = self.jar.read(cookie_header)
        except UnavailableError as error:
            self.counter.count(ACTION, outcome_of(error), error.code)
            raise
        return PresentedSession(tokens, cookie_header, can_renew and self._has_room(cookie_header))

    def _has_room(self, cookie_header: str) -> bool:
        return self.budget is None or self.budget.has_room_for_session(cookie_header)

    def _respond(self, decision: SessionDecision, cookie_header: str) -> BrowserDecision:
        if isinstance(decision, Admitted):
            cookies = self._renew(decision, cookie_header) if decision.is_renewed else ()
        else:
            cleared = self.jar.clear(cookie_header) if decision.has_ended else ()
            cookies = self.budget.cut(cleared) if self.budget else cleared
        if isinstance(decision, SignInRequired):
            return BrowserDecision(decision, cookies)
        return BrowserDecision(decision, cookies, OpenedSession(decision, cookie_header))

    def _renew(self, admitted: Admitted, cookie_header: str) -> tuple[str, ...]:
        """
        Store the refreshed session; admit the request even if the store does not accept it.

        The browser keeps the old session until then.  The next request with it gets the cached
        result of the refresh, or refreshes once more.
        """
        session = admitted.session
        try:
            return self.jar.renew(session.tokens, cookie_header, signed_in_at=session.signed_in_at)
        except (SessionTooLargeError, UnavailableError) as error:
            self.counter.count(ACTION, outcome_of(error), error.code)
        return ()
