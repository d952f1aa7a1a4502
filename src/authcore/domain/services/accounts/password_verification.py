"""
Check a password that a user typed at the old login, for a user who moved to the pool.

The pool owns the password of every linked user: the legacy system's hash may be stale.  The user
signs in at the pool, through its admin API, and the tokens are revoked at once and never handed
out: the old login makes a session of its own.

The password is sent with the name of the linked user only.  No call creates a user: Cognito is told
so (MIGRATION_OFF), and only tokens of the very user count.  A user who is gone or disabled is
refused sooner than one with a wrong password: the entrypoint evens that out.
"""

from typing import Final

import attrs

from authcore.domain.errors import (
    CredentialsRejectedError,
    NewLoginRequiredError,
    NoPoolPasswordError,
    ProviderUnavailableError,
    RejectedError,
    TokenRejectedError,
    UnavailableError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.challenges import Challenge
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import EXTERNAL
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.passwords import MAX_PASSWORD_LENGTH, MIGRATION_OFF
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.accounts.linked_users import LinkedUsers
from authcore.domain.services.accounts.old_login_limits import OldLoginLimits
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.ports.token_endpoint import TokenRevoker


ACTION: Final = "password.verify"
_SESSION: Final = "password.session"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasswordVerification:
    """
    Checks passwords for the old login.  Threads may share it.

    Attributes:
        users: Linked users.
        authenticator: Cognito's API, with the flow ADMIN_USER_PASSWORD_AUTH.
        validator: For the same pool and app client.
        revoker: Ends the session that Cognito began.
        limits: On attempts.
        audit: Records refusals, with the cause that the caller does not learn, and successes.
    """

    users: LinkedUsers
    authenticator: PasswordAuthenticator
    validator: TokenValidator
    revoker: TokenRevoker
    limits: OldLoginLimits
    audit: AuditLog

    def verify(self, account: MovedAccount, password: str, *, caller: str) -> None:
        """
        Return if *password* is right and the user may sign in with it alone.

        Args:
            account: As the legacy system holds it.

            password: As typed.

            caller: Name of the program that asks.

        Raises:
            NoPoolPasswordError: The pool user signs in with a provider only and has no password,
                so that the legacy system's own counts.

            NewLoginRequiredError: The password is right, and Cognito asks for more.

            CredentialsRejectedError: Wrong password, disabled or locked user, a user who is gone,
                or a link that only one side holds: one error for all.

            TooManyAttemptsError: A limit is reached; nothing was checked.

            UnavailableError: No usable answer.
        """
        error: RejectedError | None = None
        try:
            self._verify(account, password, caller)
        except RejectedError as refusal:
            error = refusal
        self.audit.record(
            AuditEvent.of(
                ACTION,
                error,
                subject=None if error else account.cognito_id,
                legacy_uid=account.legacy_uid,
                caller=caller,
            )
        )
        if error is not None:
            raise _told(error) from None

    def _verify(self, account: MovedAccount, password: str, caller: str) -> None:
        self.limits.admit(account, caller)
        if not 0 < len(password) <= MAX_PASSWORD_LENGTH:
            raise CredentialsRejectedError("no pool accepts such a password", detail="length")
        self.validator.require_keys()
        user = self._find(account)
        answered = self.authenticator.begin(
            Credentials(user.username, password),
            flow="ADMIN_USER_PASSWORD_AUTH",
            metadata=MIGRATION_OFF,
        )
        if isinstance(answered, Challenge):
            raise NewLoginRequiredError(
                "the pool asks for more than a password", detail=answered.name
            )
        try:
            self._require_user(answered, user)
        finally:
            self._end(answered)

    def _find(self, account: MovedAccount) -> DirectoryUser:
        user = self.users.find(account)
        if not user.enabled:
            raise CredentialsRejectedError("the user is disabled", detail="disabled")
        if user.status == EXTERNAL:
            raise NoPoolPasswordError("the user has no password in the pool")
        return user

    def _require_user(self, tokens: TokenSet, user: DirectoryUser) -> None:
        try:
            session = validate_session(self.validator, tokens)
        except TokenRejectedError as invalid:
            raise ProviderUnavailableError(
                "Cognito issued tokens that are not valid here", detail=invalid.code
            ) from None
        if session.access.subject != user.subject:
            raise CredentialsRejectedError("another user has the name now", detail="pool user")

    def _end(self, tokens: TokenSet) -> None:
        if tokens.refresh_token is None:
            return
        try:
            self.revoker.revoke(tokens.refresh_token)
        except UnavailableError as outage:  # the token is dropped all the same
            self.audit.record(AuditEvent.of(_SESSION, outage))


def _told(refusal: RejectedError) -> RejectedError:
    """Return what the caller learns of *refusal*."""
    if isinstance(refusal, NewLoginRequiredError | NoPoolPasswordError):
        return refusal
    return CredentialsRejectedError("the pool refuses the user or the password")
