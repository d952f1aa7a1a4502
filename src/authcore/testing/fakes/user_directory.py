"""The users of a pool, in memory."""

import json
from collections.abc import Collection, Mapping
from typing import Final

import attrs

from authcore.adapters.cognito.limits import (
    MAX_IDENTITIES,
    MAX_PAGE,
    can_be_attributes,
    can_be_identity,
    can_be_password,
)
from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AttributesRejectedError,
    LinkRejectedError,
    PasswordPolicyError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import DirectoryPage, DirectoryUser, ExternalIdentity
from authcore.domain.model.identities import EXTERNAL, is_native, signs_in_as
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.system import Clock
from authcore.ports.user_directory import (
    DirectoryListing,
    ProviderLinks,
    ProvisionedLimits,
    RateCategory,
    UserAdministration,
    UserDirectory,
    UserSessions,
)


STANDARD_ATTRIBUTES: Final = frozenset(
    {
        *("address", "birthdate", "email", "email_verified", "family_name", "gender"),
        *("given_name", "locale", "middle_name", "name", "nickname", "phone_number"),
        *("phone_number_verified", "picture", "preferred_username", "profile", "updated_at"),
        *("website", "zoneinfo"),
    }
)


MIN_PASSWORD_LENGTH: Final = 8


class InMemoryUserDirectory(UserDirectory):
    """
    Users in a dictionary, with the rules of a pool without aliases.

    Attributes:
        unavailable: While True every call raises ProviderUnavailableError.
        has_aliases: While True a verified address is that of one user only; by default False.
    """

    def __init__(
        self,
        *,
        custom_attributes: Collection[str] = (LEGACY_UID, LEGACY_LINKED),
        clock: Clock | None = None,
    ) -> None:
        """
        Know the standard attributes and *custom_attributes* (with their ``custom:``).

        Users have dates by *clock*, and none (the default) without one.
        """
        self._clock = clock
        self.unavailable = False
        self.has_aliases = False
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
        """Add a user with a new ``sub``, in place of any user of the same name."""
        self._added += 1
        subject = f"00000000-0000-4000-8000-{self._added:012d}"
        held = {**(attributes or {}), "sub": subject}
        now = self._clock.now() if self._clock else None
        self._users[username] = DirectoryUser(
            username, subject, enabled, status, held, created_at=now, modified_at=now
        )
        return self._users[username]

    def federate(
        self, identity: ExternalIdentity, attributes: Mapping[str, str] | None = None
    ) -> DirectoryUser:
        """Add the external user that the first sign-in of *identity* creates."""
        return self.add(
            f"{identity.provider_name}_{identity.user_id}",
            {**(attributes or {}), "identities": _with_identity("[]", identity, primary=True)},
            status=EXTERNAL,
        )

    def everybody(self) -> tuple[DirectoryUser, ...]:
        """All users, in the order in which they were added."""
        self._answer()
        return tuple(self._users.values())

    def replace(self, user: DirectoryUser) -> None:
        """Put *user*, who is changed now, in place of the user with the same name."""
        now = self._clock.now() if self._clock else None
        self._users[user.username] = attrs.evolve(user, modified_at=now)

    def disable(self, username: str) -> None:
        """Disable a user, as an administrator can."""
        self.replace(attrs.evolve(self._users[username], enabled=False))

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        self._answer()
        named = self._users.get(username)
        return named or next(
            (user for user in self._users.values() if user.subject == username and is_native(user)),
            None,
        )

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        user = self.find(username)
        if user is None:
            raise AccountNotFoundError("no such user")
        if not self.accepts(attributes):
            raise AttributesRejectedError("unknown, immutable, too long or too many")
        changed = {**user.attributes, **attributes}
        if "email" in attributes:
            changed["email_verified"] = attributes.get("email_verified", "false")
            self._require_free(user, changed)
        held = {name: value for name, value in changed.items() if value}
        self.replace(attrs.evolve(user, attributes=held))

    def delete_user(self, username: str) -> None:
        """See the port."""
        user = self.find(username)
        if user is not None:
            del self._users[user.username]

    def accepts(self, attributes: Mapping[str, str]) -> bool:
        """Whether the schema has *attributes*, and they are not too long."""
        return can_be_attributes(attributes) and attributes.keys() <= self._writable

    def has_alias(self, attributes: Mapping[str, str], *, but: DirectoryUser | None = None) -> bool:
        """Whether a user other than *but* has the verified address of *attributes* as an alias."""
        taken = {_alias(each.attributes) for each in self._users.values() if each != but}
        return self.has_aliases and _alias(attributes) in taken - {None}

    def _require_free(self, user: DirectoryUser, changed: Mapping[str, str]) -> None:
        if self.has_alias(changed, but=user):
            raise AttributesRejectedError("another user has the alias")

    def _answer(self) -> None:
        if self.unavailable:
            raise ProviderUnavailableError("the directory is set to be unavailable")


def _alias(attributes: Mapping[str, str]) -> str | None:
    is_verified = attributes.get("email_verified") == "true"
    return attributes.get("email") or None if is_verified else None


class InMemoryUserAdministration(UserAdministration):
    """
    Administers the users of an InMemoryUserDirectory.

    Attributes:
        passwords: Permanent passwords by ``sub``.
    """

    def __init__(self, directory: InMemoryUserDirectory) -> None:
        """Administer *directory*; while it is unavailable, so is this."""
        self._directory = directory
        self.passwords: dict[str, str] = {}

    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        """See the port."""
        found = self._directory.find(subject)
        if found is not None and found.subject == subject:
            return attrs.evolve(found, found_by_subject=True)
        return next((each for each in self._directory.everybody() if each.subject == subject), None)

    def disable_user(self, username: str) -> None:
        """See the port."""
        self._directory.replace(attrs.evolve(self._existing(username), enabled=False))

    def enable_user(self, username: str) -> None:
        """See the port."""
        self._directory.replace(attrs.evolve(self._existing(username), enabled=True))

    def set_password(self, username: str, password: str) -> None:
        """See the port.  The policy asks for eight characters."""
        user = self._existing(username)
        if not can_be_password(password) or len(password) < MIN_PASSWORD_LENGTH:
            raise PasswordPolicyError("no pool accepts the password")
        self.passwords[user.subject] = password
        self._directory.replace(attrs.evolve(user, status="CONFIRMED"))

    def _existing(self, username: str) -> DirectoryUser:
        user = self._directory.find(username)
        if user is None:
            raise AccountNotFoundError("no such user")
        return user


class InMemoryProvisionedLimits(ProvisionedLimits):
    """
    Rates in memory.

    Attributes:
        rate: Requests a second of every category that *rates* lacks; None while none can be read.
        rates: By category; none by default.
    """

    def __init__(self, rate: int | None = 25) -> None:
        self.rate = rate
        self.rates: dict[RateCategory, int] = {}

    def per_second(self, category: RateCategory) -> int:
        """See the port."""
        if self.rate is None:
            raise ProviderUnavailableError("the limit is set to be unreadable")
        return self.rates.get(category, self.rate)


class InMemoryProviderLinks(ProviderLinks):
    """
    External identities of the users of an InMemoryUserDirectory.

    Args:
        directory: Holds the users; while it is unavailable, so is this.
    """

    def __init__(self, directory: InMemoryUserDirectory) -> None:
        self._directory = directory

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        return tuple(
            user
            for user in self._directory.everybody()
            if user.attributes.get("email") == email and is_native(user)
        )

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        user = self._directory.find(username)
        if user is None or not is_native(user):
            raise AccountNotFoundError("no such user")
        if not can_be_identity(identity.provider_name, identity.user_id):
            raise LinkRejectedError("no user of a provider can have this id")
        owners = [each for each in self._directory.everybody() if signs_in_as(each, identity)]
        if owners and user not in owners:
            raise AccountTakenError("the identity is an external user or linked to another user")
        if not owners:
            self._add(user, identity)

    def _add(self, user: DirectoryUser, identity: ExternalIdentity) -> None:
        held = user.attributes.get("identities", "[]")
        if len(json.loads(held)) >= MAX_IDENTITIES:
            raise LinkRejectedError("the user has the maximum number of identities")
        identities = _with_identity(held, identity, primary=False)
        self._directory.replace(
            attrs.evolve(user, attributes={**user.attributes, "identities": identities})
        )


class InMemoryDirectoryListing(DirectoryListing):
    """
    Pages of the users of an InMemoryUserDirectory.

    Args:
        directory: Holds the users; while it is unavailable, so is this.

        page_size: Maximum number of users of a page; by default MAX_PAGE.
    """

    def __init__(self, directory: InMemoryUserDirectory, page_size: int = MAX_PAGE) -> None:
        self._directory = directory
        self._page_size = page_size

    def users(self, after: str | None = None) -> DirectoryPage:
        """See the port."""
        everybody = self._directory.everybody()
        begin = _position(after)
        end = begin + self._page_size
        return DirectoryPage(everybody[begin:end], f"after-{end}" if end < len(everybody) else None)


def _position(after: str | None) -> int:
    if after is None:
        return 0
    marker, _, number = after.partition("-")
    if marker != "after" or not number.isdecimal():
        raise ProviderUnavailableError("not a cursor of this listing")
    return int(number)


def _with_identity(held: str, identity: ExternalIdentity, *, primary: bool) -> str:
    """Add *identity* to *held*, an ``identities`` attribute."""
    added = {
        "userId": identity.user_id,
        "providerName": identity.provider_name,
        "providerType": identity.provider_type or identity.provider_name,
        "issuer": identity.issuer,
        "primary": primary,
        "dateCreated": 1773480413000,
    }
    return json.dumps([*json.loads(held), added])


class InMemoryUserSessions(UserSessions):
    """
    Sessions of the users of *directory*.

    Attributes:
        open: User names by session id.
    """

    def __init__(self, directory: InMemoryUserDirectory) -> None:
        self._directory = directory
        self._begun = 0
        self.open: dict[str, str] = {}

    def begin(self, username: str) -> str:
        """Begin a session of *username* and return its id."""
        self._begun += 1
        session = f"session-{self._begun}"
        self.open[session] = username
        return session

    def sign_out_everywhere(self, username: str) -> None:
        """See the port."""
        user = self._directory.find(username)
        if user is None:
            raise AccountNotFoundError("no such user")
        self.open = {session: name for session, name in self.open.items() if name != user.username}
