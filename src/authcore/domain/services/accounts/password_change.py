"""
Set in the pool the password that a linked user chose in the legacy system.

The pool owns the password of a linked user, so that a change is one write: of two at once the later
one counts, and one that is cut off has happened or has not.  All sessions of the user in Cognito
end, because a password is also changed when another person knows it.
"""

from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    NoPoolPasswordError,
    RejectedError,
    UnavailableError,
    UserUnconfirmedError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import EXTERNAL
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.services.accounts.linked_users import LinkedUsers, name_of
from authcore.domain.services.accounts.old_login_limits import OldLoginLimits
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserAdministration, UserSessions


ACTION: Final = "password.change"
_SESSIONS: Final = "password.sessions"

SETTABLE: Final = frozenset(("CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"))
"""
UserStatus of users whose password may be set, which confirms them.

An UNCONFIRMED user has not proven the address, and setting a password must not stand in for that.
"""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasswordChange:
    """
    Sets passwords for the old login.  Threads may share it.

    Attributes:
        users: Linked users.
        administration: Sets passwords.
        sessions: Ends the sessions of users.
        limits: On attempts.
        audit: Records refusals and successes.
    """

    users: LinkedUsers
    administration: UserAdministration
    sessions: UserSessions
    limits: OldLoginLimits
    audit: AuditLog

    def change(self, account: MovedAccount, password: str, *, caller: str) -> bool:
        """
        Set *password*.  Setting the same one again is harmless, unless the pool keeps a history.

        The caller has checked that the user may change it.

        Args:
            account: As the legacy system holds it.

            password: As typed.

            caller: Name of the program that asks.

        Returns:
            Whether the user's sessions in Cognito ended; False where Cognito gave no answer.

        Raises:
            PasswordPolicyError: The pool does not accept the password.  Nothing has changed.

            NoPoolPasswordError: The pool user signs in with a provider only and gets no password;
                the legacy system's own counts.  The same.

            AccountNotFoundError, LinkRejectedError: Not both sides hold the link.  The same.

            UserUnconfirmedError: The user has not confirmed the sign-up.  The same.

            TooManyAttemptsError: A limit is reached.  The same.

            UnavailableError: No usable answer.  The password may be set.
        """
        try:
            ended = self._change(account, password, caller)
        except RejectedError as refusal:
            self._record(account, caller, refusal)
            raise
        self._record(account, caller, None)
        return ended

    def _change(self, account: MovedAccount, password: str, caller: str) -> bool:
        self.limits.admit(account, caller)
        user = self.users.find(account)
        if user.status == EXTERNAL:
            raise NoPoolPasswordError("the user has no password in the pool")
        if user.status not in SETTABLE:
            raise UserUnconfirmedError("the user is not confirmed", detail=user.status)
        self.administration.set_password(name_of(user), password)
        return self._end_sessions(user)

    def _end_sessions(self, user: DirectoryUser) -> bool:
        try:
            self.sessions.sign_out_everywhere(name_of(user))
        except AccountNotFoundError:
            return True
        except UnavailableError as outage:
            self.audit.record(AuditEvent.of(_SESSIONS, outage, subject=user.subject))
            return False
        return True

    def _record(self, account: MovedAccount, caller: str, error: RejectedError | None) -> None:
        self.audit.record(
            AuditEvent.of(
                ACTION,
                error,
                subject=None if error else account.cognito_id,
                legacy_uid=account.legacy_uid,
                caller=caller,
            )
        )
