"""The legacy system's accounts by id: as they are now, and as the pool changes them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate


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


class LegacyProfileWriter(Protocol):
    """Writes to accounts what their users changed in the pool."""

    __slots__ = ()

    @abstractmethod
    def write(self, legacy_uid: str, cognito_id: str, update: ProfileUpdate) -> bool:
        """
        Write *update* to the account, if it is linked to *cognito_id*.  Repeating it is harmless.

        Args:
            legacy_uid: Of the account.

            cognito_id: ``sub`` that the account must store; no other account is written to.

            update: What is None stays as it is.  The address counts as verified from now on.

        Returns:
            Whether anything differed; if not, nothing was written.

        Raises:
            AccountNotFoundError: There is no such account, or it stores another ``sub`` or none.

            AccountLockedError: The account is locked; nothing was written.

            AccountTakenError: Another account has the address, and two may not; nothing was
                written.

            LegacyUnavailableError: No answer, or one outside the contract.  It may be written.
        """
