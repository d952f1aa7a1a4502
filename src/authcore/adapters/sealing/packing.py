"""
Packs several texts into one byte string, without encoding base64 twice.

Tokens are base64url already, in segments with dots between them.  To seal them as text would make
them a third longer, so the characters of all segments are packed, four into three octets, as if
they were one long base64url text::

    packed = count head* whole* octets
    count  = how many texts: u8
    head   = 0: None
           | 0xFFFF, its length: a text that is no token, in UTF-8
           | the number of segments, the length of each          all of them u16
    octets = the segments of all tokens in a row, padded with "A"
"""

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from authcore.adapters.base64url import decode, encode


MAX_TEXTS: Final = 255
MAX_LENGTH: Final = 0x7FFF
"""Maximum length of a text or a segment, in octets, and number of segments of a text."""

_NONE: Final = 0
_WHOLE: Final = 0xFFFF
_U16: Final = struct.Struct(">H")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]*")

Head: TypeAlias = int | tuple[int, ...] | None
"""The length of a whole text, the lengths of the segments of a token, or None."""


def pack(texts: Sequence[str | None]) -> bytes:
    """
    Pack *texts* into one byte string.

    Raises:
        OverflowError: More than MAX_TEXTS texts, or a length beyond MAX_LENGTH.
    """
    heads, wholes, segments = [bytes([_check_bound(len(texts), MAX_TEXTS)])], [], []
    for text in texts:
        if text is None:
            heads.append(_U16.pack(_NONE))
        elif _TOKEN.fullmatch(text):
            parts = text.split(".")
            heads.append(_numbers(len(parts), *map(len, parts)))
            segments += parts
        else:
            octets = text.encode("utf-8", "surrogatepass")
            heads.append(_U16.pack(_WHOLE) + _numbers(len(octets)))
            wholes.append(octets)
    return b"".join((*heads, *wholes, _octets("".join(segments))))


def unpack(packed: bytes) -> tuple[str | None, ...]:
    """
    The texts that ``pack`` packed.

    Raises:
        ValueError: *packed* is no result of ``pack``.
    """
    try:
        heads, start = _heads(packed)
    except (IndexError, struct.error):
        raise ValueError("cut short") from None
    end = start + sum(head for head in heads if isinstance(head, int))
    if end > len(packed):
        raise ValueError("cut short")
    length = sum(sum(head) for head in heads if isinstance(head, tuple))
    return tuple(_texts(heads, packed[start:end], _characters(packed[end:], length)))


def _heads(packed: bytes) -> tuple[list[Head], int]:
    """The heads, and the position behind them."""
    heads: list[Head] = []
    position = 1
    for _ in range(packed[0]):
        (kind,) = _U16.unpack_from(packed, position)
        count = 1 if kind == _WHOLE else kind
        numbers = struct.unpack_from(f">{count}H", packed, position + _U16.size)
        position += _U16.size * (1 + count)
        heads.append(None if kind == _NONE else numbers[0] if kind == _WHOLE else numbers)
    return heads, position


def _texts(heads: Sequence[Head], wholes: bytes, characters: str) -> Iterator[str | None]:
    whole, taken = 0, 0
    for head in heads:
        if head is None:
            yield None
        elif isinstance(head, int):
            yield wholes[whole : whole + head].decode("utf-8", "surrogatepass")
            whole += head
        else:
            segments = []
            for length in head:
                segments.append(characters[taken : taken + length])
                taken += length
            yield ".".join(segments)


def _octets(characters: str) -> bytes:
    filled = characters + "A" * (-len(characters) % 4)
    return decode(filled.encode("ascii")) if filled else b""


def _characters(octets: bytes, length: int) -> str:
    text = encode(octets).decode("ascii")
    if len(text) != length + -length % 4 or text[length:].strip("A"):
        raise ValueError("not as many characters as the heads say")
    return text[:length]


def _numbers(*numbers: int) -> bytes:
    return b"".join(_U16.pack(_check_bound(number, MAX_LENGTH)) for number in numbers)


def _check_bound(number: int, highest: int) -> int:
    if number > highest:
        raise OverflowError(f"{number} is more than {highest}")
    return number
