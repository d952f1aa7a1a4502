"""
Gives every user who signs in exactly one legacy account, known to both sides.

The legacy side is written first, ``custom:legacy_uid`` and ``custom:legacy_linked`` last, so that a
user who has both, with a proof that holds, is linked completely and costs no call.  After an
attempt that was interrupted the next one finds what it left: the account by its Cognito id or
identity, or the missing attribute.

A refusal takes ``custom:legacy_uid`` away, which other services believe, and keeps its reason in
``custom:legacy_linked``, so that the user does not get a second account instead.  A user whom
migration created from an address that the account no longer has is deleted: the owner's password
then creates the right one.

See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022;
docs/adr/0019-link-proofs.md.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountLockedError,
    AccountTakenError,
    LeaseHeldError,
    LinkRejectedError,
    UnprovenLinkError,
)
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import (
    AccountQuery,
    FoundAccount,
    LinkOutcome,
    LinkPolicy,
    PoolAccount,
)
from authcore.domain.services.accounts.account_creation import AccountCreation, lease_key
from authcore.domain.services.accounts.account_match import choose, require_usable
from authcore.domain.services.accounts.claimed_account import ClaimedAccount
from authcore.domain.services.accounts.link_attempt import LinkAttempt
from authcore.domain.services.accounts.pool_side import PoolSide
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents, Lease
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.system import Clock
from authcore.ports.user_directory import UserDirectory


LEASE_TTL: Final = timedelta(seconds=30)
"""Several times the longest attempt; after a killed attempt the next one waits for so long."""

_REFUSED_AGAIN: Final[Mapping[str, type[LinkRejectedError]]] = {
    each.code: each for each in (AccountTakenError, AccountLockedError)
}


@attrs.frozen(kw_only=True, repr=False, eq=False)
class AccountLinking:
    """
    Links one pool user at a time; safe to run twice, also at the same time.

    Args:
        links: The legacy system.

        accounts: Its user table.

        directory: The pool.

        lease: Lets one attempt run at a time where the policy's creation is ``lease``.

        intents: Remembers begun creates where it is ``lease`` or ``once``; must be durable there.

        audit: Records every outcome.

        policy: What the team allows.

        proofs: Of the pool.

        issuer: Of the pool; with ``sub`` the identity key.

        clock: For the end of the lease.
    """

    links: LegacyLinks
    accounts: LegacyAccounts
    directory: UserDirectory
    lease: Lease
    intents: CreateIntents
    audit: AuditLog
    policy: LinkPolicy
    proofs: LinkProofs
    issuer: str
    clock: Clock

    def link(self, user: PoolAccount) -> LinkOutcome:
        """
        Give *user* one legacy account, and both sides both ids.

        Never raises one of our errors: a refusal is ``refused``, an outage ``postponed``.
        """
        attempt = LinkAttempt(pool_side=self._pool_side, policy=self.policy, audit=self.audit)
        return attempt.run(user, self._link)

    def _link(self, user: PoolAccount) -> LinkOutcome:
        with self._hold_lease(user) as require_lease:
            return self._link_legacy_side(user, require_lease)

    def _link_legacy_side(
        self, user: PoolAccount, require_lease: Callable[[], None]
    ) -> LinkOutcome:
        found = self._creation.find(user) or self._find(user)
        if found is None:
            self._require_no_account(user)
            account, reason = self._creation.create(user, require_lease)
            require_usable(account, user)
            return LinkOutcome("created", reason, account.legacy_uid)
        require_lease()
        legacy_uid = found.account.legacy_uid
        if found.account.cognito_id is None:
            self._attach(legacy_uid, user.subject, reset_access=found.way == "email")
            self._creation.remember(user, legacy_uid)
        return LinkOutcome("linked", found.way, legacy_uid)

    def _attach(self, legacy_uid: str, subject: str, *, reset_access: bool) -> None:
        try:
            self.links.attach_cognito_id(legacy_uid, subject, reset_access=reset_access)
        except LinkRejectedError as error:
            error.legacy_uid = legacy_uid
            raise

    @property
    def _pool_side(self) -> PoolSide:
        return PoolSide(directory=self.directory, proofs=self.proofs, audit=self.audit)

    @property
    def _creation(self) -> AccountCreation:
        return AccountCreation(
            links=self.links,
            intents=self.intents,
            audit=self.audit,
            creation=self.policy.creation,
            issuer=self.issuer,
        )

    @contextmanager
    def _hold_lease(self, user: PoolAccount) -> Iterator[Callable[[], None]]:
        """Take the lease on *user*, where the policy needs one, and yield a check of it."""
        if self.policy.creation != "lease":
            yield lambda: None
            return
        with self.lease.hold(lease_key(self.issuer, user.subject), LEASE_TTL) as grant:

            def require_lease() -> None:
                if self.clock.now() >= grant.expires_at:
                    raise LeaseHeldError("the lease ended before anything was written")

            yield require_lease

    def _find(self, user: PoolAccount) -> FoundAccount | None:
        claimed = ClaimedAccount(accounts=self.accounts, links=self.links, proofs=self.proofs).find(
            user
        )
        if claimed is not None:
            return claimed
        query = AccountQuery(user.subject, user.identity, self._comparable_email(user))
        found = choose(self.links.match(query), query)
        if found is not None:
            require_usable(found.account, user)
        return found

    def _comparable_email(self, user: PoolAccount) -> str | None:
        if not self.policy.trusts_emails_of(user.provider) or not user.email_verified:
            return None
        return canonical_email(user.email) if user.email else None

    def _require_no_account(self, user: PoolAccount) -> None:
        """
        Return if *user* may get a new account.

        Raises:
            LinkRejectedError: The user was refused an account that may be theirs, claims one, or
                has a statement about one that is not understood, as after a loss of the keys.
        """
        refusal = self.proofs.refusal(user.statement, user.subject)
        if refusal is not None and refusal.legacy_uid is not None:
            raise _REFUSED_AGAIN.get(refusal.reason, UnprovenLinkError)(
                "an earlier link was refused", legacy_uid=refusal.legacy_uid
            )
        is_unclear = refusal is None and self.proofs.is_statement(user.statement)
        if user.legacy_uid is not None or is_unclear:
            raise UnprovenLinkError(
                "nothing proves that the account is the user's", legacy_uid=user.legacy_uid
            )
