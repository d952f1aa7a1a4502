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
            CredentialsRejectedError: Unknown user, wrong password, locked: not told apart.

            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """

    @abstractmethod
    def find(self, username: str) -> LegacyAccount | None:
        """
        The account with this login name or e-mail address; None if there is none.

        Raises:
            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """
