"""Callers of the key cache that are overtaken: they look, an answer lands, they ask."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import pytest

from authcore.adapters.jwks.key_cache import REFRESH_AFTER, TTL, KeyCache
from authcore.domain.errors import KeySourceUnavailableError, UnknownKeyError
from authcore.testing.fakes.system import FrozenClock
from unit.key_cache_world import PATIENCE, Source, settle


class SlowLock(AbstractContextManager[None]):
    """The lock of a cache; something else happens before it is taken for the first time."""

    def __init__(self, cache: KeyCache, meanwhile: Callable[[], None]) -> None:
        self._lock = cache._lock
        self._meanwhile = [meanwhile]

    def __enter__(self) -> None:
        if self._meanwhile:
            self._meanwhile.pop()()
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


def overtake(cache: KeyCache) -> None:
    """Let a whole fetch of somebody else's land between the next caller's look and its question."""

    def fetch() -> None:
        cache.prefetch()
        settle(cache)

    cache._lock = SlowLock(cache, fetch)  # type: ignore[assignment]


def test_a_cold_caller_is_served_by_a_fetch_that_landed_while_it_was_about_to_ask(
    source: Source, cache: KeyCache
) -> None:
    # KF-09
    overtake(cache)
    kid = source.mint.key("access").kid
    assert cache.key(kid).kid == kid
    assert source.fetches == 1


def test_a_fetch_that_just_landed_is_not_repeated_behind_the_callers_backs(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-09
    kid = source.mint.key("access").kid
    cache.key(kid)
    clock.advance(REFRESH_AFTER)
    overtake(cache)
    assert cache.key(kid).kid == kid
    settle(cache)
    assert source.fetches == 2


def test_a_fetch_that_just_failed_is_not_repeated_by_who_was_about_to_ask(
    source: Source, cache: KeyCache
) -> None:
    # KF-09, KF-08
    source.down = True
    overtake(cache)
    with pytest.raises(KeySourceUnavailableError):
        cache.key(source.mint.key("access").kid)
    assert source.fetches == 1


def test_a_fetch_that_landed_long_after_it_began_is_not_taken_for_a_new_one(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    """The machine slept while the answer was under way: what it says is older than the TTL."""
    old = source.mint.key("access").kid
    source.gate.clear()
    cache.prefetch()
    assert source.begun.acquire(timeout=PATIENCE)
    clock.advance(TTL)

    def wake() -> None:
        source.gate.set()
        settle(cache)
        source.mint.rotate(keep_old=False)

    cache._lock = SlowLock(cache, wake)  # type: ignore[assignment]
    with pytest.raises(UnknownKeyError):
        cache.key(old)


def test_an_unknown_key_is_unknown_by_a_fetch_that_just_landed(
    source: Source, cache: KeyCache
) -> None:
    # KF-09, KF-06
    cache.warm_up()
    overtake(cache)
    with pytest.raises(UnknownKeyError):
        cache.key("no such key")
    assert source.fetches == 2


@pytest.mark.parametrize("begin", [KeyCache.warm_up, KeyCache.prefetch])
def test_warming_up_does_not_repeat_a_fetch_that_just_landed(
    source: Source, cache: KeyCache, begin: Callable[[KeyCache], None]
) -> None:
    # KF-09
    overtake(cache)
    begin(cache)
    settle(cache)
    assert cache.is_warm
    assert source.fetches == 1
