"""Cognito's admin API in the domain's words."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from authcore.domain.model.directory import DirectoryPage, DirectoryUser, ExternalIdentity


class UserDirectory(Protocol):
    """The users of one pool."""

    __slots__ = ()

    @abstractmethod
    def find(self, username: str) -> DirectoryUser | None:
        """
        The user whose name or alias is *username*; None if there is none.

        A user who signed up in the pool itself is found by ``sub`` too, an external one is not.

        Raises:
            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminGetUser.
        """

    @abstractmethod
    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """
        Write *attributes*, all or none.  Writing the same twice is harmless.

        *username* is what ``find`` takes.

        An ``email`` is written as verified only when ``email_verified`` is ``"true"`` beside it.

        Raises:
            AccountNotFoundError: No such user.

            AttributesRejectedError: Unknown or immutable name, value too long, alias taken.

            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminUpdateUserAttributes.
        """


class UserSessions(Protocol):
    """The sessions that users of one pool have."""

    __slots__ = ()

    @abstractmethod
    def sign_out_everywhere(self, username: str) -> None:
        """
        End all sessions of *username*: no refresh token of theirs is honoured any more.

        Tokens that were issued go on to verify until they expire, and a browser stays signed in to
        managed login for up to an hour.

        Raises:
            AccountNotFoundError: No such user.

            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminUserGlobalSignOut.
        """


class ProviderLinks(Protocol):
    """External identities of pool users."""

    __slots__ = ()

    @abstractmethod
    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """
        The pool's own users (no external ones) with exactly this address, verified or not.

        Eventually consistent: a user of the last seconds may be missing.

        Raises:
            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito ListUsers.
        """

    @abstractmethod
    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """
        Let *identity* sign in as the user *username* from now on.  Linking twice is harmless.

        *identity* must not have signed in yet.

        Raises:
            AccountNotFoundError: No such user.

            AccountTakenError: *identity* is a user of its own or another user's.

            LinkRejectedError: The user has as many identities as the pool allows (5).

            ProviderUnavailableError: Throttled, down, or an answer that is not one.

        See: Amazon Cognito AdminLinkProviderForUser.
        """


class DirectoryListing(Protocol):
    """All users of the pool, for audits."""

    __slots__ = ()

    @abstractmethod
    def users(self, after: str | None = None) -> DirectoryPage:
        """
        The first page, or the one that *after* of an earlier page asks for.

        Raises:
            ProviderUnavailableError: Throttled, down, or an answer that is not one.
        """
