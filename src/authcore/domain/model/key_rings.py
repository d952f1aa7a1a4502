"""Requirements on the keys of a key ring."""

from collections.abc import Sequence
from typing import Final


KEY_BYTES: Final = 32
"""AES-256."""

MAX_KEYS: Final = 8


def key_ring_problem(keys: Sequence[bytes]) -> str | None:
    """Why *keys* cannot form a key ring, without showing any key; None if they can."""
    if not 1 <= len(keys) <= MAX_KEYS:
        return f"must hold 1 to {MAX_KEYS} keys"
    if any(len(key) != KEY_BYTES for key in keys):
        return f"every key must be {KEY_BYTES} bytes"
    if len(set(keys)) < len(keys):
        return "must hold each key once"
    return None
