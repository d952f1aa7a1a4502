"""Creates the legacy account of a pool user, once."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal

import attrs

from authcore.domain.errors import (
    AccountTakenError,
    BlindRetryRefusedError,
    LeaseHeldError,
    LegacyNotReachedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import Creation, FoundAccount, NewLegacyAccount, PoolAccount
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents
from authcore.ports.legacy_links import LegacyLinks


INTENT_TTL: Final = timedelta(days=3650)
"""How long a create without a known result is remembered where creation is ``once``."""

LATE_CREATE: Final = timedelta(seconds=60)
"""
How long the legacy system may take to carry out a create that was given up.

The lease ends with the attempt, but such a create does not: until then no other one begins.
"""

Created = tuple[LegacyAccount, Literal["ok", "email_taken"]]
"""The account, and whether it has the address that was wanted."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class AccountCreation:
    """
    Creates accounts so that no user gets two.

    Args:
        links: The legacy system.

        intents: Remembers begun creates where *creation* is ``lease`` or ``once``; must be durable
            there.

        creation: What the legacy system guarantees.

        audit: Records an id that could not be remembered.

        issuer: Of the pool; with ``sub`` the identity key.
    """

    links: LegacyLinks
    intents: CreateIntents
    audit: AuditLog
    creation: Creation
    issuer: str

    def find(self, user: PoolAccount) -> FoundAccount | None:
        """
        Return the account that an earlier create answered with; None where none is remembered.

        Only where *creation* is ``once``: elsewhere the legacy system finds it.

        Raises:
            RejectedError: The legacy system does not know the account as the user's any more.

            UnavailableError: No usable answer.
        """
        key = create_key(self.issuer, user.subject)
        known = self.intents.result_of(key) if self.creation == "once" else None
        if known is None:
            return None
        account = self.links.attach_cognito_id(known, user.subject, reset_access=False)
        return FoundAccount(account, "cognito_id")

    def create(self, user: PoolAccount, require_lease: Callable[[], None]) -> Created:
        """
        Create the account of *user*.

        Args:
            user: Has no account.

            require_lease: Raises LeaseHeldError once the lease of this attempt is over.

        Raises:
            RejectedError: A refusal; BlindRetryRefusedError if an earlier create may have had an
                effect.

            UnavailableError: No usable answer.  The account may exist now.
        """
        key = create_key(self.issuer, user.subject)
        self._announce(key)
        require_lease()
        try:
            account, reason = self._create_with_free_address(user, require_lease)
        except (RejectedError, LegacyNotReachedError):
            self._call_off(key)
            raise
        self._keep(user, account.legacy_uid, is_announced=True)
        return account, reason

    def remember(self, user: PoolAccount, legacy_uid: str) -> None:
        """
        Keep the id of an account that was attached until it is written to the pool.

        Only where *creation* is ``once``: nothing else finds it once its address changes.
        """
        self._keep(user, legacy_uid, is_announced=False)

    def _keep(self, user: PoolAccount, legacy_uid: str, *, is_announced: bool) -> None:
        if self.creation != "once":
            return
        key = create_key(self.issuer, user.subject)
        try:
            if not is_announced:
                self.intents.first_time(key, INTENT_TTL)
            self.intents.complete(key, legacy_uid)
        except UnavailableError as error:
            self.audit.record(
                AuditEvent.of(
                    "account_linking.unkept", error, subject=user.subject, legacy_uid=legacy_uid
                )
            )

    def _announce(self, key: str) -> None:
        """Remember that a create begins, where the legacy system could carry out two."""
        match self.creation:
            case "once" if not self.intents.first_time(key, INTENT_TTL):
                raise BlindRetryRefusedError("an earlier attempt may have created the account")
            case "lease" if not self.intents.first_time(key, LATE_CREATE):
                raise LeaseHeldError("an earlier create may still be carried out")

    def _create_with_free_address(
        self, user: PoolAccount, require_lease: Callable[[], None]
    ) -> Created:
        """
        Create the account, without the address if that belongs to another account.

        That account is not proven to be the user's, or it would have been found.  Its holder must
        not be able to keep the owner of the address from having an account.
        """
        wanted = _new_account(user)
        key = _digest(self.issuer, user.subject)
        try:
            return self.links.create(wanted, idempotency_key=key), "ok"
        except AccountTakenError:
            if wanted.email is None:
                raise
        require_lease()
        bare = attrs.evolve(wanted, email=None, email_verified=False)
        key = _digest(self.issuer, user.subject, "no address")
        return self.links.create(bare, idempotency_key=key), "email_taken"

    def _call_off(self, key: str) -> None:
        """Forget a create that certainly had no effect; if that fails, an operator must."""
        if self.creation == "once":
            with suppress(UnavailableError):
                self.intents.forget(key)


def create_key(issuer: str, subject: str) -> str:
    """Return the key of the begun create for the pool user *subject*."""
    return f"create:{_digest(issuer, subject)}"


def lease_key(issuer: str, subject: str) -> str:
    """Return the key of the lease on the pool user *subject*."""
    return f"link:{_digest(issuer, subject)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _new_account(user: PoolAccount) -> NewLegacyAccount:
    return NewLegacyAccount(
        cognito_id=user.subject,
        identity=user.identity,
        username=user.username,
        email=user.email,
        email_verified=user.email is not None and user.email_verified,
        display_name=user.name,
    )
