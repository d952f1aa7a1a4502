"""What a ring of sealing keys must be, before anything is sealed with it."""

from collections.abc import Sequence
from typing import Final


KEY_BYTES: Final = 32
"""AES-256."""

MAX_KEYS: Final = 8


def key_ring_problem(keys: Sequence[bytes]) -> str | None:
    """What keeps *keys* from being a ring, without showing any of them; None if nothing does."""
    if not 1 <= len(keys) <= MAX_KEYS:
        return f"must hold 1 to {MAX_KEYS} keys"
    if any(len(key) != KEY_BYTES for key in keys):
        return f"every key must be {KEY_BYTES} bytes"
    if len(set(keys)) < len(keys):
        return "must hold each key once"
    return None
