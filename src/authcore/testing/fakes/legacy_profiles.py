"""The accounts of a legacy system by id, in memory."""

from collections.abc import Mapping, Sequence

from authcore.domain.errors import AccountMismatchError, LegacyUnavailableError
from authcore.domain.model.accounts import MAX_PROFILES, DeletedAccount, LegacyAccount
from authcore.ports.legacy_profiles import LegacyProfiles


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
