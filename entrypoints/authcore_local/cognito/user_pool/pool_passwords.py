"""Password policy of the pool, and its password hashes."""

import hashlib
import hmac
from typing import Final, Self

import attrs

from authcore.ports.system import Entropy
from authcore_local.cognito.errors import CognitoError


MIN_PASSWORD_LENGTH: Final = 8
MAX_PASSWORD_LENGTH: Final = 256
COST: Final = 2**14
"""scrypt's N: 16 MiB and some 40 ms."""

SYMBOLS: Final = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")

_REQUIRED: Final = (
    ("have lowercase characters", str.islower),
    ("have uppercase characters", str.isupper),
    ("have numeric characters", str.isdecimal),
    ("have symbol characters", SYMBOLS.__contains__),
)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1, dklen=32)


@attrs.frozen
class PasswordHash:
    """A salted scrypt hash of a password.  See: RFC 7914."""

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


def check_length(password: str) -> str:
    """
    Return *password* if it has 8 to 256 characters, the rule for administrators.

    Raises:
        CognitoError: InvalidPasswordException.
    """
    if MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        return password
    raise _policy_error(f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters")


def check_new_password(password: str) -> str:
    """
    Return *password* if a user may choose it: Cognito's default policy.

    Migrated passwords are not checked, as at Amazon's.

    Raises:
        CognitoError: InvalidPasswordException.
    """
    check_length(password)
    for rule, is_one in _REQUIRED:
        if not any(ord(character) < 128 and is_one(character) for character in password):
            raise _policy_error(f"Password must {rule}")
    return password


def _policy_error(why: str) -> CognitoError:
    return CognitoError("InvalidPasswordException", f"Password did not conform with policy: {why}")
