"""The accounts of a legacy system by id, in memory."""

from collections.abc import Mapping, Sequence

import attrs

from authcore.domain.errors import (
    AccountLockedError,
    AccountMismatchError,
    AccountNotFoundError,
    LegacyUnavailableError,
)
from authcore.domain.model.accounts import MAX_PROFILES, DeletedAccount, LegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore.ports.legacy_profiles import LegacyProfiles, LegacyProfileWriter


class InMemoryLegacyProfiles(LegacyProfiles):
    """
    Accounts in a dictionary.

    Attributes:
        accounts: By id; a test writes them.
        available: Set to False for an outage.
        mixed_up: Set to True for answers about other accounts.
        reads: The ids of each call, in order.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, LegacyAccount | DeletedAccount] = {}
        self.available = True
        self.mixed_up = False
        self.reads: list[tuple[str, ...]] = []

    def put(self, account: LegacyAccount | DeletedAccount) -> None:
        """Store *account* in place of the one with its id."""
        self.accounts[account.legacy_uid] = account

    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        """See the port."""
        if len(legacy_uids) > MAX_PROFILES:
            raise ValueError("more ids than one call may ask for")
        self.reads.append(tuple(legacy_uids))
        if not self.available:
            raise LegacyUnavailableError("the legacy system is down")
        found = {uid: self.accounts[uid] for uid in legacy_uids if uid in self.accounts}
        if self.mixed_up and found:
            raise AccountMismatchError("an answer about another account")
        return found


class InMemoryLegacyProfileWriter(LegacyProfileWriter):
    """
    Writes to the accounts of *profiles*.

    Attributes:
        writes: The ids of the accounts that were written to, in order.
    """

    def __init__(self, profiles: InMemoryLegacyProfiles) -> None:
        self._profiles = profiles
        self.writes: list[str] = []

    def write(self, legacy_uid: str, cognito_id: str, update: ProfileUpdate) -> bool:
        """See the port."""
        if not self._profiles.available:
            raise LegacyUnavailableError("the legacy system is down")
        account = self._profiles.accounts.get(legacy_uid)
        if not isinstance(account, LegacyAccount) or account.cognito_id != cognito_id:
            raise AccountNotFoundError("no account is linked to this user")
        if account.locked:
            raise AccountLockedError("the account is locked", legacy_uid=legacy_uid)
        changed = attrs.evolve(
            account,
            email=update.email or account.email,
            email_verified=account.email_verified or update.email is not None,
            display_name=update.name or account.display_name,
        )
        if changed == account:
            return False
        self._profiles.put(changed)
        self.writes.append(legacy_uid)
        return True
