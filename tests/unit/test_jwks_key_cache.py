"""The key cache: when it asks, when it waits, what it trusts meanwhile."""

import threading
from datetime import timedelta
from functools import partial

import pytest

from authcore.adapters.jwks import key_cache
from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE, MAX_STALE, REFRESH_AFTER, TTL, KeyCache
from authcore.domain.errors import KeySourceUnavailableError, UnknownKeyError
from authcore.testing.fakes.system import FrozenClock
from support.gate import Stopwatch
from unit.key_cache_world import PATIENCE, Source, settle


MOMENT = timedelta(milliseconds=1)


def test_building_it_fetches_nothing(source: Source, cache: KeyCache) -> None:
    assert source.fetches == 0


def test_two_hundred_cold_callers_share_one_fetch(source: Source, cache: KeyCache) -> None:
    # KF-09
    source.gate.clear()
    found: list[str] = []
    kid = source.mint.key("access").kid
    callers = [
        threading.Thread(target=lambda: found.append(cache.key(kid).kid)) for _ in range(200)
    ]
    for caller in callers:
        caller.start()
    source.gate.set()
    for caller in callers:
        caller.join(PATIENCE)
    assert found == [kid] * 200
    assert source.fetches == 1


def test_a_known_key_is_answered_from_memory(source: Source, cache: KeyCache) -> None:
    kid = source.mint.key("access").kid
    for _ in range(100):
        assert cache.key(kid).kid == kid
    assert source.fetches == 1


def test_a_prefetch_spares_the_first_caller_the_wait(source: Source, cache: KeyCache) -> None:
    cache.prefetch()
    settle(cache)
    assert cache.key(source.mint.key("id").kid).kid == source.mint.key("id").kid
    assert source.fetches == 1


def test_what_is_at_hand_is_told_without_waiting(source: Source, cache: KeyCache) -> None:
    kid = source.mint.key("access").kid
    source.gate.clear()
    assert cache.cached_key(kid) is None
    source.gate.set()
    assert cache.key(kid) is cache.cached_key(kid)


def test_warming_up_waits_for_keys_once(source: Source, cache: KeyCache) -> None:
    cache.warm_up()
    cache.warm_up()
    assert cache.cached_key(source.mint.key("id").kid) is not None
    assert source.fetches == 1


def test_warming_up_without_source_says_so(source: Source, cache: KeyCache) -> None:
    # KF-08
    source.down = True
    with pytest.raises(KeySourceUnavailableError):
        cache.warm_up()


def test_whoever_must_not_wait_sees_what_is_at_hand_and_never_a_rejection(
    source: Source, cache: KeyCache
) -> None:
    kid = source.mint.key("access").kid
    keys = CachedKeys(cache)
    for absent in (kid, "no such key"):
        with pytest.raises(KeySourceUnavailableError):
            keys.key(absent)
    cache.warm_up()
    assert keys.key(kid) is cache.key(kid)
    with pytest.raises(KeySourceUnavailableError):
        keys.key("no such key")


def test_keys_are_renewed_behind_the_callers_backs(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    kid = source.mint.key("access").kid
    cache.key(kid)
    clock.advance(REFRESH_AFTER)
    source.gate.clear()
    for _ in range(50):
        assert cache.key(kid).kid == kid
    assert source.begun.acquire(timeout=PATIENCE)
    assert source.begun.acquire(timeout=PATIENCE)
    assert source.fetches == 2
    source.gate.set()
    settle(cache)
    cache.key(kid)
    assert source.fetches == 2


def test_a_new_key_costs_one_fetch_and_then_works(source: Source, cache: KeyCache) -> None:
    # KF-05
    cache.key(source.mint.key("access").kid)
    source.mint.rotate()
    for use in ("access", "id"):
        kid = source.mint.key(use).kid
        assert cache.key(kid).kid == kid
    assert source.fetches == 2


def test_a_flood_of_unknown_keys_costs_one_fetch_per_cool_down(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-06
    cache.key(source.mint.key("access").kid)
    source.fetches = 0
    for number in range(5000):
        with pytest.raises(UnknownKeyError):
            cache.key(f"no such key {number}")
        clock.advance(timedelta(seconds=30) / 5000)
    assert source.fetches == 3


def test_a_flood_from_many_threads_costs_no_more(source: Source, cache: KeyCache) -> None:
    # KF-06
    cache.key(source.mint.key("access").kid)
    source.fetches = 0

    def flood(thread: int) -> None:
        for number in range(50):
            with pytest.raises(UnknownKeyError):
                cache.key(f"no such key {thread} {number}")

    threads = [threading.Thread(target=flood, args=(thread,)) for thread in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert source.fetches == 1


def test_a_flood_while_the_source_fails_costs_no_more(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-06: and the answer is "nobody knows", since the key may be new.
    cache.key(source.mint.key("access").kid)
    source.fetches = 0
    source.down = True
    for number in range(5000):
        with pytest.raises(KeySourceUnavailableError):
            cache.key(f"no such key {number}")
        clock.advance(timedelta(seconds=30) / 5000)
    assert source.fetches == 3


def test_a_flood_does_not_keep_a_new_key_out_beyond_the_cool_down(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-05, KF-06
    with pytest.raises(UnknownKeyError):
        cache.key("no such key")
    source.mint.rotate()
    with pytest.raises(UnknownKeyError):
        cache.key(source.mint.key("access").kid)
    clock.advance(COOL_DOWN)
    assert cache.key(source.mint.key("access").kid).kid == source.mint.key("access").kid


def test_an_outage_of_an_hour_rejects_nobody(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-07
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    for _ in range(360):
        clock.advance(timedelta(seconds=10))
        assert cache.key(kid).kid == kid
        settle(cache)


def test_an_outage_that_begins_while_nobody_asks_rejects_nobody(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-07
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    clock.advance(MAX_STALE - MOMENT)
    assert cache.key(kid).kid == kid


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"keys":[]}', b'{"keys":[{}]}'])
def test_an_answer_without_keys_takes_none_away(
    source: Source, cache: KeyCache, clock: FrozenClock, body: bytes
) -> None:
    # KF-07, KF-12
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.body = lambda: body
    clock.advance(REFRESH_AFTER)
    cache.key(kid)
    settle(cache)
    assert source.fetches == 2
    assert cache.key(kid).kid == kid


def test_beyond_the_stated_maximum_old_keys_are_trusted_no_more(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-07
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    clock.advance(MAX_STALE)
    with pytest.raises(KeySourceUnavailableError):
        cache.key(kid)


def test_a_withdrawn_key_is_trusted_no_longer_than_the_ttl(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    old = source.mint.key("access").kid
    cache.key(old)
    source.mint.rotate(keep_old=False)
    clock.advance(TTL)
    with pytest.raises(UnknownKeyError):
        cache.key(old)


def test_a_withdrawn_key_goes_with_the_next_refresh(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    old = source.mint.key("access").kid
    cache.key(old)
    source.mint.rotate(keep_old=False)
    clock.advance(REFRESH_AFTER)
    cache.key(old)
    settle(cache)
    with pytest.raises(UnknownKeyError):
        cache.key(old)


def test_a_cold_start_without_source_recovers_with_the_first_good_fetch(
    source: Source, cache: KeyCache
) -> None:
    # KF-08
    kid = source.mint.key("access").kid
    source.down = True
    with pytest.raises(KeySourceUnavailableError):
        cache.key(kid)
    source.down = False
    source.fetches = 0
    assert cache.key(kid).kid == kid
    assert source.fetches == 1


def test_a_long_cold_outage_is_asked_about_ever_more_seldom(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-08, KF-06
    kid = source.mint.key("access").kid
    source.down = True
    for _ in range(600):
        with pytest.raises(KeySourceUnavailableError):
            cache.key(kid)
        clock.advance(timedelta(milliseconds=100))
    assert 8 <= source.fetches <= 16
    source.down = False
    clock.advance(COOL_DOWN)
    assert cache.key(kid).kid == kid


def test_nobody_waits_longer_than_the_deadline_for_a_source_that_hangs(
    source: Source, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, stopwatch: Stopwatch
) -> None:
    # KF-08, KF-11: a name resolver knows no deadlines, so the cache has its own.
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=50))
    cache = KeyCache(source, clock)
    source.gate.clear()
    with stopwatch.below(FETCH_DEADLINE.total_seconds()):
        for _ in range(20):
            with pytest.raises(KeySourceUnavailableError):
                cache.key(source.mint.key("access").kid)
    source.gate.set()


def test_a_late_answer_is_better_than_none(
    source: Source, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=20))
    cache = KeyCache(source, clock)
    source.gate.clear()
    cache.prefetch()
    flight = cache._flight
    assert flight is not None
    with pytest.raises(KeySourceUnavailableError):
        cache.key(source.mint.key("access").kid)
    source.gate.set()
    assert flight.landed.wait(PATIENCE)
    assert cache.cached_key(source.mint.key("access").kid)


def test_an_abandoned_fetch_counts_as_one_failure(
    source: Source, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=20))
    cache = KeyCache(source, clock)
    source.gate.clear()
    source.down = True
    monkeypatch.setattr(key_cache, "monotonic", lambda: 0.0)
    cache.prefetch()
    abandoned = cache._flight
    for now in (0.0, 1.0):
        monkeypatch.setattr(key_cache, "monotonic", partial(float, now))
        with pytest.raises(KeySourceUnavailableError):
            cache.key("any")
    replacement = cache._flight
    assert abandoned is not None
    assert replacement is not None
    assert replacement is not abandoned
    source.gate.set()
    assert abandoned.landed.wait(PATIENCE)
    assert replacement.landed.wait(PATIENCE)
    assert cache._backoff.failures == 2


def test_a_clock_that_runs_backwards_neither_prolongs_trust_nor_locks_anybody_out(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    with pytest.raises(UnknownKeyError):
        cache.key("no such key")
    old = source.mint.key("access").kid
    source.mint.rotate(keep_old=False)
    clock.advance(timedelta(hours=-2))
    with pytest.raises(UnknownKeyError):
        cache.key(old)
    assert cache.key(source.mint.key("access").kid).kid == source.mint.key("access").kid


def test_a_thread_that_cannot_be_started_is_a_failed_fetch(
    source: Source, cache: KeyCache, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid = source.mint.key("access").kid
    cache.key(kid)

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    clock.advance(TTL)
    assert cache.key(kid).kid == kid
