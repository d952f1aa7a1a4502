"""
HMAC-SHA256 of many messages under one key.

``hmac.digest`` sets up the key for each message, which costs more than a short message itself.

See: RFC 2104 section 2 and, for keys that are set up once, section 4.
"""

from hashlib import sha256
from typing import Final


_BLOCK: Final = 64
"""Bytes that SHA-256 takes at a time."""

_INNER: Final = bytes(each ^ 0x36 for each in range(256))
_OUTER: Final = bytes(each ^ 0x5C for each in range(256))


class KeyedMac:
    """Signs under one key, which is set up once.  Signing changes nothing: threads may share it."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        padded = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = sha256(padded.translate(_INNER))
        self._outer = sha256(padded.translate(_OUTER))

    def sign(self, message: bytes) -> str:
        """Return what ``hmac.digest`` returns for *message*, as 64 hexadecimal digits."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()
