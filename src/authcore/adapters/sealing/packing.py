"""
Several texts as one byte string, without paying twice for base64.

Tokens are base64url already, segment by segment.  Sealing them as text would grow them by a third
for nothing, so a segment that base64url decoding does not change is packed decoded::

    packed  = text*                  one after the other
    text    = count segment*         count: u16, 0 for None, else one more than its dots
    segment = length octets          length: u16, its top bit says that the octets are decoded
"""

import struct
from collections.abc import Iterable
from typing import Final

from authcore.adapters.sealing.base64url import decoded, encoded


MAX_SEGMENT_BYTES: Final = 0x7FFF
_DECODED: Final = 0x8000
_U16: Final = struct.Struct(">H")


def pack(texts: Iterable[str | None]) -> bytes:
    """
    *texts* in one byte string.

    Raises:
        OverflowError: A segment is longer than MAX_SEGMENT_BYTES, or there are too many.
    """
    return b"".join(map(_packed_text, texts))


def unpack(packed: bytes) -> tuple[str | None, ...]:
    """
    What ``pack`` was given.

    Raises:
        ValueError: *packed* does not come from ``pack``.
    """
    reader = _Reader(packed)
    texts = []
    while not reader.at_end:
        count = reader.number()
        segments = [_segment(reader) for _ in range(count)]
        texts.append(".".join(segments) if segments else None)
    return tuple(texts)


def _packed_text(text: str | None) -> bytes:
    segments = [] if text is None else [_packed_segment(part) for part in text.split(".")]
    if len(segments) > MAX_SEGMENT_BYTES:
        raise OverflowError("too many segments")
    return _U16.pack(len(segments)) + b"".join(segments)


def _packed_segment(segment: str) -> bytes:
    raw = decoded(segment)
    octets = segment.encode("utf-8", "surrogatepass") if raw is None else raw
    if len(octets) > MAX_SEGMENT_BYTES:
        raise OverflowError("a segment is too long")
    return _U16.pack(len(octets) | (0 if raw is None else _DECODED)) + octets


def _segment(reader: "_Reader") -> str:
    header = reader.number()
    octets = reader.take(header & MAX_SEGMENT_BYTES)
    return encoded(octets) if header & _DECODED else octets.decode("utf-8", "surrogatepass")


class _Reader:
    """Takes bytes off the front; ValueError where there are not enough."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._position == len(self._octets)

    def number(self) -> int:
        value: int = _U16.unpack(self.take(_U16.size))[0]
        return value

    def take(self, length: int) -> bytes:
        end = self._position + length
        if end > len(self._octets):
            raise ValueError("cut short")
        taken, self._position = self._octets[self._position : end], end
        return taken
