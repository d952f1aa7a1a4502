"""The keys of a JWK set that may verify tokens.  See: RFC 7517, RFC 7518 §6.3."""

import json
import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol, cast

import attrs
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from authcore.adapters.base64url import decode
from authcore.adapters.jwks.compact_jws import MAX_KID_LENGTH
from authcore.adapters.strict_json import Pairs, object_of
from authcore.domain.errors import UnknownKeyError


MAX_KEY_SET_BYTES: Final = 64 * 1024
MAX_KEYS: Final = 20
MODULUS_BITS: Final = range(2048, 4096 + 1)
MIN_EXPONENT: Final = 65537
MAX_EXPONENT: Final = 2**32

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_SMALL_PRIMES: Final = tuple(
    number for number in range(3, 168, 2) if all(number % factor for factor in range(3, number, 2))
)


@attrs.frozen
class PublishedKey:
    """
    A key that the issuer publishes to verify tokens.

    Attributes:
        kid: Its id.
        modulus: Two keys with the same id, modulus and exponent are equal.
        exponent: Odd, at least 65537.
        public: The same key for the RSA verification.
    """

    kid: str
    modulus: int = attrs.field(repr=False)
    exponent: int = attrs.field(repr=False)
    public: RSAPublicKey = attrs.field(repr=False, eq=False)


class Keys(Protocol):
    """Source of keys for a verifier."""

    __slots__ = ()

    @abstractmethod
    def key(self, kid: str) -> PublishedKey:
        """
        The published key with the id *kid*.

        Raises:
            UnknownKeyError: There is none.

            KeySourceUnavailableError: The keys cannot be read.
        """

    @abstractmethod
    def warm_up(self) -> None:
        """
        Return once there are keys in memory; immediately if there are.

        Raises:
            KeySourceUnavailableError: There are none, and they cannot be read.
        """


class StaticKeys(Keys):
    """Keys from a value, for functions without network access.  They never change."""

    def __init__(self, jwks: Mapping[str, object] | bytes) -> None:
        """Use *jwks*, a JWK set or its JSON text; ValueError when no key of it is usable."""
        self._keys = keys_in(jwks) if isinstance(jwks, bytes) else keys_of(jwks)

    def key(self, kid: str) -> PublishedKey:
        """See the protocol."""
        try:
            return self._keys[kid]
        except KeyError:
            raise UnknownKeyError("no key of this id is configured") from None

    def warm_up(self) -> None:
        """See the protocol."""


def keys_in(body: bytes) -> dict[str, PublishedKey]:
    """
    The usable keys of the JSON text *body*, by id.

    Raises:
        ValueError: Larger than MAX_KEY_SET_BYTES, not a JSON object, more than MAX_KEYS members,
            or not one usable key.
    """
    if len(body) > MAX_KEY_SET_BYTES:
        raise ValueError("the key set is too large")
    return keys_of(object_of(body, _decoder))


def keys_of(jwks: Mapping[str, object]) -> dict[str, PublishedKey]:
    """
    The usable keys of the set *jwks*, by id.

    Members that are not valid RS256 keys are left out, and so are all keys of an id that occurs
    twice.

    Raises:
        ValueError: More than MAX_KEYS members, or not one usable key.
    """
    members = jwks.get("keys")
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise ValueError("not a key set of acceptable size")
    candidates = [member for member in members if isinstance(member, dict)]
    times = Counter(kid for jwk in candidates if isinstance(kid := jwk.get("kid"), str))
    usable = [key for jwk in candidates if (key := _usable(jwk)) and times[key.kid] == 1]
    if not usable:
        raise ValueError("no usable key in the set")
    return {key.kid: key for key in usable}


def _members(pairs: Pairs) -> dict[str, object] | None:
    """The object of *pairs*; None if a member name occurs twice, so that only this key is lost."""
    members = dict(pairs)
    return members if len(members) == len(pairs) else None


def _no_number(_text: str) -> None:
    """Ignore numbers: no member that is used is one, so an absurdly long one does no harm."""


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_no_number, parse_constant=_no_number
)


def _usable(jwk: Mapping[str, object]) -> PublishedKey | None:
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH or not _is_for_rs256(jwk):
        return None
    modulus, exponent = _number(jwk.get("n")), _number(jwk.get("e"))
    if not _is_sound(modulus, exponent):
        return None
    public = RSAAlgorithm.from_jwk({name: jwk[name] for name in ("kty", "n", "e")})
    return PublishedKey(kid, modulus, exponent, cast("RSAPublicKey", public))


def _is_for_rs256(jwk: Mapping[str, object]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("kty") == "RSA"
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
        and _PRIVATE_MEMBERS.isdisjoint(jwk)
    )


def _number(text: object) -> int:
    """The number that *text* encodes in base64url; 0 if it is none or too long."""
    if not isinstance(text, str) or len(text) > MODULUS_BITS.stop // 6 + 4:
        return 0
    try:
        return int.from_bytes(decode(text.encode("ascii")), "big")
    except ValueError:
        return 0


def _is_sound(modulus: int, exponent: int) -> bool:
    return (
        modulus.bit_length() in MODULUS_BITS
        and MIN_EXPONENT <= exponent < MAX_EXPONENT
        and exponent % 2 == 1
        and math.gcd(modulus, 2 * math.prod(_SMALL_PRIMES)) == 1
        and not _has_roca_fingerprint(modulus)
    )


def _has_roca_fingerprint(modulus: int) -> bool:
    """
    Whether *modulus* is a power of 65537 modulo every small prime: made by a weak generator.

    See: CVE-2017-15361.
    """
    return all(modulus % prime in _powers_of_65537(prime) for prime in _SMALL_PRIMES)


def _powers_of_65537(prime: int) -> set[int]:
    return {pow(65537, exponent, prime) for exponent in range(prime - 1)}
