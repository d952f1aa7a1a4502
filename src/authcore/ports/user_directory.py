"""Cognito's admin API in the domain's words."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from authcore.domain.model.accounts import DirectoryUser


class UserDirectory(Protocol):
    """The users of one pool."""

    __slots__ = ()

    @abstractmethod
    def find(self, username: str) -> DirectoryUser | None:
        """
        The user whose name, alias or ``sub`` is *username*; None if there is none.

        Raises:
            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminGetUser.
        """

    @abstractmethod
    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """
        Write *attributes*, all or none.  Writing the same twice is harmless.

        An ``email`` is written as verified only when ``email_verified`` is ``"true"`` beside it.

        Raises:
            AccountNotFoundError: No such user.

            AttributesRejectedError: Unknown or immutable name, value too long, alias taken.

            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminUpdateUserAttributes.
        """
