"""
base64url without padding, with exactly one encoding per value.

The standard library's decoder skips foreign characters and ignores spare bits, so it reads many
texts as one value.  See: RFC 7515 §2, RFC 4648 §3.5.
"""

import binascii
from typing import Final


_PADDING: Final = (b"", None, b"==", b"=")
_LAST: Final = (
    frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    None,
    frozenset(b"AQgw"),
    frozenset(b"AEIMQUYcgkosw048"),
)


def encode(octets: bytes) -> bytes:
    """*octets* in base64url."""
    text = binascii.b2a_base64(octets, newline=False).rstrip(b"=")
    return text.replace(b"+", b"-").replace(b"/", b"_")


def decode(text: bytes) -> bytes:
    """
    The octets that *text* encodes.

    Raises:
        ValueError: Empty, padded, a foreign character, or non-zero spare bits: ``encode`` would not
            return exactly *text*.
    """
    padding, last = _PADDING[len(text) % 4], _LAST[len(text) % 4]
    if not text or padding is None or last is None or text[-1] not in last:
        raise ValueError("not canonical base64url")
    if b"+" in text or b"/" in text or b"=" in text:
        raise ValueError("base64, but not base64url")
    usual = text.replace(b"-", b"+").replace(b"_", b"/")
    return binascii.a2b_base64(usual + padding, strict_mode=True)
