"""
Brings a pool user in step with the legacy account.

A message says only that an account changed.  The account is read now, compared with the pool user
as it is now, and what differs is written: so order, repetition and delay of messages do not matter,
and a lost one is made good by the next.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesRejectedError,
    AuthcoreError,
    LegacyUnavailableError,
    RejectedError,
)
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.profiles import (
    ENABLED,
    ProfileChange,
    ProfilePolicy,
    SyncResult,
    SyncStatus,
    change_for,
)
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.linked_users import name_of, require_linked
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.user_turns import Turn, UserTurns
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_profiles import LegacyProfiles
from authcore.ports.user_directory import ProviderLinks, UserAdministration, UserDirectory


MAX_ROUNDS: Final = 3
"""How often an account that changes while it is written is written again."""

MAX_ID_LENGTH: Final = 64
"""Characters of a legacy id."""

MAX_HOLDERS: Final = 3
"""How many users who have an address are brought in step before it is given to another."""

MAX_CHAIN: Final = 3
"""Over how many moves an address is followed: from whom it came, and where that one's came from."""

Account = LegacyAccount | DeletedAccount


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ProfileSync:
    """
    Writes what the legacy system owns to the pool.  Threads may share it.

    Attributes:
        accounts: The legacy system.
        directory: Writes attributes, and deletes users.
        administration: Finds, disables and enables users.
        links: Finds the users who have an address.
        writes: Keeps writes within Cognito's quota, and repeats those that got no answer.
        turns: One writer at a time for each user.
        policy: What the legacy system owns.
        audit: Records every write, refusal and outage.
    """

    accounts: LegacyProfiles
    directory: UserDirectory
    administration: UserAdministration
    links: ProviderLinks
    writes: Retrier
    turns: UserTurns
    policy: ProfilePolicy
    audit: AuditLog

    def sync(self, legacy_uid: str) -> SyncResult:
        """
        Write what differs.  Calling it twice is harmless.

        After a write the account is read again, and written again if it changed meanwhile.  So the
        caller that writes last has read last, also where two processes share no lease.

        Raises:
            AccountNotFoundError: The legacy system knows no such account, or names a pool user who
                is gone.

            AccountTakenError: The pool user names another account.

            OneSidedLinkError: The pool user names no account.

            AttributesRejectedError: The pool refuses a value, or the address is another user's.

            AccountMismatchError: The legacy system answers about another account.

            UnavailableError: No usable answer, or another caller writes to the user.  A part may be
                written.
        """
        try:
            return self._sync(legacy_uid)
        except AuthcoreError as error:
            self.audit.record(AuditEvent.of("profile_sync", error, legacy_uid=legacy_uid))
            raise

    def park(self, error: RejectedError) -> None:
        """Record that a message was put aside for good, because it is none."""
        self.audit.record(AuditEvent.of("profile_sync.message", error))

    def _sync(self, legacy_uid: str, chain: int = MAX_CHAIN) -> SyncResult:
        if not 0 < len(legacy_uid) <= MAX_ID_LENGTH:
            raise AccountNotFoundError("no account has such an id", detail="legacy id")
        try:
            return self._settle_in_turn(legacy_uid)
        except AttributesRejectedError:
            if chain == 0 or not self._settle_holders(legacy_uid, chain - 1):
                raise
        return self._settle_in_turn(legacy_uid)

    def _settle_holders(self, legacy_uid: str, chain: int) -> bool:
        """
        Bring the users in step who have the account's address; return whether there are any.

        An address that moved from one account to another is free only once its holder was written,
        and the two messages come in any order.
        """
        account = self._read(legacy_uid)
        if "email" not in self.policy.fields or isinstance(account, DeletedAccount):
            return False
        users = self.links.native_users_with(account.email) if account.email else ()
        named = [uid for user in sorted(users, key=_is_unverified) if (uid := _named_by(user))]
        holders = [uid for uid in dict.fromkeys(named) if uid != legacy_uid][:MAX_HOLDERS]
        for uid in holders:
            with suppress(RejectedError):  # a message about this user says why
                self._sync(uid, chain)
        return holders != []

    def _settle_in_turn(self, legacy_uid: str) -> SyncResult:
        with self.turns.take(legacy_uid) as turn:
            return self._settle(legacy_uid, turn)

    def _settle(self, legacy_uid: str, turn: Turn) -> SyncResult:
        account = self._read(legacy_uid)
        written: SyncResult | None = None
        for _ in range(MAX_ROUNDS):
            result = self._apply(account, turn)
            if result.status in {"not_linked", "unchanged"}:
                return written or result
            written = result
            before, account = account, self._read(legacy_uid)
            if account == before:
                return result
        raise LegacyUnavailableError(
            "the account changes while it is written", detail="account changes"
        )

    def _read(self, legacy_uid: str) -> Account:
        account = self.accounts.read([legacy_uid]).get(legacy_uid)
        if account is None:
            raise AccountNotFoundError(
                "the legacy system knows no such account", detail="legacy account"
            )
        return account

    def _apply(self, account: Account, turn: Turn) -> SyncResult:
        if account.cognito_id is None:
            return SyncResult(account.legacy_uid, "not_linked")
        user = self.administration.find_by_subject(account.cognito_id)
        if user is None:
            return _without_user(account)
        require_linked(account.legacy_uid, user)
        change = change_for(account, user, self.policy)
        self._write(account, user, change, turn)
        return SyncResult(account.legacy_uid, change.status, change.written, user.subject)

    def _write(
        self, account: Account, user: DirectoryUser, change: ProfileChange, turn: Turn
    ) -> None:
        """Write *change*: disable first, enable last, so that a torn change lets no user in."""

        def write(status: SyncStatus, names: tuple[str, ...], call: Callable[[], None]) -> None:
            self._write_once(turn, call)
            self._record(SyncResult(account.legacy_uid, status, names, user.subject))

        name = name_of(user)
        if change.deletes:
            write("deleted", (), lambda: self.directory.delete_user(name))
        if change.enabled is False:
            write("disabled", (ENABLED,), lambda: self.administration.disable_user(name))
        if change.attributes:
            _write_attributes(
                change,
                lambda values: write(
                    "updated",
                    tuple(sorted(values)),
                    lambda: self.directory.set_attributes(name, values),
                ),
            )
        if change.enabled is True:
            write("enabled", (ENABLED,), lambda: self.administration.enable_user(name))

    def _write_once(self, turn: Turn, write: Callable[[], None]) -> None:
        def attempt() -> None:
            turn.require()
            write()

        self.writes.call(attempt)

    def _record(self, result: SyncResult) -> None:
        self.audit.record(
            AuditEvent.of(
                "profile_sync",
                None,
                subject=result.subject,
                legacy_uid=result.legacy_uid,
                detail=" ".join((result.status, *result.written)),
            )
        )


def _write_attributes(change: ProfileChange, write: Callable[[Mapping[str, str]], None]) -> None:
    """
    Write all attributes at once.

    Where the pool refuses that, write each field by itself, so that a refused one keeps no other
    back; then raise the first refusal.
    """
    try:
        return write(change.attributes)
    except AttributesRejectedError:
        if len(change.fields) == 1:
            raise
    refusals = []
    for values in change.fields:
        try:
            write(values)
        except AttributesRejectedError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]
    return None


def _without_user(account: Account) -> SyncResult:
    if isinstance(account, DeletedAccount):
        return SyncResult(account.legacy_uid, "unchanged", subject=account.cognito_id)
    raise AccountNotFoundError("the account names a user who is gone", detail="pool user")


def _named_by(user: DirectoryUser) -> str | None:
    return user.attributes.get(LEGACY_UID) or None


def _is_unverified(user: DirectoryUser) -> bool:
    return user.attributes.get("email_verified") != "true"
