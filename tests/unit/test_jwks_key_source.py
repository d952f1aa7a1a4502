"""A key source that fails: what is said of it, and when it is asked again."""

import logging
import threading
from datetime import timedelta

import pytest

from authcore.adapters.jwks import key_cache
from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.fetch_backoff import COOL_DOWN, KNOWN_TO_FAIL_FOR
from authcore.adapters.jwks.key_cache import MAX_STALE, REFRESH_AFTER, TTL, KeyCache
from authcore.domain.errors import KeySourceUnavailableError, UnknownKeyError
from authcore.testing.fakes.system import FrozenClock
from unit.key_cache_world import PATIENCE, Source, hear, settle


MOMENT = timedelta(milliseconds=1)


def test_keys_age_from_the_moment_their_fetch_began(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    """What was read may have been withdrawn while the answer was under way."""
    source.gate.clear()
    cache.prefetch()
    assert source.begun.acquire(timeout=PATIENCE)
    clock.advance(timedelta(seconds=1))
    source.gate.set()
    settle(cache)
    old = source.mint.key("access").kid
    source.mint.rotate(keep_old=False)
    clock.advance(TTL - timedelta(seconds=1))
    with pytest.raises(UnknownKeyError):
        cache.key(old)


def test_a_key_that_may_be_new_is_not_called_unknown_while_the_source_hangs(
    source: Source, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # KF-05, KF-11
    cache = KeyCache(source, clock)
    cache.warm_up()
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=20))
    source.mint.rotate()
    source.gate.clear()
    with pytest.raises(KeySourceUnavailableError, match="no answer in time"):
        cache.key(source.mint.key("access").kid)
    source.gate.set()


def test_a_source_that_failed_long_ago_is_worth_waiting_for(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    """A key withdrawn meanwhile is trusted by nobody who asks after a quiet minute."""
    old = source.mint.key("access").kid
    cache.key(old)
    source.down = True
    clock.advance(TTL)
    cache.key(old)
    source.down = False
    source.mint.rotate(keep_old=False)
    clock.advance(KNOWN_TO_FAIL_FOR - MOMENT)
    source.gate.clear()
    assert cache.key(old).kid == old
    source.gate.set()
    settle(cache)

    again = source.mint.key("access").kid
    cache.key(again)
    source.down = True
    clock.advance(TTL)
    cache.key(again)
    source.down = False
    source.mint.rotate(keep_old=False)
    clock.advance(KNOWN_TO_FAIL_FOR)
    with pytest.raises(UnknownKeyError):
        cache.key(again)


def test_a_failure_that_lies_ahead_of_a_clock_set_back_spares_nobody_the_wait(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    old = source.mint.key("access").kid
    cache.key(old)
    source.down = True
    clock.advance(TTL)
    cache.key(old)
    source.down = False
    source.mint.rotate(keep_old=False)
    clock.advance(-2 * TTL)
    with pytest.raises(UnknownKeyError):
        cache.key(old)


def test_keys_from_the_far_future_of_a_clock_set_back_are_trusted_no_more(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    # KF-07
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    clock.advance(-MAX_STALE)
    with pytest.raises(KeySourceUnavailableError):
        cache.key(kid)


def test_whoever_must_not_wait_learns_whether_there_are_keys(
    source: Source, cache: KeyCache
) -> None:
    keys = CachedKeys(cache)
    with pytest.raises(KeySourceUnavailableError):
        keys.warm_up()
    assert source.fetches == 0
    cache.warm_up()
    keys.warm_up()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "down"),
        (b"<html>", "the answer is no key set that can be used"),
        (b'{"keys":[]}', "the answer is no key set that can be used"),
    ],
)
def test_who_cannot_be_served_is_told_why(
    source: Source, cache: KeyCache, body: bytes | None, why: str
) -> None:
    source.down = body is None
    source.body = lambda: body or b""
    for ask in (cache.warm_up, lambda: cache.key("any")):
        with pytest.raises(KeySourceUnavailableError) as outage:
            ask()
        assert str(outage.value) == f"the issuer's keys cannot be read: {why}"


def test_an_outage_is_logged_once_and_so_is_its_end(
    source: Source, cache: KeyCache, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="authcore.keys")
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    for _ in range(5):
        clock.advance(REFRESH_AFTER)
        cache.key(kid)
        hear(cache)
    source.down = False
    for _ in range(2):
        clock.advance(REFRESH_AFTER)
        cache.key(kid)
        hear(cache)

    assert [(line.levelname, line.getMessage()) for line in caplog.records] == [
        ("WARNING", "the issuer's keys cannot be read: down"),
        ("INFO", "the issuer's keys can be read again"),
    ]


def test_another_reason_is_another_line(
    source: Source, cache: KeyCache, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    source.down = True
    with pytest.raises(KeySourceUnavailableError):
        cache.warm_up()
    source.down, source.body = False, lambda: b"<html>canary</html>"
    clock.advance(COOL_DOWN)
    with pytest.raises(KeySourceUnavailableError):
        cache.warm_up()
    hear(cache)

    assert [line.getMessage().rpartition(": ")[2] for line in caplog.records] == [
        "down",
        "the answer is no key set that can be used",
    ]


def test_a_source_that_hangs_is_logged_too(
    source: Source,
    clock: FrozenClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=20))
    cache = KeyCache(source, clock)
    source.gate.clear()
    for _ in range(2):
        with pytest.raises(KeySourceUnavailableError):
            cache.warm_up()
    source.gate.set()

    assert "the issuer's keys cannot be read: no answer in time" in caplog.text


def test_a_process_that_can_start_no_thread_says_so(
    cache: KeyCache, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(KeySourceUnavailableError, match="no thread can be started"):
        cache.warm_up()

    assert "the issuer's keys cannot be read: no thread can be started" in caplog.text


def test_a_log_that_fails_harms_nobody(
    source: Source, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError(f"no space left for {record.levelname}")

    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(milliseconds=20))
    monkeypatch.setattr(logging.getLogger("authcore.keys"), "handlers", [Full()])
    cache = KeyCache(source, clock)
    source.gate.clear()
    for _ in range(2):
        with pytest.raises(KeySourceUnavailableError):
            cache.warm_up()
    source.gate.set()
    hear(cache)
    assert cache.key(source.mint.key("id").kid).kid == source.mint.key("id").kid
