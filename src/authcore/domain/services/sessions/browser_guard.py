"""Who may see a guarded page, decided by the cookies of a browser."""

from typing import Final

import attrs

from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.session_decision import Admitted, PresentedSession, SessionDecision
from authcore.domain.services.sessions.session_guard import ACTION, SessionGuard
from authcore.ports.audit import DecisionCounter
from authcore.ports.cookies import SessionJar


MAX_COOKIE_HEADER: Final = 16 * 1024
"""Characters of ``Cookie`` headers that are looked at; most servers take no more of one header."""


@attrs.frozen
class BrowserDecision:
    """
    What was decided, and what the browser is to keep.

    Attributes:
        decision: About the request.
        cookies: ``Set-Cookie`` values; an answer that carries any must not be stored by caches.
    """

    decision: SessionDecision
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class BrowserGuard:
    """
    Reads a browser's session, decides, and writes back what has become of it.

    Attributes:
        guard: Decides.
        jar: Where sessions are.
        counter: Counts sessions that could not be read, and refreshed ones that were not kept.
        jar_waits: Whether reading *jar* takes a store.
    """

    _guard: SessionGuard
    _jar: SessionJar
    _counter: DecisionCounter
    _jar_waits: bool = False

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        """
        Decide about a request.  May wait for the network.

        Args:
            cookie_header: Every ``Cookie`` header, joined by ``"; "``.

            can_renew: Whether the answer can set cookies.  If not, nothing is refreshed.

        Raises:
            SessionTooLargeError: The header is longer than MAX_COOKIE_HEADER.

            UnavailableError: Nothing can be decided now, and the browser keeps what it has.
        """
        presented = self._carried(cookie_header, can_renew=can_renew)
        return self._answered(self._guard.decide(presented), cookie_header)

    def decide_from_cache(
        self, cookie_header: str, *, can_renew: bool = True
    ) -> BrowserDecision | None:
        """
        The decision, if it takes neither network nor waiting; None where it does.

        Raises:
            SessionTooLargeError: As ``decide``.
        """
        if self._jar_waits:
            return None
        presented = self._carried(cookie_header, can_renew=can_renew)
        decision = self._guard.decide_from_cache(presented)
        return self._answered(decision, cookie_header) if decision else None

    def _carried(self, cookie_header: str, *, can_renew: bool) -> PresentedSession:
        if len(cookie_header) > MAX_COOKIE_HEADER:
            raise SessionTooLargeError(
                f"more than {MAX_COOKIE_HEADER} characters of cookies are not looked at"
            )
        try:
            tokens = self._jar.read(cookie_header)
        except UnavailableError as error:
            self._counter.count(ACTION, "unavailable", error.code)
            raise
        return PresentedSession(tokens, cookie_header, can_renew)

    def _answered(self, decision: SessionDecision, cookie_header: str) -> BrowserDecision:
        if isinstance(decision, Admitted):
            cookies = self._renewing(decision, cookie_header) if decision.is_renewed else ()
            return BrowserDecision(decision, cookies)
        return BrowserDecision(
            decision, self._jar.clear(cookie_header) if decision.has_ended else ()
        )

    def _renewing(self, admitted: Admitted, cookie_header: str) -> tuple[str, ...]:
        """
        A session that the store does not take is admitted all the same.

        The browser carries the old one for the time being, and whoever comes next with it is given
        what it was traded for, or trades once more.
        """
        session = admitted.session
        try:
            return self._jar.renew(
                session.tokens, cookie_header, signed_in_at=session.access.signed_in_at
            )
        except SessionTooLargeError as error:
            self._counter.count(ACTION, "rejected", error.code)
        except UnavailableError as error:
            self._counter.count(ACTION, "unavailable", error.code)
        return ()
