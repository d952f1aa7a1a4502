"""Counts and remembers many ids in a memory that does not grow with them."""

import hashlib
import math
import mmap
from typing import Final


PRECISION: Final = 14
_REGISTERS: Final = 1 << PRECISION
_RANK_BITS: Final = 64 - PRECISION
_ALPHA: Final = 0.7213 / (1 + 1.079 / _REGISTERS)


class DistinctCount:
    """
    Counts different texts in 16 KiB: HyperLogLog with 16,384 registers.

    The standard error is 0.8 %; below some 40,000 texts, where registers are still empty and are
    counted instead, it is less.

    See: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog", 2007.
    """

    def __init__(self) -> None:
        self._registers = bytearray(_REGISTERS)

    def add(self, text: str) -> None:
        """Count *text* unless it was counted."""
        value = number_of(text)
        register, rest = value >> _RANK_BITS, value & ((1 << _RANK_BITS) - 1)
        rank = _RANK_BITS - rest.bit_length() + 1
        if rank > self._registers[register]:
            self._registers[register] = rank

    def count(self) -> int:
        """Estimate how many different texts were added."""
        empty = self._registers.count(0)
        if empty == _REGISTERS:
            return 0
        raw = _ALPHA * _REGISTERS**2 / sum(2.0**-rank for rank in self._registers)
        if raw <= 2.5 * _REGISTERS and empty:
            return round(_REGISTERS * math.log(_REGISTERS / empty))
        return round(raw)

    def join(self, other: "DistinctCount") -> "DistinctCount":
        """Return the count of the texts of both."""
        union = DistinctCount()
        union._registers = bytearray(map(max, self._registers, other._registers))  # noqa: SLF001 - of this class
        return union


BITS: Final = 1 << 29
"""64 MiB."""

HASHES: Final = 8


class SeenBefore:
    """
    Remembers texts: a Bloom filter.

    A text that was seen is always known.  Of 10 million different texts less than one in a million
    is taken for a seen one.

    See: Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970; Kirsch and
    Mitzenmacher, "Less Hashing, Same Performance", 2006.
    """

    def __init__(self, bits: int = BITS) -> None:
        """Know no text; *bits* is a power of two, by default BITS."""
        self._bits = mmap.mmap(-1, bits // 8)  # a page takes memory once it is written to
        self._mask = bits - 1

    def has_seen(self, text: str) -> bool:
        """Whether *text* was seen before; it is now."""
        digest = _digest(text)
        step = int.from_bytes(digest[8:]) | 1
        position, is_known = int.from_bytes(digest[:8]), True
        for _ in range(HASHES):
            byte, bit = (position & self._mask) >> 3, 1 << (position & 7)
            held = self._bits[byte]
            if not held & bit:
                is_known = False
                self._bits[byte] = held | bit
            position += step
        return is_known


def number_of(text: str) -> int:
    """Return 64 bits that depend on *text* alone, evenly spread."""
    return int.from_bytes(_digest(text)[:8])


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
