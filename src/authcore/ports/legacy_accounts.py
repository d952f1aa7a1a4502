"""The legacy system's user table."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import Credentials, LegacyAccount


class LegacyAccounts(Protocol):
    """The accounts of the legacy system.  Refusals and outages are different errors."""

    __slots__ = ()

    @abstractmethod
    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """
        The account that *credentials* belong to.

        Raises:
            CredentialsRejectedError: Unknown user, wrong password or locked account, not told
                apart.  A returned account is never locked.

            AccountMismatchError: The legacy system answers yes, but about an account of another
                name.

            LegacyUnavailableError: No answer, or one outside the contract.
        """

    @abstractmethod
    def find(self, username: str) -> LegacyAccount | None:
        """
        The account with this e-mail address or login name, locked or not; None if there is none.

        Letter case is ignored.  An address wins over a name, and a match in the stored letter case
        over one in another.

        Raises:
            AmbiguousAccountError: Several accounts match equally well.

            AccountMismatchError: The legacy system answers with an account of another name.  The
                name may be taken in one of its spellings.

            LegacyUnavailableError: No answer, or one outside the contract.
        """
