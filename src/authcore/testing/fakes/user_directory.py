"""A user pool's directory, without the pool."""

from collections.abc import Collection, Mapping
from typing import Final

import attrs

from authcore.adapters.cognito.limits import can_be_attributes
from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import DirectoryUser
from authcore.ports.user_directory import UserDirectory


STANDARD_ATTRIBUTES: Final = frozenset(
    {
        *("address", "birthdate", "email", "email_verified", "family_name", "gender"),
        *("given_name", "locale", "middle_name", "name", "nickname", "phone_number"),
        *("phone_number_verified", "picture", "preferred_username", "profile", "updated_at"),
        *("website", "zoneinfo"),
    }
)


class InMemoryUserDirectory(UserDirectory):
    """
    Users in a dictionary, with the rules of a pool that has no aliases.

    Attributes:
        unavailable: While True every call raises ProviderUnavailableError.
    """

    def __init__(self, *, custom_attributes: Collection[str] = ("custom:legacy_uid",)) -> None:
        """Know the standard attributes and *custom_attributes* (with their ``custom:``)."""
        self.unavailable = False
        self._writable = STANDARD_ATTRIBUTES | frozenset(custom_attributes)
        self._users: dict[str, DirectoryUser] = {}
        self._added = 0

    def add(
        self,
        username: str,
        attributes: Mapping[str, str] | None = None,
        *,
        enabled: bool = True,
        status: str = "CONFIRMED",
    ) -> DirectoryUser:
        """A new user, with a ``sub`` of its own; replaces one of the same name."""
        self._added += 1
        subject = f"00000000-0000-4000-8000-{self._added:012d}"
        held = {**(attributes or {}), "sub": subject}
        self._users[username] = DirectoryUser(username, subject, enabled, status, held)
        return self._users[username]

    def disable(self, username: str) -> None:
        """As an administrator would."""
        self._users[username] = attrs.evolve(self._users[username], enabled=False)

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        self._answer()
        return next(
            (user for user in self._users.values() if username in (user.username, user.subject)),
            None,
        )

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        user = self.find(username)
        if user is None:
            raise AccountNotFoundError("no such user")
        if not can_be_attributes(attributes) or not attributes.keys() <= self._writable:
            raise AttributesRejectedError("unknown, immutable, too long or too many")
        changed = {**user.attributes, **attributes}
        if "email" in attributes:
            changed["email_verified"] = attributes.get("email_verified", "false")
        held = {name: value for name, value in changed.items() if value}
        self._users[user.username] = attrs.evolve(user, attributes=held)

    def _answer(self) -> None:
        if self.unavailable:
            raise ProviderUnavailableError("the directory was told to be unavailable")
