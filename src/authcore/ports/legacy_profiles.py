"""The legacy system's accounts as they are now, by id."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

from authcore.domain.model.accounts import DeletedAccount, LegacyAccount


class LegacyProfiles(Protocol):
    """Reads accounts by their primary keys, to bring pool users in step with them."""

    __slots__ = ()

    @abstractmethod
    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        """
        The accounts with these ids, locked ones included.  One call, which changes nothing.

        Args:
            legacy_uids: At most MAX_PROFILES.

        Returns:
            Accounts by id.  An id that the legacy system does not know is missing; that says
            nothing about its pool user, only a DeletedAccount does.

        Raises:
            AccountMismatchError: The legacy system answers about an account that was not asked for.

            LegacyUnavailableError: No answer, or one outside the contract.

            ValueError: More than MAX_PROFILES ids.
        """
