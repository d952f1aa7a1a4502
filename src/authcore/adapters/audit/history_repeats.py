"""Notices lines that were read before, in a memory that does not grow."""

import hashlib
import json
import mmap
from collections.abc import Mapping
from datetime import datetime
from typing import Final


BITS: Final = 1 << 29
"""64 MiB."""

HASHES: Final = 8


class RepeatedLines:
    """
    A Bloom filter over the members of lines.

    A line that was read before is always noticed.  Of 10 million different lines less than one in a
    million is taken for a repetition.

    See: Burton H. Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970;
    Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006.
    """

    def __init__(self, bits: int = BITS) -> None:
        """Begin with no line; *bits* is a power of two, by default BITS."""
        self._bits = mmap.mmap(-1, bits // 8)  # a page takes memory once it is written to
        self._mask = bits - 1

    def has_read(self, members: Mapping[str, object], at: datetime | None) -> bool:
        """Whether a line with these members and this time was read before; it is now."""
        text = json.dumps([str(at), members], sort_keys=True, separators=(",", ":"))
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        step = int.from_bytes(digest[8:]) | 1
        position, is_known = int.from_bytes(digest[:8]), True
        for _ in range(HASHES):
            byte, bit = (position & self._mask) >> 3, 1 << (position & 7)
            is_known = is_known and bool(self._bits[byte] & bit)
            self._bits[byte] |= bit
            position += step
        return is_known
