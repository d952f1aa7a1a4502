"""The legacy system's user table."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import Credentials, LegacyAccount


class LegacyAccounts(Protocol):
    """The accounts of the system that is being replaced.  Rejected is never Unavailable."""

    __slots__ = ()

    @abstractmethod
    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """
        The account that *credentials* open.

        Raises:
            CredentialsRejectedError: Unknown user, wrong password, locked: not told apart.  No
                account that is returned is locked.

            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """

    @abstractmethod
    def find(self, username: str) -> LegacyAccount | None:
        """
        The account with this e-mail address or login name, locked or not; None if there is none.

        Letter case does not matter.  An address goes before a name, and either exactly as it is
        stored before the same in another letter case.

        Raises:
            AmbiguousAccountError: Several accounts are left.

            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """
