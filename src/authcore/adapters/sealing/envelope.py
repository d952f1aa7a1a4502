"""Texts that only holders of the key ring can write and read."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authcore.adapters.base64url import decode, encode
from authcore.adapters.sealing.packing import pack, unpack
from authcore.domain.errors import ConfigurationError, SessionTooLargeError
from authcore.domain.model.key_rings import key_ring_problem
from authcore.ports.system import Clock, Entropy


NONCE_BYTES: Final = 12
_EXPIRY_BYTES: Final = 8
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class KeyRing:
    """
    AES-256-GCM keys: the first one seals, all of them unseal.

    To rotate, put a new key first; remove the old one when the cookies that it sealed have expired.
    Nonces are random: rotate before one key has sealed 2**32 values.

    See: NIST SP 800-38D §8.3.
    """

    __slots__ = ("_ciphers", "_read")

    def __init__(self, keys: Sequence[bytes] | Callable[[], Sequence[bytes]]) -> None:
        """
        Seal and unseal with *keys*, or with those that it gives at each call.

        Raises:
            ConfigurationError: They cannot form a key ring.
        """
        self._read = keys if callable(keys) else lambda: keys
        self._ciphers: tuple[Sequence[bytes] | None, tuple[AESGCM, ...]] = (None, ())
        self._current()

    def state(self) -> object:
        """What stays the same object until the keys change, and equals nothing else."""
        return self._current()

    def _current(self) -> tuple[AESGCM, ...]:
        """The ciphers of the keys of now; both are replaced at once."""
        keys = self._read()
        made_of, ciphers = self._ciphers
        if keys is made_of:
            return ciphers
        if problem := key_ring_problem(keys):
            raise ConfigurationError([f"key ring: {problem}"])
        ciphers = tuple(AESGCM(key) for key in keys)
        self._ciphers = (keys, ciphers)
        return ciphers

    def seal(self, plaintext: bytes, *, nonce: bytes, purpose: bytes) -> bytes:
        """Nonce, ciphertext and tag, under the first key."""
        return nonce + self._current()[0].encrypt(nonce, plaintext, purpose)

    def unseal(self, sealed: bytes, *, purpose: bytes) -> bytes | None:
        """The plaintext; None unless one of the keys sealed exactly these octets for *purpose*."""
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        if len(nonce) < NONCE_BYTES:
            return None
        for cipher in self._current():
            try:
                return cipher.decrypt(nonce, ciphertext, purpose)
            except InvalidTag:
                continue
        return None


@attrs.frozen
class Unsealed:
    """
    The content of a sealed text.

    Attributes:
        texts: As they were sealed.
        expires_at: Aware, UTC; in the future.
    """

    texts: tuple[str | None, ...] = attrs.field(repr=False)
    expires_at: datetime


class Envelope:
    """
    Seals texts for one purpose, with an expiry time.

    The purpose is authenticated with the content: a sealed session does not unseal as a sign-in
    attempt, also in a cookie of that name.

    Nonces are hashes of tokens of the Entropy port, so that every character of a token counts and
    there is no second source of randomness to review.
    """

    __slots__ = ("_clock", "_entropy", "_purpose", "_ring")

    def __init__(self, purpose: str, *, ring: KeyRing, clock: Clock, entropy: Entropy) -> None:
        self._purpose = f"authcore/{purpose}/1".encode()
        self._ring = ring
        self._clock = clock
        self._entropy = entropy

    def seal(self, texts: Sequence[str | None], *, expires_at: datetime) -> str:
        """
        Encrypt and authenticate *texts*; the result is base64url.

        Raises:
            SessionTooLargeError: A text exceeds the limits of ``packing``.
        """
        expiry = (expires_at - _EPOCH) // timedelta(microseconds=1)
        try:
            plaintext = expiry.to_bytes(_EXPIRY_BYTES, "big") + pack(texts)
        except OverflowError:
            raise SessionTooLargeError("a token is larger than any cookie could hold") from None
        nonce = hashlib.sha256(self._entropy.token().encode()).digest()[:NONCE_BYTES]
        return encode(self._ring.seal(plaintext, nonce=nonce, purpose=self._purpose)).decode(
            "ascii"
        )

    def unseal(self, text: str) -> Unsealed | None:
        """The content of *text*; None if it is altered, for another purpose, or expired."""
        try:
            sealed = decode(text.encode("ascii"))
        except ValueError:
            return None
        plaintext = self._ring.unseal(sealed, purpose=self._purpose)
        if plaintext is None:
            return None
        try:
            expiry = timedelta(microseconds=int.from_bytes(plaintext[:_EXPIRY_BYTES], "big"))
            found = Unsealed(unpack(plaintext[_EXPIRY_BYTES:]), _EPOCH + expiry)
        except (ValueError, OverflowError):  # sealed with a key of the ring, but not by this code
            return None
        return found if found.expires_at > self._clock.now() else None
