"""Decide again about sessions whose connections are still open."""

from typing import Final

import attrs

from authcore.domain.model.session_decision import (
    LegacyAdmitted,
    OpenedSession,
    PresentedSession,
    SessionDecision,
    SignInRequired,
)
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.ports.cookies import SessionJar


ACTION: Final = "guard.open"

_ANOTHER_USER: Final = SignInRequired("no_session")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OpenSessions:
    """
    Judge the session that an open connection was admitted with.

    An open connection cannot store cookies, so nothing is refreshed: a connection lasts no longer
    than the tokens it was opened with.  A stored session is read again, so that it ends with its
    sign-out, and continues with the tokens that another request refreshed.  The old login does not
    take the place of a Cognito session here, nor another user that of the one who connected.

    Attributes:
        guard: Decides.
        jar: Reads stored sessions.
        jar_waits: Whether reading *jar* takes the network; False by default.
    """

    guard: SessionGuard
    jar: SessionJar
    jar_waits: bool = False

    def judge(self, opened: OpenedSession) -> SessionDecision:
        """
        Decide again.  May wait for the network.

        Raises:
            UnavailableError: No decision is possible now.
        """
        return self.guard.count(lambda: self._judge(opened), action=ACTION)

    def judge_from_cache(self, opened: OpenedSession) -> SessionDecision | None:
        """Decide again without network and waiting; None where the decision takes either."""
        if self.jar_waits:
            return None
        decision = self.guard.judge_open_from_cache(self._present(opened))
        if decision is None:
            return None
        return self.guard.count(lambda: _same_user(opened, decision), action=ACTION)

    def _judge(self, opened: OpenedSession) -> SessionDecision:
        return _same_user(opened, self.guard.judge_open(self._present(opened)))

    def _present(self, opened: OpenedSession) -> PresentedSession:
        if isinstance(opened.decision, LegacyAdmitted):
            return PresentedSession(None, opened.cookie_header, can_renew=False)
        tokens = opened.decision.session.tokens
        if self.jar_waits:
            stored = self.jar.read(opened.cookie_header)
            return PresentedSession(stored, "", can_renew=False)
        return PresentedSession(tokens, "", can_renew=False)


def _same_user(opened: OpenedSession, decision: SessionDecision) -> SessionDecision:
    if isinstance(decision, SignInRequired):
        return decision
    before, after = opened.decision.user, decision.user
    if before.login == "legacy":
        is_same = (before.login, before.legacy_uid) == (after.login, after.legacy_uid)
    else:
        is_same = (before.login, before.subject) == (after.login, after.subject)
    return decision if is_same else _ANOTHER_USER
