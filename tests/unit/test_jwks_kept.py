"""What keys and remembered tokens are worth while their source fails, and when they are gone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.base64url import decode, encode
from authcore.adapters.jwks import key_cache
from authcore.adapters.jwks.fetch_backoff import COOL_DOWN, FetchBackoff, FetchFailure
from authcore.adapters.jwks.key_cache import MAX_STALE, REFRESH_AFTER, TTL, KeyCache
from authcore.adapters.jwks.key_set import keys_of
from authcore.domain.errors import (
    KeySourceUnavailableError,
    SignatureRejectedError,
    UnknownKeyError,
)
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from unit.key_cache_world import PATIENCE, Source, settle
from unit.published_keys import GOOD, OTHER
from unit.test_jwks_verified_token_cache import Memory


DOWN = FetchFailure("down", None)


@pytest.fixture(autouse=True)
def wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine changes nothing: a fetch may take as long as it does."""
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", timedelta(seconds=PATIENCE))


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_key_that_shows_any_private_part_is_not_used(member: str) -> None:
    # KF-02
    assert keys_of({"keys": [GOOD, OTHER]}).keys() == {GOOD["kid"], OTHER["kid"]}
    assert keys_of({"keys": [{**GOOD, member: "AQAB"}, OTHER]}).keys() == {OTHER["kid"]}


@pytest.mark.parametrize(
    ("exponent", "usable"),
    [
        ("AQAB", True),
        ("AAEAAQ", True),
        ("AQAB=", False),
        ("AQAB\n", False),
        ("", False),
        ("Aw", False),
        ("_____w", True),
        ("AQAAAAE", False),
    ],
)
def test_an_exponent_is_unpadded_base64url_of_an_odd_number_of_32_bits(
    exponent: str, *, usable: bool
) -> None:
    kids = keys_of({"keys": [{**GOOD, "e": exponent}, OTHER]}).keys()
    assert (GOOD["kid"] in kids) is usable


def modulus_of(bits: int) -> str:
    """The first number of so many bits that no small prime divides, and no weak generator makes."""
    primes = [n for n in range(2, 168) if all(n % factor for factor in range(2, n))]
    number = (1 << bits - 1) + 1
    while any(number % prime == 0 for prime in primes):
        number += 2
    return encode(number.to_bytes((bits + 7) // 8, "big")).decode()


@pytest.mark.parametrize(
    ("bits", "usable"), [(2047, False), (2048, True), (4096, True), (4097, False)]
)
def test_a_modulus_of_2048_to_4096_bits_is_used(bits: int, *, usable: bool) -> None:
    # KF-02
    kids = keys_of({"keys": [{**GOOD, "n": modulus_of(bits)}, OTHER]}).keys()
    assert (GOOD["kid"] in kids) is usable


def test_a_modulus_of_more_octets_than_4096_bits_take_is_not_used() -> None:
    modulus = decode(str(GOOD["n"]).encode())
    for padding, usable in ((1, True), (300, False)):
        padded = encode(bytes(padding) + modulus).decode()
        kids = keys_of({"keys": [{**GOOD, "n": padded}, OTHER]}).keys()
        assert (GOOD["kid"] in kids) is usable


def test_while_the_source_fails_keys_in_memory_serve_without_a_wait(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    """KF-07: and the source is left alone for as long as it is known to fail."""
    kid = source.mint.key("access").kid
    cache.key(kid)
    source.down = True
    clock.advance(TTL)
    assert cache.key(kid).kid == kid
    fetches = source.fetches

    source.gate.clear()
    for _ in range(9):
        clock.advance(timedelta(seconds=1))
        assert cache.cached_key(kid) is not None
        assert cache.key(kid).kid == kid
    assert source.fetches == fetches
    clock.advance(COOL_DOWN)
    assert cache.cached_key(kid) is not None
    source.gate.set()
    settle(cache)
    assert source.fetches == fetches + 1


def test_keys_that_are_due_serve_while_one_fetch_runs_behind(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    kid = source.mint.key("access").kid
    cache.key(kid)
    clock.advance(REFRESH_AFTER)
    source.gate.clear()
    for _ in range(10):
        assert cache.key(kid).kid == kid
    source.gate.set()
    settle(cache)
    assert source.fetches == 2


def test_without_any_keys_an_unknown_key_is_an_outage_and_no_refusal(
    source: Source, cache: KeyCache
) -> None:
    # KF-08
    source.down = True
    for _ in range(3):
        with pytest.raises(KeySourceUnavailableError):
            cache.key("unknown")
    source.down = False
    source.body = lambda: b"{}"
    with pytest.raises(KeySourceUnavailableError):
        KeyCache(source, FrozenClock()).key("unknown")


def test_keys_that_were_too_old_when_they_arrived_are_an_outage_and_no_refusal(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    """As where the clock is set while a fetch is under way."""

    def late() -> bytes:
        clock.advance(MAX_STALE)
        return source.mint.jwks_bytes()

    source.body = late
    for kid in (source.mint.key("access").kid, "unknown"):
        with pytest.raises(KeySourceUnavailableError):
            KeyCache(source, clock).key(kid)


def test_with_keys_an_unknown_key_is_a_refusal_unless_the_source_fails(
    source: Source, cache: KeyCache, clock: FrozenClock
) -> None:
    cache.warm_up()
    with pytest.raises(UnknownKeyError):
        cache.key("unknown")
    clock.advance(COOL_DOWN)
    source.down = True
    with pytest.raises(KeySourceUnavailableError):
        cache.key("unknown")


def test_the_pause_between_cold_fetches_to_the_second(clock: FrozenClock) -> None:
    record = FetchBackoff()
    pauses = []
    for _ in range(12):
        record.record_failure(clock.now(), DOWN, has_keys=False)
        pause = timedelta(0)
        while record.is_paused(clock.now() + pause):
            pause += timedelta(milliseconds=100)
        pauses.append(pause / timedelta(milliseconds=100))
    assert pauses == [0, 1, 2, 4, 8, 16, 32, 64, 100, 100, 100, 100]


def test_with_keys_the_pause_is_the_whole_cool_down_from_the_first_failure_on(
    clock: FrozenClock,
) -> None:
    record = FetchBackoff()
    record.record_failure(clock.now(), DOWN, has_keys=True)
    assert record.is_paused(clock.now() + COOL_DOWN - timedelta(milliseconds=1))
    assert not record.is_paused(clock.now() + COOL_DOWN)


@pytest.mark.parametrize("way", ["no such key", "another key of the id"])
def test_a_token_that_was_remembered_under_a_key_that_is_gone_is_refused_and_forgotten(
    way: str,
) -> None:
    memory = Memory()
    token = memory.mint.access()
    memory.remember(token)
    assert memory.remembered.size.entries == 1
    known: dict[str, Any] = dict(memory.keys.known)
    gone = known.pop(memory.mint.key("access").kid)
    if way == "another key of the id":
        known[gone.kid] = keys_of(
            {"keys": [{**TokenMint(fresh_keys=True).key("access").jwk(), "kid": gone.kid}]}
        )[gone.kid]
    memory.keys.known = known

    with pytest.raises((UnknownKeyError, SignatureRejectedError)):
        memory.remembered.verify(token)
    assert memory.remembered.size.entries == 0
    assert memory.remembered.size.charged == 0


def test_a_fetch_that_brought_what_it_was_for_is_followed_by_no_pause(
    source: Source, cache: KeyCache
) -> None:
    """KF-06: also where nothing else was published."""
    first, second = source.mint.key("access"), source.mint.key("id")
    source.body = lambda: json.dumps({"keys": [first.jwk()]}).encode()
    assert cache.key(first.kid).kid == first.kid
    source.body = source.mint.jwks_bytes
    assert cache.key(second.kid).kid == second.kid
    with pytest.raises(UnknownKeyError):
        cache.key("unknown")
    assert source.fetches == 3
    with pytest.raises(UnknownKeyError):
        cache.key("unknown")
    assert source.fetches == 3
