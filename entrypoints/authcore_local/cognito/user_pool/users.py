"""The pool's users, in memory, with their passwords hashed."""

import hashlib
import threading
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import SignInName
from authcore_local.cognito.errors import CognitoError, no_such_user
from authcore_local.cognito.user_pool.addresses import Addresses, address_of
from authcore_local.cognito.user_pool.identities import Identity
from authcore_local.cognito.user_pool.pool_passwords import PasswordHash
from authcore_local.cognito.user_pool.pool_user import PoolUser, UserStatus
from authcore_local.cognito.user_pool.write_block import WriteBlock


__all__ = ["PoolUser", "UserStatus", "UserStore", "fresh_uuid", "is_username"]

MAX_USERS: Final = 20_000
MAX_USERNAME_LENGTH: Final = 128


def is_username(text: str) -> bool:
    """Whether a user can be called *text*: letters, marks, symbols, numbers and punctuation."""
    return 0 < len(text) <= MAX_USERNAME_LENGTH and all(
        unicodedata.category(character)[0] in "LMSNP" for character in text
    )


def fresh_uuid(entropy: Entropy) -> str:
    """A version 4 UUID in its text form."""
    octets = hashlib.sha256(entropy.token().encode()).digest()[:16]
    return str(uuid.UUID(bytes=octets, version=4))


class UserStore:
    """
    All users of the pool, at most MAX_USERS.  Safe to share between threads.

    Attributes:
        writes: Refuses them while a recovery runs.
    """

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        *,
        pool_name: str = "",
        case_sensitive: bool = True,
        sign_in_names: SignInName = "username",
    ) -> None:
        """
        Open an empty store.

        Args:
            clock: For ``created_at`` and ``modified_at``.

            entropy: Makes subjects and salts.

            pool_name: The pool id's second part, which SRP hashes with a user name.

            case_sensitive: False stores user names in lower case.

            sign_in_names: Whether addresses name users, too.
        """
        self.writes: WriteBlock = WriteBlock()
        self._pool_name = pool_name
        self._simulation = entropy.token()
        self._clock = clock
        self._entropy = entropy
        self._case_sensitive = case_sensitive
        self._addresses = Addresses(sign_in_names, case_sensitive)
        self._lock = threading.Lock()
        self._by_username: dict[str, PoolUser] = {}
        self._username_of: dict[str, str] = {}
        self._linked_to: dict[tuple[str, str], str] = {}

    def create(
        self,
        username: str,
        password: str | None,
        *,
        status: UserStatus,
        attributes: Mapping[str, str],
        identities: tuple[Identity, ...] = (),
        groups: tuple[str, ...] = (),
    ) -> PoolUser:
        """
        Create a user with a new ``sub``.

        Raises:
            CognitoError: UsernameExistsException (an identity or an address in use counts),
                LimitExceededException, or InvalidParameterException (no address where users are
                created under theirs).
        """
        self.writes.check()
        now = self._clock.now()
        subject = fresh_uuid(self._entropy)
        username = self.normalize_name(username)
        if self._addresses.names == "email" and status != "EXTERNAL_PROVIDER":
            attributes = address_of(username, attributes)
            username = subject
        user = PoolUser(
            username=username,
            subject=subject,
            password=None if password is None else self.hash_password(username, password),
            status=status,
            attributes=dict(attributes),
            identities=identities,
            groups=groups,
            created_at=now,
            modified_at=now,
        )
        with self._lock:
            self._admit(user)
        return user

    def normalize_name(self, username: str) -> str:
        """Return *username* as stored: in lower case where case does not count."""
        return username if self._case_sensitive else username.lower()

    def _admit(self, user: PoolUser) -> None:
        if user.username in self._by_username or user.username in self._username_of:
            raise CognitoError("UsernameExistsException", "User account already exists.")
        if any(identity.key in self._linked_to for identity in user.identities):
            raise CognitoError("UsernameExistsException", "User account already exists.")
        self._addresses.require_free(user, is_new=True)
        if len(self._by_username) >= MAX_USERS:
            raise CognitoError("LimitExceededException", f"The pool holds {MAX_USERS} users.")
        self._replace(user)
        self._username_of[user.subject] = user.username

    def _replace(self, user: PoolUser) -> None:
        self._addresses.replace(self._by_username.get(user.username), user)
        self._by_username[user.username] = user
        self._linked_to |= dict.fromkeys((each.key for each in user.identities), user.username)

    def find(self, username: str) -> PoolUser | None:
        """Return the user who signs in as *username*."""
        with self._lock:
            return self._by_username.get(self._resolve_name(username))

    def known_as(self, username_or_subject: str) -> PoolUser | None:
        """
        Return the user that an administrator names by user name or ``sub``.

        External users are found by user name only.

        See: Amazon Cognito AdminGetUser, ``Username``.
        """
        with self._lock:
            return self._by_username.get(self._name_of(username_or_subject))

    def with_subject(self, subject: str) -> PoolUser | None:
        """Return the user, external or not, with this ``sub``."""
        with self._lock:
            return self._by_username.get(self._username_of.get(subject, ""))

    def identified_by(self, provider: str, user_id: str) -> PoolUser | None:
        """Return the user that this account at *provider* signs in."""
        with self._lock:
            return self._by_username.get(self._linked_to.get((provider, user_id), ""))

    def all_users(self) -> tuple[PoolUser, ...]:
        """Return all users in the order of creation."""
        with self._lock:
            return tuple(self._by_username.values())

    def change(self, username_or_subject: str, to: Callable[[PoolUser], PoolUser]) -> PoolUser:
        """
        Replace a user by the result of *to*; nothing changes where *to* raises.

        Users are named as in ``known_as``.

        Raises:
            CognitoError: UserNotFoundException; AliasExistsException when a new identity is
                another user's.
        """
        self.writes.check()
        with self._lock:
            username = self._name_of(username_or_subject)
            user = self._by_username.get(username)
            if user is None:
                raise no_such_user()
            changed = attrs.evolve(to(user), modified_at=self._clock.now())
            if any(self._linked_to.get(i.key, username) != username for i in changed.identities):
                raise CognitoError("AliasExistsException", "The identity is another user's.")
            self._addresses.require_free(changed, is_new=False)
            self._replace(changed)
            return changed

    def delete(self, username_or_subject: str) -> PoolUser:
        """
        Delete a user, named as in ``known_as``, and return the last state.

        Raises:
            CognitoError: UserNotFoundException.
        """
        self.writes.check()
        with self._lock:
            user = self._by_username.pop(self._name_of(username_or_subject), None)
            if user is None:
                raise no_such_user()
            del self._username_of[user.subject]
            self._addresses.replace(user, None)
            for identity in user.identities:
                del self._linked_to[identity.key]
            return user

    def snapshot(self) -> dict[str, PoolUser]:
        """Return all users by user name."""
        with self._lock:
            return dict(self._by_username)

    def restore(self, users: Mapping[str, PoolUser]) -> tuple[PoolUser, ...]:
        """Go back to *users*, and return those that are gone then."""
        with self._lock:
            gone = [user for name, user in self._by_username.items() if name not in users]
            self._by_username = {}
            self._linked_to = {}
            self._addresses.restore(())
            for user in users.values():
                self._replace(user)
            self._username_of = {user.subject: user.username for user in users.values()}
            return tuple(gone)

    def _name_of(self, username_or_subject: str) -> str:
        username = self._username_of.get(username_or_subject)
        if username is not None and not self._by_username[username].is_external:
            return username
        return self._resolve_name(username_or_subject)

    def _resolve_name(self, name: str) -> str:
        """Return the user name of the user who signs in as *name*, known or not."""
        return self._addresses.owner_of(name) or self.normalize_name(name)

    def set_password(self, username_or_subject: str, password: str, status: UserStatus) -> None:
        """
        Give a user a new password.

        Raises:
            CognitoError: UserNotFoundException.
        """
        self.change(
            username_or_subject,
            lambda user: attrs.evolve(
                user, password=self.hash_password(user.username, password), status=status
            ),
        )

    def hash_password(self, username: str, password: str) -> PasswordHash:
        """Hash *password* of the user whose name is stored as *username*."""
        return PasswordHash.of(f"{self._pool_name}{username}", password, self._entropy)

    def simulate_password(self, username: str) -> PasswordHash:
        """Return what an unknown user would have: the same each time, and no password's."""
        identity = f"{self._pool_name}{username}"
        digest = hashlib.sha512(f"{self._simulation}{identity}".encode()).digest()
        return PasswordHash(identity, digest[:16], digest[32:])
