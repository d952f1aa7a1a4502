"""
Gives every user who signs in exactly one legacy account, known to both sides.

The legacy side is written first, ``custom:legacy_uid`` and ``custom:legacy_linked`` last, so that a
user who has both with the same value is linked completely and costs no call.  A migrated user has
the first from migration and gets the second once the legacy side is written.  After an attempt that
was interrupted the next one finds what it left: the account by its Cognito id or identity, or the
missing attribute.

See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.domain.errors import (
    AccountLockedError,
    AccountTakenError,
    AmbiguousAccountError,
    AuthcoreError,
    BlindRetryRefusedError,
    IssuerRejectedError,
    LeaseHeldError,
    LegacyNotReachedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.linking import (
    AccountMatches,
    AccountQuery,
    LinkOutcome,
    LinkPolicy,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import Lease, ReplayCache
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.system import Clock
from authcore.ports.user_directory import UserDirectory


LEASE_TTL: Final = timedelta(seconds=30)
"""Several times the longest attempt; after a killed attempt the next one waits for so long."""

INTENT_TTL: Final = timedelta(days=3650)
"""How long a create without a known result is remembered where creation is ``once``."""

LATE_CREATE: Final = timedelta(seconds=60)
"""
How long the legacy system may take to carry out a create that was given up.

The lease ends with the attempt, but such a create does not: until then no other one begins.
"""

_Way = Literal["cognito_id", "identity", "email"]


@attrs.frozen
class _Found:
    """The user's account, and how it was found."""

    account: LegacyAccount
    way: _Way


@attrs.frozen(kw_only=True, repr=False, eq=False)
class AccountLinking:
    """
    Links one pool user at a time; safe to run twice, also at the same time.

    Args:
        links: The legacy system.

        directory: The pool.

        lease: Lets one attempt run at a time where the policy's creation is ``lease``.

        intents: Remembers begun creates where it is ``lease`` or ``once``; must be durable there.

        audit: Records every outcome.

        policy: What the team allows.

        issuer: Of the pool; with ``sub`` the identity key.

        clock: For the end of the lease.
    """

    links: LegacyLinks
    directory: UserDirectory
    lease: Lease
    intents: ReplayCache
    audit: AuditLog
    policy: LinkPolicy
    issuer: str
    clock: Clock

    def link(self, user: PoolAccount) -> LinkOutcome:
        """
        Give *user* one legacy account, and both sides both ids.

        Never raises one of our errors: a refusal is ``refused``, an outage ``postponed``.
        """
        why: AuthcoreError | None = None
        try:
            outcome = self._link(user)
        except RejectedError as error:
            outcome, why = LinkOutcome("refused", error.code), error
        except UnavailableError as error:
            outcome, why = LinkOutcome("postponed", error.code), error
        self._record(user, outcome, why)
        return outcome

    def _link(self, user: PoolAccount) -> LinkOutcome:
        if user.identity and not self.policy.knows_issuer(user.identity):
            raise IssuerRejectedError("the identity comes from another issuer than it must")
        if user.legacy_uid is None:
            return self._first_link(user)
        if not user.is_linked:
            return self._attach(user, user.legacy_uid)
        return LinkOutcome("already_linked", "ok", user.legacy_uid)

    def _attach(self, user: PoolAccount, legacy_uid: str) -> LinkOutcome:
        """
        Write the legacy side of a user who has a legacy id from migration.

        That links them.  If the mark in the pool cannot be written, the only cost is one more call
        at the next sign-in.
        """
        self.links.attach_cognito_id(legacy_uid, user.subject, reset_access=False)
        try:
            self.directory.set_attributes(user.username, {LEGACY_LINKED: legacy_uid})
        except (RejectedError, UnavailableError) as error:
            self.audit.record(
                AuditEvent.of(
                    "account_linking.unmarked",
                    error,
                    subject=user.subject,
                    legacy_uid=legacy_uid,
                )
            )
        return LinkOutcome("linked", "legacy_uid", legacy_uid)

    def _first_link(self, user: PoolAccount) -> LinkOutcome:
        with self._hold_lease(user) as held_until:
            found = self._find(user)
            if found is None:
                self._announce_create(user)
            self._require_lease(held_until)
            account, reason = (
                (found.account, found.way) if found else self._create(user, held_until)
            )
            if account.cognito_id is None:
                self.links.attach_cognito_id(
                    account.legacy_uid, user.subject, reset_access=reason == "email"
                )
        written = {LEGACY_UID: account.legacy_uid, LEGACY_LINKED: account.legacy_uid}
        self.directory.set_attributes(user.username, written)
        return LinkOutcome("linked" if found else "created", reason, account.legacy_uid)

    @contextmanager
    def _hold_lease(self, user: PoolAccount) -> Iterator[datetime | None]:
        """Take the lease on *user* and yield its end; None where the policy needs no lease."""
        if self.policy.creation != "lease":
            yield None
            return
        with self.lease.hold(f"link:{self._key(user)}", LEASE_TTL) as grant:
            yield grant.expires_at

    def _require_lease(self, held_until: datetime | None) -> None:
        if held_until is not None and self.clock.now() >= held_until:
            raise LeaseHeldError("the lease ended before anything was written")

    def _find(self, user: PoolAccount) -> _Found | None:
        query = AccountQuery(user.subject, user.identity, self._comparable_email(user))
        matches = self.links.match(query)
        found = _choose(matches, query)
        if found:
            _require_usable(found.account, user)
        return found

    def _comparable_email(self, user: PoolAccount) -> str | None:
        if user.provider not in self.policy.email_providers or not user.email_verified:
            return None
        return canonical_email(user.email) if user.email else None

    def _announce_create(self, user: PoolAccount) -> None:
        """Remember that a create begins, where the legacy system could carry out two."""
        key = create_key(self.issuer, user.subject)
        match self.policy.creation:
            case "once" if not self.intents.first_time(key, INTENT_TTL):
                raise BlindRetryRefusedError("an earlier attempt may have created the account")
            case "lease" if not self.intents.first_time(key, LATE_CREATE):
                raise LeaseHeldError("an earlier create may still be carried out")

    def _create(
        self, user: PoolAccount, held_until: datetime | None
    ) -> tuple[LegacyAccount, Literal["ok", "email_taken"]]:
        """Create the account; a create that certainly had no effect is forgotten."""
        try:
            account, reason = self._create_with_free_address(user, held_until)
        except (RejectedError, LegacyNotReachedError):
            self._call_off_create(user)
            raise
        _require_usable(account, user)
        return account, reason

    def _create_with_free_address(
        self, user: PoolAccount, held_until: datetime | None
    ) -> tuple[LegacyAccount, Literal["ok", "email_taken"]]:
        """
        Create the account, without the address if that belongs to another account.

        That account is not proven to be the user's, or it would have been found.  Its holder must
        not be able to keep the owner of the address from having an account.
        """
        wanted = _new_account(user)
        try:
            return self.links.create(wanted, idempotency_key=self._key(user)), "ok"
        except AccountTakenError:
            if wanted.email is None:
                raise
        self._require_lease(held_until)
        bare = attrs.evolve(wanted, email=None, email_verified=False)
        key = self._key(user, "no address")
        return self.links.create(bare, idempotency_key=key), "email_taken"

    def _call_off_create(self, user: PoolAccount) -> None:
        """Forget a create that certainly had no effect; if that fails, an operator must."""
        if self.policy.creation == "once":
            with suppress(UnavailableError):
                self.intents.forget(create_key(self.issuer, user.subject))

    def _key(self, user: PoolAccount, *more: str) -> str:
        return _digest(self.issuer, user.subject, *more)

    def _record(self, user: PoolAccount, outcome: LinkOutcome, why: AuthcoreError | None) -> None:
        event = AuditEvent.of(
            f"account_linking.{outcome.status}",
            why,
            subject=user.subject,
            legacy_uid=outcome.legacy_uid or user.legacy_uid,
        )
        self.audit.record(attrs.evolve(event, reason=outcome.reason))


def create_key(issuer: str, subject: str) -> str:
    """Return the key of the begun create for the pool user *subject*."""
    return f"create:{_digest(issuer, subject)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _require_usable(account: LegacyAccount, user: PoolAccount) -> None:
    if account.locked:
        raise AccountLockedError("the legacy system locked the account")
    if account.cognito_id not in (None, user.subject):
        raise AccountTakenError("the account belongs to another Cognito user")


def _choose(matches: AccountMatches, query: AccountQuery) -> _Found | None:
    """
    Choose the account that *matches* mean; None if none is the user's.

    An account that an earlier attempt attached may be found by its address only.

    Raises:
        AmbiguousAccountError: Cognito id and identity lead to different accounts.
    """
    known, social, addressed = matches.by_cognito_id, matches.by_identity, matches.by_email
    if known is None and addressed and addressed.cognito_id == query.cognito_id:
        known = addressed
    if known and social and known.legacy_uid != social.legacy_uid:
        raise AmbiguousAccountError("the Cognito id and the identity lead to different accounts")
    if known:
        return _Found(known, "cognito_id")
    if social:
        return _Found(social, "identity")
    if addressed and _is_proven(addressed, query.email):
        # An attached account is another user's; a locked one refuses the link in any case.
        return _Found(addressed, "email") if addressed.locked or not addressed.cognito_id else None
    return None


def _is_proven(account: LegacyAccount, email: str | None) -> bool:
    """Whether the legacy system verified the address of *account*, and it is exactly *email*."""
    return (
        email is not None
        and account.email is not None
        and account.email_verified
        and canonical_email(account.email) == email
    )


def _new_account(user: PoolAccount) -> NewLegacyAccount:
    return NewLegacyAccount(
        cognito_id=user.subject,
        identity=user.identity,
        username=user.username,
        email=user.email,
        email_verified=user.email is not None and user.email_verified,
        display_name=user.name,
    )
