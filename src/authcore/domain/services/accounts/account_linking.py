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
    AttributesMissingError,
    AttributesRejectedError,
    AuthcoreError,
    IssuerRejectedError,
    LeaseHeldError,
    LinkRejectedError,
    RejectedError,
    StaleProofError,
    UnavailableError,
    UnprovenLinkError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import (
    AccountQuery,
    FoundAccount,
    LinkOutcome,
    LinkPolicy,
    PoolAccount,
)
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.account_creation import AccountCreation, lease_key
from authcore.domain.services.accounts.account_match import choose, require_usable
from authcore.domain.services.accounts.claimed_account import ClaimedAccount
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
        failure: AuthcoreError | None = None
        outcome: LinkOutcome | None = None
        try:
            outcome = self._link(user)
            self._write_proof(user, outcome)
        except RejectedError as error:
            failure, outcome = error, LinkOutcome("refused", error.code)
            self._withdraw(user, error)
        except UnavailableError as error:
            known = outcome.legacy_uid if outcome else None
            failure, outcome = error, LinkOutcome("postponed", error.code, known)
        self._record(user, outcome, failure)
        return outcome

    def _link(self, user: PoolAccount) -> LinkOutcome:
        if user.identity and not self.policy.knows_issuer(user.identity):
            raise IssuerRejectedError("the identity comes from another issuer than it must")
        if self._is_linked(user):
            return LinkOutcome("already_linked", "ok", user.legacy_uid)
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
        return LinkOutcome("linked", found.way, legacy_uid)

    def _attach(self, legacy_uid: str, subject: str, *, reset_access: bool) -> None:
        try:
            self.links.attach_cognito_id(legacy_uid, subject, reset_access=reset_access)
        except LinkRejectedError as error:
            error.legacy_uid = legacy_uid
            raise

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

    def _write_proof(self, user: PoolAccount, outcome: LinkOutcome) -> None:
        """
        Write both attributes, last of all.

        The legacy system names the user by now.  Where the pool's schema lacks an attribute that
        has to do at every sign-in.
        """
        if outcome.status == "already_linked" or outcome.legacy_uid is None:
            return
        proof = self.proofs.prove_link(user.subject, outcome.legacy_uid)
        written = {LEGACY_UID: outcome.legacy_uid, LEGACY_LINKED: proof}
        try:
            self.directory.set_attributes(user.username, written)
        except (AttributesMissingError, AttributesRejectedError) as error:
            self._record_unmarked(user, outcome.legacy_uid, error)

    def _withdraw(self, user: PoolAccount, refusal: RejectedError) -> None:
        """
        Leave nothing in the pool by which another service would believe in the link.

        Another attempt may have made the link meanwhile: that one stands, unless the identity is
        refused whatever it is linked to.
        """
        is_stale = isinstance(refusal, StaleProofError)
        if not is_stale and self._attributes_after(user, refusal) is None:
            return
        try:
            current = self._current(user)
            is_foreign = isinstance(refusal, IssuerRejectedError)
            if current is None or (self._is_linked(current) and not is_foreign):
                return
            if is_stale:
                self.directory.delete_user(user.subject)
            elif (left := self._attributes_after(current, refusal)) is not None:
                self.directory.set_attributes(user.username, left)
        except (RejectedError, UnavailableError) as error:
            self._record_unmarked(user, user.legacy_uid, error)

    def _current(self, user: PoolAccount) -> PoolAccount | None:
        """Return *user* with the attributes that the pool holds now; None if they are gone."""
        found = self.directory.find(user.username)
        if found is None or found.subject != user.subject:
            return None
        return attrs.evolve(
            user,
            legacy_uid=found.attributes.get(LEGACY_UID) or None,
            statement=found.attributes.get(LEGACY_LINKED) or None,
        )

    def _is_linked(self, user: PoolAccount) -> bool:
        return self.proofs.is_linked(user.statement, user.subject, user.legacy_uid)

    def _attributes_after(
        self, user: PoolAccount, refusal: RejectedError
    ) -> Mapping[str, str] | None:
        """
        Return what *refusal* leaves of the attributes; None where nothing has to be written.

        Only a refusal that names an account, or takes its id away, has to be remembered: the user
        must get no other.  A voucher of migration stays good while only the account has to change:
        it is locked, or not the only one of its name.
        """
        named = refusal.legacy_uid if isinstance(refusal, LinkRejectedError) else None
        legacy_uid = named or user.legacy_uid
        statement = self.proofs.refuse(user.subject, Refusal(refusal.code, legacy_uid))
        is_vouched_for = self.proofs.voucher(user.statement) is not None
        if is_vouched_for and not isinstance(refusal, AccountTakenError):
            statement = user.statement or ""
        if user.legacy_uid is None and (legacy_uid is None or user.statement == statement):
            return None
        return {LEGACY_UID: "", LEGACY_LINKED: statement}

    def _record_unmarked(
        self, user: PoolAccount, legacy_uid: str | None, error: AuthcoreError
    ) -> None:
        self.audit.record(
            AuditEvent.of(
                "account_linking.unmarked", error, subject=user.subject, legacy_uid=legacy_uid
            )
        )

    def _record(
        self, user: PoolAccount, outcome: LinkOutcome, failure: AuthcoreError | None
    ) -> None:
        in_question = failure.legacy_uid if isinstance(failure, LinkRejectedError) else None
        event = AuditEvent.of(
            f"account_linking.{outcome.status}",
            failure,
            subject=user.subject,
            legacy_uid=outcome.legacy_uid or in_question or user.legacy_uid,
        )
        self.audit.record(attrs.evolve(event, reason=outcome.reason))
