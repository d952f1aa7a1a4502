"""The cookies of pending sign-ins, as each step of a sign-in leaves them."""

import attrs

from authcore.adapters.cookie_header import cookie_pairs, header_after
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sign_in.restart import SignInRestart
from authcore.domain.services.sign_in.sign_in import SignInStart
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock
from authcore_web.redirect_loops import RedirectLoopDetector


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AttemptCookies:
    """
    Keeps, replaces and ends the attempts of a browser.  Every method returns ``Set-Cookie`` values.

    Attributes:
        attempts: Cookies of pending sign-ins.
        sessions: Cookies of sessions, which share the header.
        redirect_loops: Counts the rounds that precede an attempt.
        clock: For the expiry of attempts.
        jar_waits: Whether *sessions* keeps them in a store, so that their cookies are small.
            Default: no.
    """

    _attempts: CookieJar[PendingSignIns]
    _sessions: CookieJar[TokenSet]
    _redirect_loops: RedirectLoopDetector
    _clock: Clock
    _jar_waits: bool = False

    def read(self, sent: str) -> PendingSignIns:
        """Read the attempts in the ``Cookie`` header *sent*; this method sets no cookie."""
        return self._attempts.read(sent) or PendingSignIns()

    def keep(self, start: SignInStart, sent: str) -> tuple[str, ...]:
        """Keep the attempt of *start*, and the others as far as they fit."""
        rounds = self._redirect_loops.rounds(start.target, sent)
        cleared = self._delete_unreadable_session(sent)
        attempt = attrs.evolve(start.attempt, rounds=rounds)
        pending = self.read(sent).with_attempt(attempt, now=self._clock.now())
        return (*cleared, *self._attempts.write(pending, header_after(sent, cleared)))

    def replace(self, restart: SignInRestart, sent: str) -> tuple[str, ...]:
        """Keep the attempt of *restart* instead of the one that it replaces, if there is one."""
        if restart.replaced is None:
            return self.keep(restart.start, sent)
        remaining = self.read(sent).without(restart.replaced)
        pending = remaining.with_attempt(restart.start.attempt, now=self._clock.now())
        return self._attempts.write(pending, sent)

    def end(self, attempt: SignInAttempt | None, sent: str) -> tuple[str, ...]:
        """Delete *attempt*, and others that do not fit any more."""
        pending = self.read(sent)
        return self._attempts.write(pending.without(attempt) if attempt else pending, sent)

    def _delete_unreadable_session(self, sent: str) -> tuple[str, ...]:
        """Delete session cookies that hold no readable session: they only take up room."""
        if self._jar_waits or self._sessions.read(sent) is not None:
            return ()
        names = {name for name, _ in cookie_pairs(sent)}
        return tuple(each for each in self._sessions.clear(sent) if each.partition("=")[0] in names)
