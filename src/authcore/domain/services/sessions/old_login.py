"""
The session of the old login that a browser may carry beside one of Cognito.

It is refused if it began before an entry of the revocation list about all sessions of its user.
Where the legacy system does not say when it began, it is refused for as long as the entry is kept,
unless an administrator allowed it.
"""

from contextlib import suppress
from typing import Final

import attrs

from authcore.domain.errors import LegacyUnavailableError, TokenRejectedError, UnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import outcome_of
from authcore.domain.model.session_decision import (
    LegacyAdmitted,
    PresentedSession,
    SignInRequired,
)
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.domain.services.pools_validation import AnyValidator
from authcore.ports.audit import DecisionCounter
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


ACTION: Final = "guard"
"""Of decisions about requests, by either login."""

REVOKED: Final = SignInRequired("session_revoked")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OldLogin:
    """
    Resolve, admit and end sessions of the legacy system.

    Attributes:
        validator, clock, counter, legacy, revocations: See SessionGuard.
        sign_out: Its ``legacy_sign_out``.
    """

    validator: AnyValidator
    clock: Clock
    counter: DecisionCounter
    legacy: LegacySessions | None
    sign_out: LegacySignOut | None
    revocations: RevocationList | None

    def is_carried(self, presented: PresentedSession) -> bool:
        """Whether *presented* has cookies of the old login."""
        return self.legacy is not None and self.legacy.are_carried(presented.cookie_header)

    def admit(
        self, account: LegacyAccount | None, *, has_ended: bool
    ) -> LegacyAdmitted | SignInRequired | None:
        """
        Admit the user of *account*, or refuse a revoked one; None where there is no such user.

        Args:
            account: As ``account`` gave it.

            has_ended: Whether the request also presented a Cognito session that has ended.

        Raises:
            CoordinationUnavailableError: The revocation list gave no answer.
        """
        if account is None or account.locked:
            return None
        if self._is_user_revoked(account):
            return attrs.evolve(REVOKED, has_ended=has_ended)
        return LegacyAdmitted(account, has_ended)

    def account(self, presented: PresentedSession) -> LegacyAccount | None:
        """
        Resolve the legacy session of *presented*; None where there is none.

        Raises:
            LegacyUnavailableError: The legacy system gave no answer.
        """
        if self.legacy is None or not self.legacy.are_carried(presented.cookie_header):
            return None
        return self.legacy.resolve(presented.cookie_header)

    def _is_user_revoked(self, account: LegacyAccount) -> bool:
        if self.revocations is None or not account.cognito_id:
            return False
        begun = account.signed_in_at
        if begun is None or begun > self.clock.now() + MAX_LEEWAY:  # a wrong clock says nothing
            return self.revocations.is_user_revoked(account.cognito_id)
        return self.revocations.is_user_revoked(account.cognito_id, signed_in_at=begun)

    def end(self, ended: PresentedSession) -> bool:
        """End the legacy session beside *ended*; whether the legacy system confirmed it."""
        if self.sign_out is None:
            return False
        try:
            self.sign_out.end(ended.cookie_header)
        except LegacyUnavailableError as error:
            self.counter.count(ACTION, outcome_of(error), error.code)
            return False
        return True

    def is_beside(self, ended: PresentedSession) -> bool:
        """Whether the user of *ended* has a legacy session too; True where no system can tell."""
        if ended.tokens is None or not self.is_carried(ended):
            return False
        try:
            return self.is_own(self.account(ended), ended)
        except UnavailableError:
            return True

    def is_own(self, account: LegacyAccount | None, ended: PresentedSession) -> bool:
        """Whether *account* is that of the user of *ended*; True where its key is gone."""
        if account is None or ended.tokens is None:
            return False
        try:
            access = self.validator.verify_access_token_ignoring_expiry(ended.tokens.access_token)
        except TokenRejectedError:
            return True
        if account.cognito_id == access.subject:
            return True
        return self._names(ended.tokens, access.subject, account)

    def _names(self, tokens: TokenSet, subject: str, account: LegacyAccount) -> bool:
        """Whether the pool names *account* for the user; an ID token that has expired says so."""
        with suppress(TokenRejectedError, UnavailableError):
            identity = self.validator.verify_id_token_ignoring_expiry(tokens.id_token)
            return (identity.subject, identity.legacy_uid) == (subject, account.legacy_uid)
        return False
