"""How every sign-in at the pool ends: in the cookies of a session."""

from contextlib import suppress

import attrs

from authcore.domain.errors import LoginLostError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sign_in.sign_in import SignInCompletion
from authcore.ports.cookies import CookieJar
from authcore_web.routes.refused_sign_in import RefusedSignIn, RefusedSignIns


def signed_in_event(action: str, session: Session) -> AuditEvent:
    """Describe the sign-in by *action* that established *session*."""
    identity = session.identity
    return AuditEvent.of(
        action,
        None,
        subject=identity.subject,
        legacy_uid=identity.legacy_uid,
        token_request=identity.token_request,
    )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionStart:
    """
    Establishes sessions.

    Attributes:
        session_guard: Tells whether a session was ended before it began.
        sessions: Cookies of sessions.
        refused_sign_ins: Decides about sign-ins that establish no session.
    """

    _session_guard: SessionGuard
    _sessions: CookieJar[TokenSet]
    _refused_sign_ins: RefusedSignIns

    def has_ended(self, session: Session) -> bool:
        """Tell whether *session* was ended; False in an outage: guards check later requests."""
        with suppress(UnavailableError):
            return self._session_guard.has_ended(session.access)
        return False

    def establish(
        self, completion: SignInCompletion, sent: str, *, can_restart: bool
    ) -> tuple[str, ...] | RefusedSignIn:
        """
        Write the session of *completion*.  May wait for keys, the provider, and for stores.

        Args:
            completion: Of the sign-in.

            sent: The ``Cookie`` header.

            can_restart: Whether the sign-in may begin again.

        Returns:
            ``Set-Cookie`` values; or a sign-in that establishes no session.

        Raises:
            ConnectTicketError: The user must authenticate again, and can.

            SessionTooLargeError: The session does not fit.

            LoginLostError: The store of sessions gave no answer.
        """
        refused = self._refused_sign_ins.refuse(completion, sent, can_restart=can_restart)
        if refused is not None:
            return refused
        try:
            return self._sessions.write(completion.session.tokens, sent)
        except UnavailableError as error:
            raise LoginLostError.after(error) from None
