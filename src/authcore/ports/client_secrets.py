"""The secrets of the app client, while Cognito replaces one by another."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Final, Protocol


MAX_SECRETS: Final = 2
"""How many secrets an app client can have.  See: Amazon Cognito AddUserPoolClientSecret."""


class ClientSecrets(Protocol):
    """
    The secrets that an app client may have now.  Threads share it.

    A secret that Cognito refuses is no proof of anything but itself: the other one may be valid, or
    a new one may have been published a moment ago.
    """

    __slots__ = ()

    @abstractmethod
    def active(self) -> Sequence[str]:
        """
        List the known secrets, one to MAX_SECRETS of them, in the order in which to try them.

        The one that Cognito accepted last comes first, and one that it refused since comes last.

        Raises:
            ProviderNotReachedError: No secret is known, and none can be read now.

            ProviderMisconfiguredNotReachedError: The same until an operator acts.
        """

    @abstractmethod
    def report(self, secret: str, *, accepted: bool) -> None:
        """Say whether Cognito accepted *secret* when a call used it."""

    @abstractmethod
    def read_again(self, refused: Collection[str]) -> Sequence[str]:
        """
        List the secrets that are none of *refused*, after looking for new ones if there are none.

        However many calls there are, the source is read at most once at a time, and the number of
        these reads per second is bounded.  A failed read changes nothing.

        Args:
            refused: The secrets that Cognito refused to this caller.
        """
