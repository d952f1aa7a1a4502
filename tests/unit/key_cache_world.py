"""A key source in memory, the cache in front of it, and what waits for both."""

import threading
from collections.abc import Callable, Iterator

import pytest

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.domain.errors import KeySourceUnavailableError
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint


PATIENCE = 60.0
"""Seconds that a test waits for a thread before it fails."""


class Source:
    """A key source in memory, that counts, fails and dawdles on demand."""

    def __init__(self, mint: TokenMint) -> None:
        self.mint = mint
        self.body: Callable[[], bytes] = mint.jwks_bytes
        self.fetches = 0
        self.down = False
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)

    def __call__(self) -> bytes:
        self.fetches += 1
        self.begun.release()
        assert self.gate.wait(PATIENCE)
        if self.down:
            raise KeySourceUnavailableError("down")
        return self.body()


def settle(cache: KeyCache) -> None:
    """Wait for the fetch that runs behind, if one does."""
    flight = cache._flight
    assert flight is None or flight.landed.wait(PATIENCE)


def hear(cache: KeyCache) -> None:
    """Wait until the fetch that runs behind has said what came of it, if one does."""
    settle(cache)
    for thread in threading.enumerate():
        if thread.name == "jwks-fetch":
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def source() -> Source:
    return Source(TokenMint())


@pytest.fixture
def cache(source: Source, clock: FrozenClock) -> Iterator[KeyCache]:
    """A cold cache; no fetch of this test still runs, or is still logged, in the next one."""
    cache = KeyCache(source, clock)
    yield cache
    source.gate.set()
    hear(cache)
