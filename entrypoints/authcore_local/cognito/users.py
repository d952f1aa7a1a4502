"""The pool's users, in memory, with their passwords hashed."""

import hashlib
import hmac
import threading
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal, Self

import attrs

from authcore.ports.ambient import Clock, Entropy
from authcore_local.cognito.errors import CognitoError, user_not_found


MAX_USERS: Final = 10_000
MAX_USERNAME_LENGTH: Final = 128
MAX_PASSWORD_LENGTH: Final = 256

UserStatus = Literal["CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"]


def is_username(text: str) -> bool:
    """Whether a user can be called *text*: letters, marks, symbols, numbers and punctuation."""
    return 0 < len(text) <= MAX_USERNAME_LENGTH and all(
        unicodedata.category(character)[0] in "LMSNP" for character in text
    )


def fresh_uuid(entropy: Entropy) -> str:
    """A version 4 UUID in its text form."""
    octets = hashlib.sha256(entropy.token().encode()).digest()[:16]
    return str(uuid.UUID(bytes=octets, version=4))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


@attrs.frozen
class PasswordHash:
    """A password nobody can read back.  See: RFC 7914."""

    salt: bytes = attrs.field(repr=False)
    digest: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, password: str, entropy: Entropy) -> Self:
        """Hash *password* under a fresh salt; takes tens of milliseconds."""
        salt = hashlib.sha256(entropy.token().encode()).digest()[:16]
        return cls(salt, _scrypt(password, salt))

    def matches(self, password: str) -> bool:
        """Whether *password* is the one that was hashed, byte for byte."""
        return hmac.compare_digest(self.digest, _scrypt(password, self.salt))


@attrs.frozen(kw_only=True)
class PoolUser:
    """
    A user profile.

    Attributes:
        username: As it was when the user was created.
        subject: ``sub``; never changes.
        password: None until one was set.
        status: Cognito's UserStatus.
        enabled: False once an administrator disabled the user.
        attributes: Without ``sub``; every value is text.
        created_at: Aware, UTC.
        modified_at: Aware, UTC.
    """

    username: str = attrs.field(repr=False)
    subject: str
    password: PasswordHash | None = attrs.field(repr=False)
    status: UserStatus
    enabled: bool = True
    attributes: Mapping[str, str] = attrs.field(repr=False)
    created_at: datetime
    modified_at: datetime


class UserStore:
    """All users of the pool, at most MAX_USERS.  Safe to share between threads."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        self._by_username: dict[str, PoolUser] = {}
        self._username_of: dict[str, str] = {}

    def create(
        self,
        username: str,
        password: str | None,
        *,
        status: UserStatus,
        attributes: Mapping[str, str],
    ) -> PoolUser:
        """
        A new user with a ``sub`` of its own.

        Raises:
            CognitoError: UsernameExistsException, or LimitExceededException.
        """
        now = self._clock.now()
        user = PoolUser(
            username=username,
            subject=fresh_uuid(self._entropy),
            password=None if password is None else PasswordHash.of(password, self._entropy),
            status=status,
            attributes=dict(attributes),
            created_at=now,
            modified_at=now,
        )
        with self._lock:
            self._admit(user)
        return user

    def _admit(self, user: PoolUser) -> None:
        if user.username in self._by_username or user.username in self._username_of:
            raise CognitoError("UsernameExistsException", "User account already exists.")
        if len(self._by_username) >= MAX_USERS:
            raise CognitoError("LimitExceededException", f"The pool holds {MAX_USERS} users.")
        self._by_username[user.username] = user
        self._username_of[user.subject] = user.username

    def named(self, username: str) -> PoolUser | None:
        """The user who signs in as *username*, exactly as written."""
        with self._lock:
            return self._by_username.get(username)

    def known_as(self, username_or_subject: str) -> PoolUser | None:
        """The user whom administrators call *username_or_subject*."""
        with self._lock:
            username = self._username_of.get(username_or_subject, username_or_subject)
            return self._by_username.get(username)

    def change(self, username_or_subject: str, to: Callable[[PoolUser], PoolUser]) -> PoolUser:
        """
        Replace a user by what *to* makes of it; nothing changes where *to* raises.

        Raises:
            CognitoError: UserNotFoundException.
        """
        with self._lock:
            username = self._username_of.get(username_or_subject, username_or_subject)
            user = self._by_username.get(username)
            if user is None:
                raise user_not_found()
            changed = attrs.evolve(to(user), modified_at=self._clock.now())
            self._by_username[username] = changed
            return changed

    def set_password(self, username_or_subject: str, password: str, status: UserStatus) -> None:
        """
        Give a user a new password.

        Raises:
            CognitoError: UserNotFoundException.
        """
        hashed = PasswordHash.of(password, self._entropy)
        self.change(
            username_or_subject,
            lambda user: attrs.evolve(user, password=hashed, status=status),
        )
