"""Keys that look as if they were typed, copied from an example or made without randomness."""

import base64
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final


MIN_BYTES: Final = 24
"""Of a key or secret: 192 bits, if they are random."""

MIN_DISTINCT: Final = 12
"""Distinct bytes: 24 random ones have fewer in less than one of 10**9 keys."""

_WORDS: Final = re.compile(
    rb"change.?me|secret|password|sample|example|default|your.?key|replace|insert|testtest|test-key",
    re.IGNORECASE,
)
"""Of six letters or more: a random key has one of them in less than one of 10**6 keys."""

_TYPED: Final = re.compile(rb"[a-z]+|[A-Z]+|[0-9]+|[ -/:-@]+")


def weakness(key: bytes) -> str | None:
    """
    Say why *key* looks guessable; None where it looks random.

    Args:
        key: As it is used: decoded where it is written in base64, the text itself otherwise.
    """
    return next((problem for each in _readings(key) if (problem := _problem(each))), None)


def _readings(key: bytes) -> Iterator[bytes]:
    """Yield *key*, and what it is the base64 of, as of ``echo changeme | base64``."""
    yield key
    text = key.rstrip(b"=")
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return
    if decoded.isascii() and decoded.strip().isalnum():
        yield decoded


def _problem(key: bytes) -> str | None:
    if len(key) < MIN_BYTES:
        return f"is shorter than {MIN_BYTES} bytes"
    if len({*key}) < MIN_DISTINCT:
        return "repeats itself"
    if len({(after - before) % 256 for before, after in pairwise(key)}) <= 2:
        return "is counted up"
    if key.isascii() and _WORDS.search(key):
        return "looks like a sample"
    if key.isascii() and _TYPED.fullmatch(key):
        return "consists of one kind of characters"
    return None
