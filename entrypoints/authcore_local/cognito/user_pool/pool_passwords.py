"""Password policy of the pool, and what it keeps of passwords."""

import hashlib
import hmac
from typing import Final, Self

import attrs

from authcore.ports.system import Entropy
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.srp import G, N, SrpHandshake, private_key


MIN_PASSWORD_LENGTH: Final = 8
MAX_PASSWORD_LENGTH: Final = 256
SYMBOLS: Final = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")

_REQUIRED: Final = (
    ("have lowercase characters", str.islower),
    ("have uppercase characters", str.isupper),
    ("have numeric characters", str.isdecimal),
    ("have symbol characters", SYMBOLS.__contains__),
)


@attrs.frozen
class PasswordHash:
    """
    What the pool keeps of a password: the secret of an SRP verifier.

    SRP decides the function, salted SHA-256, which is quick to guess; it is kept in memory only.

    Attributes:
        identity: See ``srp.private_key``.
        salt: 16 random octets.
        digest: ``x``.
    """

    identity: str = attrs.field(repr=False)
    salt: bytes = attrs.field(repr=False)
    digest: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, identity: str, password: str, entropy: Entropy) -> Self:
        """Hash *password* under a fresh salt."""
        salt = hashlib.sha256(entropy.token().encode()).digest()[:16]
        return cls(identity, salt, private_key(salt, identity, password))

    def matches(self, password: str) -> bool:
        """Whether *password* is the one that was hashed, byte for byte."""
        digest = private_key(self.salt, self.identity, password)
        return hmac.compare_digest(self.digest, digest)

    def handshake(self, client_public: int, entropy: Entropy) -> SrpHandshake:
        """Begin SRP with a client that has sent *client_public*; takes some milliseconds."""
        return SrpHandshake(
            identity=self.identity,
            salt=self.salt,
            verifier=pow(G, int.from_bytes(self.digest), N),
            client_public=client_public,
            secret=int.from_bytes(hashlib.sha256(entropy.token().encode()).digest()),
        )


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
