"""What every local stack would make for itself, made once a process."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from authcore.testing.mint import SigningKey, generate_key, token_mint


KEYS: Final = 8
"""More than stacks that run at the same time have, so that no two of these share a key."""


class KeyRing:
    """Makes KEYS key pairs, and hands them out in turn.  Safe to share between threads."""

    def __init__(self, make: Callable[[], SigningKey]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[SigningKey] = []
        self._handed_out = 0

    def __call__(self) -> SigningKey:
        """The next one."""
        with self._lock:
            place = self._handed_out % KEYS
            self._handed_out += 1
            if place == len(self._made):
                self._made.append(self._make())
            return self._made[place]


@pytest.fixture(scope="session", autouse=True)
def light_stacks() -> Iterator[None]:
    """Key pairs come from one ring."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_mint, "generate_key", KeyRing(generate_key))
        yield
