"""What requests remember for each other, under the contracts of its ports."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.adapters.coordination.process.sealed_store import ProcessSealedStore
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.tokens import TokenSet
from authcore.ports.session_stores import RefreshResultCache, SealedStore
from authcore.ports.system import Clock
from authcore.testing.contracts.session_stores import (
    OTHERS,
    TOKENS,
    TTL,
    RefreshResultCacheContract,
    SealedStoreContract,
    SharedSealedStoreContract,
)
from authcore.testing.fakes.session_stores import InMemoryRefreshResultCache, InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


KEY = hashlib.sha256(b"a key of the tests").digest()
OTHER_KEY = hashlib.sha256(b"another key of the tests").digest()


class OnAFrozenClock:
    """The time of both contracts."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def texts_clock(self, clock: FrozenClock) -> Clock:
        return clock

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


class TestInMemoryRefreshResultCache(OnAFrozenClock, RefreshResultCacheContract):
    @pytest.fixture
    def recent(self, clock: FrozenClock) -> RefreshResultCache:
        return InMemoryRefreshResultCache(clock)


class TestProcessRefreshResultCache(OnAFrozenClock, RefreshResultCacheContract):
    @pytest.fixture
    def recent(self, clock: FrozenClock) -> RefreshResultCache:
        return ProcessRefreshResultCache(clock)

    def test_it_remembers_so_many_and_no_more_the_oldest_going_first(
        self, clock: FrozenClock
    ) -> None:
        # DL-06
        recent = ProcessRefreshResultCache(clock, max_entries=3)
        for key in "abcd":
            recent.remember(key, TOKENS, TTL)
        assert [recent.recall(key) for key in "abcd"] == [None, TOKENS, TOKENS, TOKENS]
        assert len(recent) == 3

    def test_what_was_traded_anew_is_not_the_oldest_any_more(self, clock: FrozenClock) -> None:
        # DL-06
        recent = ProcessRefreshResultCache(clock, max_entries=2)
        for key in "abac":
            recent.remember(key, TOKENS, TTL)
        assert [recent.recall(key) for key in "abc"] == [TOKENS, None, TOKENS]

    def test_what_has_had_its_time_gives_its_room_back(self, clock: FrozenClock) -> None:
        # DL-06
        recent = ProcessRefreshResultCache(clock)
        for number in range(100):
            recent.remember(str(number), TOKENS, TTL)
        clock.advance(TTL)
        recent.remember("new", TOKENS, TTL)
        assert len(recent) == 1


def shared(texts: SealedStore, clock: Clock, *keys: bytes) -> SealedRefreshResultCache:
    return SealedRefreshResultCache(
        texts=texts, ring=KeyRing(keys or (KEY,)), clock=clock, entropy=ScriptedEntropy()
    )


class TestSealedRefreshResultCache(OnAFrozenClock, RefreshResultCacheContract):
    @pytest.fixture
    def texts(self, clock: FrozenClock) -> InMemorySealedStore:
        return InMemorySealedStore(clock)

    @pytest.fixture
    def recent(self, texts: InMemorySealedStore, clock: FrozenClock) -> RefreshResultCache:
        return shared(texts, clock)

    def test_processes_share_it(
        self, recent: RefreshResultCache, texts: InMemorySealedStore, clock: FrozenClock
    ) -> None:
        # RF-03
        recent.remember("a", TOKENS, TTL)
        assert shared(texts, clock, OTHER_KEY, KEY).recall("a") == TOKENS

    def test_the_store_learns_no_token(
        self, recent: RefreshResultCache, texts: InMemorySealedStore
    ) -> None:
        recent.remember("a", TOKENS, TTL)
        assert "canary" not in repr(texts.texts)

    def test_the_store_cannot_pass_one_session_off_as_another(
        self, recent: RefreshResultCache, texts: InMemorySealedStore
    ) -> None:
        recent.remember("a", TOKENS, TTL)
        recent.remember("b", OTHERS, TTL)
        one, other = texts.texts
        texts.texts[one], texts.texts[other] = texts.texts[other], texts.texts[one]
        assert [recent.recall("a"), recent.recall("b")] == [None, None]

    def test_the_store_cannot_pass_one_sessions_refusal_off_as_anothers(
        self, recent: RefreshResultCache, texts: InMemorySealedStore
    ) -> None:
        recent.remember_refusal("a", TTL)
        [refused] = texts.texts.values()
        texts.texts["refreshed:b"] = refused
        assert recent.recall("b") is None

    def test_the_store_cannot_make_anything_up(
        self, recent: RefreshResultCache, texts: InMemorySealedStore, clock: FrozenClock
    ) -> None:
        stranger = shared(texts, clock, OTHER_KEY)
        stranger.remember("a", TOKENS, TTL)
        stranger.remember_refusal("b", TTL)
        texts.put("refreshed:c", "made-up", until=clock.now() + TTL)
        assert [recent.recall(key) for key in "abc"] == [None, None, None]

    def test_an_outage_of_the_store_is_said(
        self, recent: RefreshResultCache, texts: InMemorySealedStore
    ) -> None:
        texts.unavailable = True
        with pytest.raises(CoordinationUnavailableError):
            recent.recall("a")
        with pytest.raises(CoordinationUnavailableError):
            recent.remember("a", TOKENS, TTL)
        with pytest.raises(CoordinationUnavailableError):
            recent.remember_refusal("a", TTL)

    def test_tokens_without_a_refresh_token_come_back_without(
        self, recent: RefreshResultCache
    ) -> None:
        recent.remember("a", TokenSet("a.b.c", "d.e.f", None), TTL)
        assert recent.recall("a") == TokenSet("a.b.c", "d.e.f", None)


class TestInMemorySealedStore(OnAFrozenClock, SharedSealedStoreContract):
    @pytest.fixture
    def texts(self, clock: FrozenClock) -> InMemorySealedStore:
        return InMemorySealedStore(clock)

    @pytest.fixture
    def outage(self, texts: InMemorySealedStore) -> Callable[[], None]:
        return lambda: setattr(texts, "unavailable", True)


class TestProcessSealedStore(OnAFrozenClock, SealedStoreContract):
    @pytest.fixture
    def texts(self, clock: FrozenClock) -> ProcessSealedStore:
        return ProcessSealedStore(clock)

    def test_a_full_store_takes_nothing_new_and_loses_nothing(self, clock: FrozenClock) -> None:
        # DL-06
        texts = ProcessSealedStore(clock, max_texts=2)
        texts.put("a", "a", until=clock.now() + TTL)
        texts.put("b", "b", until=clock.now() + 2 * TTL)
        with pytest.raises(CoordinationUnavailableError):
            texts.put("c", "c", until=clock.now() + TTL)
        texts.put("a", "again", until=clock.now() + TTL)
        assert (texts.get("a"), texts.get("b")) == ("again", "b")

        clock.advance(TTL)
        texts.put("c", "c", until=clock.now() + TTL)
        assert (texts.get("b"), texts.get("c")) == ("b", "c")
        assert len(texts) == 2
