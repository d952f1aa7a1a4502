"""
base64url without padding, in exactly one spelling per value.

The library's decoder skips foreign characters and ignores spare bits, so that many texts would pass
for one.  See: RFC 7515 §2, RFC 4648 §3.5.
"""

import binascii
from typing import Final


_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BASE64: Final = _BASE64URL[:-2] + b"+/"
_TO_BASE64: Final = bytes(
    _BASE64[_BASE64URL.index(octet)] if octet in _BASE64URL else ord("!") for octet in range(256)
)
_FROM_BASE64: Final = bytes.maketrans(_BASE64, _BASE64URL)
_PADDING: Final = (b"", None, b"==", b"=")
_LAST: Final = (frozenset(_BASE64URL), None, frozenset(b"AQgw"), frozenset(b"AEIMQUYcgkosw048"))


def encoded(octets: bytes) -> bytes:
    """*octets* in base64url."""
    return binascii.b2a_base64(octets, newline=False).translate(_FROM_BASE64).rstrip(b"=")


def decoded(text: bytes) -> bytes:
    """
    What *text* stands for.

    Raises:
        ValueError: Empty, padded, a foreign character, or non-zero bits at the end: ``encoded``
            would not write exactly *text*.
    """
    padding, last = _PADDING[len(text) % 4], _LAST[len(text) % 4]
    if not text or padding is None or last is None or text[-1] not in last:
        raise ValueError("not canonical base64url")
    return binascii.a2b_base64(text.translate(_TO_BASE64) + padding, strict_mode=True)
