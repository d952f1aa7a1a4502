"""
Gives everybody who signs in exactly one legacy account, known to both sides.

The legacy side is written first, ``custom:legacy_uid`` and ``custom:legacy_linked`` last, so that
whoever has both with the same value is linked completely and costs no call.  A migrated user has
the first from migration and gets the second once the legacy side is written.  An attempt that is
cut short anywhere leaves something the next one finds: the account by its Cognito id or identity,
or the missing attribute.

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
    LinkStatus,
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
"""Several times what one attempt may take; a killed attempt delays the next one by so much."""

INTENT_TTL: Final = timedelta(days=3650)
"""How long an unexplained create is remembered where the legacy system promises nothing."""

LATE_CREATE: Final = timedelta(seconds=60)
"""
How long the legacy system may take to carry out a create whose answer nobody waited for.

A lease ends with its attempt, such a create does not: until then no other one is begun.
"""

_OUTCOMES: Final[dict[LinkStatus, Literal["accepted", "rejected", "unavailable"]]] = {
    "already_linked": "accepted",
    "linked": "accepted",
    "created": "accepted",
    "refused": "rejected",
    "postponed": "unavailable",
}

_Way = Literal["cognito_id", "identity", "email"]


@attrs.frozen
class _Found:
    """An account that is the person's, and which way led there."""

    account: LegacyAccount
    way: _Way


@attrs.frozen(kw_only=True, repr=False, eq=False)
class AccountLinking:
    """
    Links one pool user at a time; safe to run twice, also at the same time.

    Args:
        links: The legacy system.

        directory: The pool.

        lease: Keeps attempts apart where the policy's creation is ``lease``.

        intents: Remembers begun creates where it is ``lease`` or ``once``; must be durable there.

        audit: Learns of every outcome.

        policy: What the team allows.

        issuer: Of the pool; with ``sub`` the identity key.

        clock: Tells whether a lease still holds.
    """

    _links: LegacyLinks
    _directory: UserDirectory
    _lease: Lease
    _intents: ReplayCache
    _audit: AuditLog
    _policy: LinkPolicy
    _issuer: str
    _clock: Clock

    def link(self, person: PoolAccount) -> LinkOutcome:
        """
        See that *person* has one legacy account and both sides know both ids.

        Never raises one of our errors: a no is ``refused``, no answer is ``postponed``.
        """
        try:
            outcome = self._link(person)
        except RejectedError as error:
            outcome = LinkOutcome("refused", error.code)
        except UnavailableError as error:
            outcome = LinkOutcome("postponed", error.code)
        self._record(person, outcome)
        return outcome

    def _link(self, person: PoolAccount) -> LinkOutcome:
        if person.identity and not self._policy.knows_issuer(person.identity):
            raise IssuerRejectedError("the identity comes from another issuer than it must")
        if person.legacy_uid is None:
            return self._first_link(person)
        if not person.is_linked:
            return self._attach(person, person.legacy_uid)
        return LinkOutcome("already_linked", "ok", person.legacy_uid)

    def _attach(self, person: PoolAccount, legacy_uid: str) -> LinkOutcome:
        """
        The legacy side of somebody whom migration gave their legacy id.

        From then on they are linked; without the mark the next sign-in asks once more, no more.
        """
        self._links.attach_cognito_id(legacy_uid, person.subject, reset_access=False)
        try:
            self._directory.set_attributes(person.username, {LEGACY_LINKED: legacy_uid})
        except (RejectedError, UnavailableError) as error:
            self._audit.record(
                AuditEvent.of(
                    "account_linking.unmarked",
                    error,
                    subject=person.subject,
                    legacy_uid=legacy_uid,
                )
            )
        return LinkOutcome("linked", "legacy_uid", legacy_uid)

    def _first_link(self, person: PoolAccount) -> LinkOutcome:
        with self._alone(person) as held_until:
            found = self._find(person)
            if found is None:
                self._announce_create(person)
            self._require_lease(held_until)
            account, reason = (
                (found.account, found.way) if found else self._create(person, held_until)
            )
            if account.cognito_id is None:
                self._links.attach_cognito_id(
                    account.legacy_uid, person.subject, reset_access=reason == "email"
                )
        written = {LEGACY_UID: account.legacy_uid, LEGACY_LINKED: account.legacy_uid}
        self._directory.set_attributes(person.username, written)
        return LinkOutcome("linked" if found else "created", reason, account.legacy_uid)

    @contextmanager
    def _alone(self, person: PoolAccount) -> Iterator[datetime | None]:
        """Until when nobody else links *person*; None where the legacy system sees to that."""
        if self._policy.creation != "lease":
            yield None
            return
        with self._lease.hold(f"link:{self._key(person)}", LEASE_TTL) as grant:
            yield grant.expires_at

    def _require_lease(self, held_until: datetime | None) -> None:
        if held_until is not None and self._clock.now() >= held_until:
            raise LeaseHeldError("the lease ended before anything was written")

    def _find(self, person: PoolAccount) -> _Found | None:
        query = AccountQuery(person.subject, person.identity, self._comparable_email(person))
        matches = self._links.match(query)
        found = _nearest(matches, query)
        if found:
            _require_usable(found.account, person)
        return found

    def _comparable_email(self, person: PoolAccount) -> str | None:
        if person.provider not in self._policy.email_providers or not person.email_verified:
            return None
        return canonical_email(person.email) if person.email else None

    def _announce_create(self, person: PoolAccount) -> None:
        """Remember that a create is begun, where the legacy system would carry out two."""
        key = create_key(self._issuer, person.subject)
        match self._policy.creation:
            case "once" if not self._intents.first_time(key, INTENT_TTL):
                raise BlindRetryRefusedError("an earlier attempt may have created the account")
            case "lease" if not self._intents.first_time(key, LATE_CREATE):
                raise LeaseHeldError("an earlier create may still be carried out")

    def _create(
        self, person: PoolAccount, held_until: datetime | None
    ) -> tuple[LegacyAccount, Literal["ok", "email_taken"]]:
        """The new account; a create that certainly came to nothing is not remembered."""
        try:
            account, reason = self._create_with_free_address(person, held_until)
        except (RejectedError, LegacyNotReachedError):
            self._call_off_create(person)
            raise
        _require_usable(account, person)
        return account, reason

    def _create_with_free_address(
        self, person: PoolAccount, held_until: datetime | None
    ) -> tuple[LegacyAccount, Literal["ok", "email_taken"]]:
        """
        Without the address where addresses are unique and another account has it.

        Nobody proved to own that account, or it would have been found, so its holder must not keep
        the address's owner from having one.
        """
        wanted = _new_account(person)
        try:
            return self._links.create(wanted, idempotency_key=self._key(person)), "ok"
        except AccountTakenError:
            if wanted.email is None:
                raise
        self._require_lease(held_until)
        bare = attrs.evolve(wanted, email=None, email_verified=False)
        key = self._key(person, "no address")
        return self._links.create(bare, idempotency_key=key), "email_taken"

    def _call_off_create(self, person: PoolAccount) -> None:
        """Forget a begun create that certainly came to nothing; if that fails, a person must."""
        if self._policy.creation == "once":
            with suppress(UnavailableError):
                self._intents.forget(create_key(self._issuer, person.subject))

    def _key(self, person: PoolAccount, *more: str) -> str:
        return _digest(self._issuer, person.subject, *more)

    def _record(self, person: PoolAccount, outcome: LinkOutcome) -> None:
        self._audit.record(
            AuditEvent(
                f"account_linking.{outcome.status}",
                _OUTCOMES[outcome.status],
                outcome.reason,
                subject=person.subject,
                legacy_uid=outcome.legacy_uid or person.legacy_uid,
            )
        )


def create_key(issuer: str, subject: str) -> str:
    """Under which it is remembered that an account was begun to be created for a pool user."""
    return f"create:{_digest(issuer, subject)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _require_usable(account: LegacyAccount, person: PoolAccount) -> None:
    if account.locked:
        raise AccountLockedError("the legacy system locked the account")
    if account.cognito_id not in (None, person.subject):
        raise AccountTakenError("the account belongs to another Cognito user")


def _nearest(matches: AccountMatches, query: AccountQuery) -> _Found | None:
    """
    The account that *matches* mean.

    Where nobody is found by Cognito id, an account that an earlier attempt attached is still found
    by its address.

    Raises:
        AmbiguousAccountError: Cognito id and identity lead to different people.
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
        # Somebody else's is left alone, but a locked one stands for the person it locked out.
        return _Found(addressed, "email") if addressed.locked or not addressed.cognito_id else None
    return None


def _is_proven(account: LegacyAccount, email: str | None) -> bool:
    """Whether *account* is its owner's beyond doubt, and has exactly *email*."""
    return (
        email is not None
        and account.email is not None
        and account.email_verified
        and canonical_email(account.email) == email
    )


def _new_account(person: PoolAccount) -> NewLegacyAccount:
    return NewLegacyAccount(
        cognito_id=person.subject,
        identity=person.identity,
        username=person.username,
        email=person.email,
        email_verified=person.email is not None and person.email_verified,
        display_name=person.name,
    )
