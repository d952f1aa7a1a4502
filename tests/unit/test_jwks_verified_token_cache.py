"""The memory of verified tokens: what it keeps, for how long, and how much of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.adapters.jwks.key_cache import REFRESH_AFTER, TTL, KeyCache
from authcore.adapters.jwks.key_set import Keys, PublishedKey, keys_of
from authcore.adapters.jwks.remembered_claims import BYTES_PER_CHARACTER
from authcore.adapters.jwks.verified_token_cache import PROBATION_PART, CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier, Verified
from authcore.domain.errors import (
    KeySourceUnavailableError,
    SignatureRejectedError,
    TokenRejectedError,
    UnknownKeyError,
)
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import SigningKey, TokenMint
from unit.key_cache_world import settle


class CountingVerifier(JwksSignatureVerifier):
    """Counts how often a signature is really checked; somebody else may be quicker once."""

    checks = 0
    meanwhile: Callable[[], object] | None = None

    def check(self, octets: bytes) -> Verified:
        self.checks += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return super().check(octets)


class ChangeableKeys(Keys):
    """Whatever it was last told."""

    def __init__(self, *keys: SigningKey) -> None:
        self.publish(*keys)

    def publish(self, *keys: SigningKey) -> None:
        self.known = keys_of({"keys": [key.jwk() for key in keys]})
        self.down = False

    def key(self, kid: str) -> PublishedKey:
        if self.down:
            raise KeySourceUnavailableError("down")
        if kid not in self.known:
            raise UnknownKeyError("no such key")
        return self.known[kid]

    def warm_up(self) -> None:
        if self.down:
            raise KeySourceUnavailableError("down")


class Memory:
    """A remembering verifier, and everything around it."""

    def __init__(self, *, max_entries: int = 100, max_bytes: int = 1_000_000) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock)
        self.keys = ChangeableKeys(self.mint.key("access"), self.mint.key("id"))
        self.inner = CountingVerifier(self.keys)
        self.remembered = CachingSignatureVerifier(
            self.inner, self.keys, self.clock, max_entries=max_entries, max_bytes=max_bytes
        )

    def remember(self, *tokens: str) -> None:
        """See each token twice, and count from there."""
        for token in tokens:
            for _ in range(2):
                self.remembered.verify(token)
        self.inner.checks = 0


@pytest.fixture
def memory() -> Memory:
    return Memory()


def test_a_token_is_remembered_from_its_first_sight_on(memory: Memory) -> None:
    token = memory.mint.access()
    for _ in range(10):
        assert memory.remembered.verify(token)["sub"]
    assert memory.inner.checks == 1


def test_a_token_seen_once_is_forgotten_after_so_many_others() -> None:
    # DL-06
    memory = Memory(max_entries=3 * PROBATION_PART)
    tokens = [memory.mint.access() for _ in range(7)]
    for token in tokens:
        memory.remembered.verify(token)
    memory.remembered.verify(tokens[3])
    assert memory.inner.checks == 7
    memory.remembered.verify(tokens[2])
    assert memory.inner.checks == 8


def test_tokens_that_come_once_drive_nobody_out() -> None:
    # DL-06
    memory = Memory(max_entries=5)
    tokens = [memory.mint.access() for _ in range(5)]
    memory.remember(*tokens)
    for _ in range(100):
        memory.remembered.verify(memory.mint.access())
    memory.inner.checks = 0
    for token in tokens:
        memory.remembered.verify(token)
    assert memory.inner.checks == 0


def test_tokens_seen_once_are_bounded() -> None:
    # DL-06
    memory = Memory(max_entries=5 * PROBATION_PART)
    for _ in range(100):
        memory.remembered.verify(memory.mint.access())
        assert memory.remembered.size.entries <= 10
    assert 0 < memory.remembered.size.charged < 10 * MAX_TOKEN_LENGTH


def test_claims_within_claims_are_not_shared_between_callers(memory: Memory) -> None:
    identities = [{"userId": "1", "providerName": "Google", "primary": "true"}]
    token = memory.mint.identity(identities=identities)
    for _ in range(3):
        claimed = memory.remembered.verify(token)["identities"]
        assert claimed == identities
        claimed[0]["userId"] = "2"


def test_each_other_token_is_checked(memory: Memory) -> None:
    for _ in range(10):
        memory.remembered.verify(memory.mint.access())
    assert memory.inner.checks == 10


def test_a_refusal_is_not_remembered(memory: Memory) -> None:
    token = memory.mint.access(signed_by="stranger")
    for _ in range(3):
        with pytest.raises(SignatureRejectedError):
            memory.remembered.verify(token)
    assert memory.inner.checks == 3


def test_nothing_is_remembered_beyond_its_expiry(memory: Memory) -> None:
    token = memory.mint.access()
    memory.remember(token)
    memory.clock.advance(timedelta(hours=1, microseconds=-1))
    memory.remembered.verify(token)
    assert memory.inner.checks == 0
    memory.clock.advance(timedelta(microseconds=1))
    memory.remembered.verify(token)
    assert memory.inner.checks == 1


@pytest.mark.parametrize("expiry", ["soon", None, [], {}, 1e300, -(10**15), 10**19])
def test_a_token_without_an_expiry_on_the_calendar_is_not_remembered(
    memory: Memory, expiry: object
) -> None:
    token = memory.mint.access(exp=expiry)
    memory.remember(token)
    memory.remembered.verify(token)
    assert memory.inner.checks == 1


def test_a_token_is_forgotten_with_its_key(memory: Memory) -> None:
    token = memory.mint.access()
    memory.remember(token)
    memory.keys.publish(memory.mint.key("id"))
    with pytest.raises(UnknownKeyError):
        memory.remembered.verify(token)


def test_a_token_is_forgotten_when_its_key_id_names_another_key(memory: Memory) -> None:
    token = memory.mint.access()
    memory.remember(token)
    kid = memory.mint.key("access").kid
    memory.keys.publish(SigningKey(memory.mint.key("id").private, kid))
    with pytest.raises(SignatureRejectedError):
        memory.remembered.verify(token)


def test_a_token_is_remembered_while_its_key_is_published_again(memory: Memory) -> None:
    token = memory.mint.access()
    memory.remember(token)
    memory.keys.publish(memory.mint.key("access"))
    memory.remembered.verify(token)
    assert memory.inner.checks == 0


def test_without_keys_nothing_is_remembered_and_nothing_forgotten(memory: Memory) -> None:
    token = memory.mint.access()
    memory.remember(token)
    memory.keys.down = True
    with pytest.raises(KeySourceUnavailableError):
        memory.remembered.verify(token)
    memory.keys.down = False
    memory.remembered.verify(token)
    assert memory.inner.checks == 0


def test_a_withdrawn_key_ends_a_remembered_token_within_the_ttl() -> None:
    clock = FrozenClock()
    mint = TokenMint(clock=clock)
    keys = KeyCache(mint.jwks_bytes, clock)
    remembered = CachingSignatureVerifier(JwksSignatureVerifier(keys), keys, clock)
    token = mint.access()
    mint.rotate(keep_old=False)
    with pytest.raises(UnknownKeyError):
        remembered.verify(token)
    token = mint.access()
    clock.advance(REFRESH_AFTER)
    for _ in range(2):
        remembered.verify(token)
    settle(keys)
    mint.rotate(keep_old=False)
    clock.advance(TTL)
    with pytest.raises(UnknownKeyError):
        remembered.verify(token)


def held(memory: Memory) -> int:
    return memory.remembered.size.entries


def test_it_keeps_so_many_tokens_and_no_more_the_oldest_going_first() -> None:
    # DL-06
    memory = Memory(max_entries=5)
    tokens = [memory.mint.access() for _ in range(8)]
    memory.remember(*tokens)
    assert held(memory) == 5
    for token in tokens[3:]:
        memory.remembered.verify(token)
    assert memory.inner.checks == 0
    memory.remembered.verify(tokens[0])
    assert memory.inner.checks == 1


def test_it_keeps_so_many_bytes_and_no_more() -> None:
    # DL-06
    token_cost = len(Memory().mint.access()) * BYTES_PER_CHARACTER
    memory = Memory(max_bytes=3 * token_cost)
    memory.remember(*(memory.mint.access() for _ in range(8)))
    assert held(memory) == 3
    assert memory.remembered.size.charged <= 3 * token_cost


def test_a_token_that_two_callers_check_at_once_takes_its_room_once(memory: Memory) -> None:
    # DL-06
    contested = memory.mint.access()
    memory.inner.meanwhile = lambda: memory.remembered.verify(contested)
    memory.remembered.verify(contested)
    assert memory.remembered.size.entries == 1
    memory.remembered.verify(contested)
    assert memory.remembered.size.entries == 1
    assert memory.remembered.size.charged == len(contested) * BYTES_PER_CHARACTER


def test_a_token_that_is_too_large_for_the_memory_evicts_nothing() -> None:
    # DL-06
    memory = Memory(max_bytes=8_000)
    small = memory.mint.access()
    memory.remember(small, memory.mint.access(filler="x" * 3000))
    memory.remembered.verify(small)
    assert memory.inner.checks == 0


def test_what_is_forgotten_gives_its_room_back(memory: Memory) -> None:
    # DL-06
    tokens = [memory.mint.access() for _ in range(5)]
    memory.remember(*tokens)
    memory.clock.advance(timedelta(hours=2))
    memory.keys.publish(memory.mint.key("id"))
    for token in tokens:
        with pytest.raises(TokenRejectedError):
            memory.remembered.verify(token)
    assert held(memory) == 0
    assert memory.remembered.size.charged == 0


@pytest.mark.parametrize(
    "alter", [str.swapcase, lambda token: token + "A", lambda token: token[1:]]
)
def test_a_token_that_is_not_the_remembered_one_is_checked(
    memory: Memory, alter: Callable[[str], str]
) -> None:
    # TV-01
    token = memory.mint.access()
    memory.remember(token)
    with pytest.raises(TokenRejectedError):
        memory.remembered.verify(alter(token))


def test_its_repr_shows_no_token(memory: Memory) -> None:
    memory.remember(memory.mint.access(canary="canary"))
    assert "canary" not in repr(vars(memory.remembered))
