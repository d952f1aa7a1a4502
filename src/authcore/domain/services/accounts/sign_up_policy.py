"""Decides which users may sign up while some accounts exist in the legacy system only."""

from collections.abc import Collection
from typing import Final

import attrs

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts


ACTION: Final = "sign_up"

NO_NAME: Final = "event_unreadable"
"""Audit reason of a sign-up that has no name to look for."""


@attrs.frozen(kw_only=True)
class SignUp:
    """
    A user who wants to sign up.

    Attributes:
        username: The user name; None where there is none, as for the names below.
        email: The e-mail address.
        preferred_username: Another alias.
        claims_legacy_id: Whether the client sent an attribute that only migration and linking
            write.
    """

    username: str | None = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    preferred_username: str | None = attrs.field(repr=False)
    claims_legacy_id: bool

    def names(self) -> Collection[str]:
        """Return the names to look for; the legacy system ignores letter case."""
        given = (self.email, self.preferred_username, self.username)
        return {name.casefold(): name for name in given if name is not None}.values()


@attrs.frozen(kw_only=True, repr=False, eq=False)
class SignUpPolicy:
    """
    Refuses names of accounts that exist in the legacy system only, and of locked accounts.

    Migration runs only for users whom the pool does not know: a sign-up under such a name would
    shut the owner of the account out.

    Args:
        accounts: The legacy user table.

        audit: Records every decision.
    """

    accounts: LegacyAccounts
    audit: AuditLog

    def decide(self, sign_up: SignUp) -> Outcome:
        """
        Decide about *sign_up*, with one call for each of its names until one is taken.

        Never raises one of our errors: an outage is ``unavailable``.
        """
        event = self._decide(sign_up)
        self.audit.record(event)
        return event.outcome

    def _decide(self, sign_up: SignUp) -> AuditEvent:
        if sign_up.claims_legacy_id:
            return AuditEvent(ACTION, "rejected", "claims_legacy_uid")
        names = sign_up.names()
        if not names:
            return AuditEvent(ACTION, "unavailable", NO_NAME)
        try:
            refusal = next(filter(None, map(self._refusal, names)), None)
        except UnavailableError as error:
            return AuditEvent.of(ACTION, error)
        if refusal is not None:
            return AuditEvent(ACTION, "rejected", refusal)
        return AuditEvent.of(ACTION, None)

    def _refusal(self, name: str) -> str | None:
        """
        Say why *name* is taken; None if it is not.

        Every refusal of the look-up means taken: several accounts have the name, or the legacy
        system found one in another spelling, which the sign-up would shadow.
        """
        try:
            account = self.accounts.find(name)
        except RejectedError as error:
            return error.code
        if account is None:
            return None
        if account.locked:
            return "account_locked"
        return "lives_in_legacy" if account.cognito_id is None else None
