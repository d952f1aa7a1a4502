"""Cognito's admin API in the terms of the domain."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Literal, Protocol

from authcore.domain.model.directory import DirectoryPage, DirectoryUser, ExternalIdentity


class UserDirectory(Protocol):
    """The users of one pool."""

    __slots__ = ()

    @abstractmethod
    def find(self, username: str) -> DirectoryUser | None:
        """
        The user whose name or alias is *username*; None if there is none.

        A native user, who signed up in the pool itself, is also found by ``sub``; an external user
        is not.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.

        See: Amazon Cognito AdminGetUser.
        """

    @abstractmethod
    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """
        Write *attributes*, all or none.  Writing the same twice is harmless.

        Args:
            username: As for ``find``.

            attributes: By name.  An ``email`` is stored as verified only if ``email_verified`` is
                ``"true"`` in the same call.

        Raises:
            AccountNotFoundError: No such user.

            AttributesRejectedError: Unknown or immutable name, value too long, alias taken.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The attributes may be
                written.

        See: Amazon Cognito AdminUpdateUserAttributes.
        """

    @abstractmethod
    def delete_user(self, username: str) -> None:
        """
        Delete the user, with every session.  Deleting a user who does not exist is harmless.

        Args:
            username: As for ``find``.  The ``sub`` of a native user names this user alone; a user
                name may belong to another user by now.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.  The user may be
                deleted.

        See: Amazon Cognito AdminDeleteUser.
        """


class UserAdministration(Protocol):
    """What an administrator does to users of one pool, beside their attributes."""

    __slots__ = ()

    @abstractmethod
    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        """
        The user with this ``sub``, native or external; None if there is none.

        Where the pool finds this user by ``sub``, and not another one who has it as user name, the
        user is ``found_by_subject``.  An external user who was created seconds ago may be missing.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.

        See: Amazon Cognito AdminGetUser, ListUsers.
        """

    @abstractmethod
    def disable_user(self, username: str) -> None:
        """
        Let the user sign in no longer, and end all sessions.  Disabling twice is harmless.

        ID and access tokens that were issued stay valid until they expire.

        Args:
            username: As for ``UserDirectory.find``.

        Raises:
            AccountNotFoundError: No such user.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The user may be
                disabled.

        See: Amazon Cognito AdminDisableUser.
        """

    @abstractmethod
    def enable_user(self, username: str) -> None:
        """
        Let the user sign in again.  Enabling twice is harmless.

        Args:
            username: As for ``UserDirectory.find``.

        Raises:
            AccountNotFoundError: No such user.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The user may be
                enabled.

        See: Amazon Cognito AdminEnableUser.
        """

    @abstractmethod
    def set_password(self, username: str, password: str) -> None:
        """
        Set the user's permanent password.  Setting the same twice is harmless.

        The user's status becomes CONFIRMED; sessions stay.

        Args:
            username: As for ``UserDirectory.find``.

            password: As the user typed it.

        Raises:
            AccountNotFoundError: No such user.

            PasswordPolicyError: Against the pool's password policy or its history.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The password may be
                set.

        See: Amazon Cognito AdminSetUserPassword (Permanent).
        """


RateCategory = Literal["UserUpdate", "UserCreation", "UserList", "UserRead"]
"""A category of requests that share a rate.  See: Amazon Cognito "Quotas"."""


class ProvisionedLimits(Protocol):
    """The request rates that Cognito grants the account."""

    __slots__ = ()

    @abstractmethod
    def per_second(self, category: RateCategory) -> int:
        """
        Requests of *category* a second, for all pools of account and region; at least 1.

        Raises:
            ProviderUnavailableError: No usable answer.

        See: Amazon Cognito GetProvisionedLimit.
        """


class UserSessions(Protocol):
    """The sessions of the users of one pool."""

    __slots__ = ()

    @abstractmethod
    def sign_out_everywhere(self, username: str) -> None:
        """
        End all sessions of *username*: Cognito refuses all their refresh tokens from now on.

        ID and access tokens that were issued stay valid until they expire, and a browser stays
        signed in to managed login for up to one hour.

        Raises:
            AccountNotFoundError: No such user.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The sessions may have
                ended.

        See: Amazon Cognito AdminUserGlobalSignOut.
        """


class ProviderLinks(Protocol):
    """External identities of pool users."""

    __slots__ = ()

    @abstractmethod
    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """
        The native users (not the external ones) with exactly this address, verified or not.

        Eventually consistent: a user who was created seconds ago may be missing.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.

        See: Amazon Cognito ListUsers.
        """

    @abstractmethod
    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """
        Link *identity* to the user *username*, so that it signs in as that user from now on.

        Linking twice is harmless.

        Args:
            username: Of the user.

            identity: Must not have signed in to the pool yet.

        Raises:
            AccountNotFoundError: No such user.

            AccountTakenError: *identity* already is a user of its own, or linked to another user.

            LinkRejectedError: The user has as many identities as the pool allows (5).

            ProviderUnavailableError: Throttled, down, or no usable answer.  The identity may be
                linked.

        See: Amazon Cognito AdminLinkProviderForUser.
        """


class DirectoryListing(Protocol):
    """All users of the pool, for audits."""

    __slots__ = ()

    @abstractmethod
    def users(self, after: str | None = None) -> DirectoryPage:
        """
        One page of users.

        Args:
            after: ``next`` of the page before; by default the first page is returned.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.
        """
