"""What every RefreshResultCache and every SealedStore promises."""

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import pytest

from authcore.domain.errors import (
    CoordinationUnavailableError,
    RefreshTokenRejectedError,
    SessionTooLargeError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.session_stores import MAX_TEXT_LENGTH, RefreshResultCache, SealedStore
from authcore.ports.system import Clock
from authcore.testing.contracts.suite import ContractSuite


TTL: Final = timedelta(minutes=1)
TOKENS: Final = TokenSet("access.canary.1", "id.canary.1", RefreshToken("refresh-canary-1"))
OTHERS: Final = TokenSet("access.canary.2", "id.canary.2", None)


class RefreshResultCacheContract(ContractSuite):
    """Run by every RefreshResultCache: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def recent(self) -> RefreshResultCache:
        """Returns the cache under test, without results."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``recent``."""

    def test_nobody_remembers_what_was_never_traded(self, recent: RefreshResultCache) -> None:
        assert recent.recall("a") is None

    def test_what_was_traded_is_recalled_as_often_as_it_is_asked_for(
        self, recent: RefreshResultCache
    ) -> None:
        # RF-03
        recent.remember("a", TOKENS, TTL)
        recent.remember("b", OTHERS, TTL)

        assert [recent.recall("a"), recent.recall("b"), recent.recall("a")] == [
            TOKENS,
            OTHERS,
            TOKENS,
        ]

    def test_the_last_trade_counts(self, recent: RefreshResultCache) -> None:
        recent.remember("a", OTHERS, TTL)
        recent.remember("a", TOKENS, TTL)

        assert recent.recall("a") == TOKENS

    @pytest.mark.parametrize("kind", ["remember_refusal", "remember_rejection"])
    def test_a_refusal_is_a_refusal_again(self, recent: RefreshResultCache, kind: str) -> None:
        getattr(recent, kind)("a", TTL)

        for _ in range(2):
            with pytest.raises(RefreshTokenRejectedError):
                recent.recall("a")
        assert recent.recall("b") is None

    def test_nothing_replaces_a_refusal(self, recent: RefreshResultCache) -> None:
        # RF-06
        recent.remember_refusal("a", TTL)

        with pytest.raises(RefreshTokenRejectedError):
            recent.remember("a", TOKENS, TTL)
        recent.remember_rejection("a", TTL / 2)
        with pytest.raises(RefreshTokenRejectedError):
            recent.recall("a")

    def test_a_refusal_names_the_tokens_that_it_refuses_as_often_as_it_is_made(
        self, recent: RefreshResultCache
    ) -> None:
        # RF-06
        recent.remember("a", TOKENS, TTL)

        assert [recent.remember_refusal("a", TTL) for _ in range(2)] == [TOKENS, TOKENS]
        with pytest.raises(RefreshTokenRejectedError):
            recent.recall("a")
        assert recent.remember_refusal("b", TTL) is None

    def test_a_rejection_gives_way_to_tokens_and_replaces_none(
        self, recent: RefreshResultCache
    ) -> None:
        # RF-03: of two processes that traded one token, one was told no.
        recent.remember_rejection("a", TTL)
        recent.remember("a", TOKENS, TTL)
        recent.remember_rejection("a", TTL)

        assert recent.recall("a") == TOKENS
        assert recent.remember_refusal("c", TTL) is None

    def test_a_refusal_names_no_tokens_where_the_provider_rejected_the_token(
        self, recent: RefreshResultCache
    ) -> None:
        recent.remember_rejection("a", TTL)
        assert recent.remember_refusal("a", TTL) is None

    def test_what_is_refused_while_it_is_remembered_is_known_to_either(
        self, recent: RefreshResultCache
    ) -> None:
        # RF-06
        def remember(key: str) -> bool:
            try:
                recent.remember(key, TOKENS, TTL)
            except RefreshTokenRejectedError:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            for key in map(str, range(20)):
                kept = threads.submit(remember, key)
                named = threads.submit(recent.remember_refusal, key, TTL).result()
                assert named == TOKENS or not kept.result()
                with pytest.raises(RefreshTokenRejectedError):
                    recent.recall(key)

    def test_it_remembers_for_the_whole_ttl_and_no_longer(
        self, recent: RefreshResultCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        recent.remember("a", TOKENS, TTL)
        recent.remember_refusal("b", TTL)
        fast_forward(TTL - timedelta(seconds=2))
        assert recent.recall("a") == TOKENS
        with pytest.raises(RefreshTokenRejectedError):
            recent.recall("b")

        fast_forward(timedelta(seconds=4))
        assert recent.recall("a") is None
        assert recent.recall("b") is None

    def test_threads_get_whole_trades(self, recent: RefreshResultCache) -> None:
        def trade(number: int) -> TokenSet | None:
            recent.remember("a", OTHERS if number % 2 else TOKENS, TTL)
            return recent.recall("a")

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(trade, range(40)))
        assert {*found} <= {TOKENS, OTHERS}

    def test_it_shows_no_token(self, recent: RefreshResultCache) -> None:
        # SP-11
        recent.remember("a", TOKENS, TTL)
        assert "canary" not in repr(recent) + str(vars(recent).keys())


class SealedStoreContract(ContractSuite):
    """Run by every SealedStore: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def texts(self) -> SealedStore:
        """Returns the store under test, without texts."""

    @pytest.fixture
    @abstractmethod
    def texts_clock(self) -> Clock:
        """Returns the clock by which ``texts`` tells when a text expires."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``texts``."""

    def test_an_empty_store_holds_nothing(self, texts: SealedStore) -> None:
        assert texts.get("a") is None

    @pytest.mark.parametrize("text", ["x", "sealed-text_1", "A" * MAX_TEXT_LENGTH], ids=len)
    def test_what_was_put_is_there(self, texts: SealedStore, texts_clock: Clock, text: str) -> None:
        texts.put("a", text, until=texts_clock.now() + TTL)

        assert texts.get("a") == text
        assert texts.get("A") is None

    def test_the_last_text_counts_and_so_does_its_end(
        self, texts: SealedStore, texts_clock: Clock, fast_forward: Callable[[timedelta], None]
    ) -> None:
        texts.put("a", "first", until=texts_clock.now() + TTL)
        texts.put("a", "second", until=texts_clock.now() + 3 * TTL)
        fast_forward(2 * TTL)

        assert texts.get("a") == "second"

    def test_a_text_is_kept_to_its_end_and_no_longer(
        self, texts: SealedStore, texts_clock: Clock, fast_forward: Callable[[timedelta], None]
    ) -> None:
        texts.put("a", "text", until=texts_clock.now() + TTL)
        fast_forward(TTL - timedelta(seconds=2))
        assert texts.get("a") == "text"

        fast_forward(timedelta(seconds=4))
        assert texts.get("a") is None

    def test_what_was_dropped_is_gone_and_nothing_else(
        self, texts: SealedStore, texts_clock: Clock
    ) -> None:
        for key in ("a", "b"):
            texts.put(key, key, until=texts_clock.now() + TTL)
        texts.drop("a")
        texts.drop("a")
        texts.drop("c")

        assert (texts.get("a"), texts.get("b")) == (None, "b")

    def test_a_text_is_replaced_with_its_end(
        self, texts: SealedStore, texts_clock: Clock, fast_forward: Callable[[timedelta], None]
    ) -> None:
        texts.put("a", "first", until=texts_clock.now() + TTL)
        assert texts.replace("a", "second", until=texts_clock.now() + 3 * TTL)
        fast_forward(2 * TTL)

        assert texts.get("a") == "second"

    def test_a_text_is_added_where_there_is_none(
        self, texts: SealedStore, texts_clock: Clock, fast_forward: Callable[[timedelta], None]
    ) -> None:
        until = texts_clock.now() + TTL
        assert texts.add("a", "first", until=until)
        assert not texts.add("a", "second", until=until + TTL)
        assert texts.get("a") == "first"

        fast_forward(TTL + timedelta(seconds=2))
        assert texts.add("a", "third", until=texts_clock.now() + TTL)
        assert texts.get("a") == "third"

    def test_of_texts_that_are_added_at_once_one_is_kept(
        self, texts: SealedStore, texts_clock: Clock
    ) -> None:
        until = texts_clock.now() + TTL
        with ThreadPoolExecutor(4) as threads:
            added = list(threads.map(lambda text: texts.add("a", text, until=until), "wxyz"))
        assert sorted(added) == [False, False, False, True]
        assert texts.get("a") == "wxyz"[added.index(True)]

    def test_what_is_not_there_is_not_replaced(
        self, texts: SealedStore, texts_clock: Clock, fast_forward: Callable[[timedelta], None]
    ) -> None:
        later = texts_clock.now() + 3 * TTL
        for key in ("dropped", "ended"):
            texts.put(key, "text", until=texts_clock.now() + TTL)
        texts.drop("dropped")
        fast_forward(TTL + timedelta(seconds=2))

        for key in ("dropped", "ended", "never put"):
            assert not texts.replace(key, "another", until=later)
            assert texts.get(key) is None

    def test_who_replaces_while_somebody_drops_brings_nothing_back(
        self, texts: SealedStore, texts_clock: Clock
    ) -> None:
        # RF-06
        until = texts_clock.now() + TTL
        texts.put("a", "text", until=until)

        with ThreadPoolExecutor(2) as threads:
            for number in range(20):
                texts.put("a", "text", until=until)
                replaced = threads.submit(texts.replace, "a", f"text-{number}", until=until)
                threads.submit(texts.drop, "a").result()
                replaced.result()
                assert texts.get("a") is None

    def test_a_text_that_is_too_long_is_refused_and_changes_nothing(
        self, texts: SealedStore, texts_clock: Clock
    ) -> None:
        # DL-06
        until = texts_clock.now() + TTL
        texts.put("a", "text", until=until)

        for keep in (texts.put, texts.add, texts.replace):
            with pytest.raises(SessionTooLargeError):
                keep("a", "A" * (MAX_TEXT_LENGTH + 1), until=until)
        assert texts.get("a") == "text"


class SharedSealedStoreContract(SealedStoreContract):
    """Run by every SealedStore that is kept where it may not be reached."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the store behind ``texts`` unavailable."""

    def test_an_outage_is_neither_a_text_nor_none(
        self, texts: SealedStore, texts_clock: Clock, outage: Callable[[], None]
    ) -> None:
        texts.put("a", "text", until=texts_clock.now() + TTL)
        outage()

        with pytest.raises(CoordinationUnavailableError):
            texts.get("a")
        with pytest.raises(CoordinationUnavailableError):
            texts.put("b", "text", until=texts_clock.now() + TTL)
        with pytest.raises(CoordinationUnavailableError):
            texts.add("b", "text", until=texts_clock.now() + TTL)
        with pytest.raises(CoordinationUnavailableError):
            texts.replace("a", "text", until=texts_clock.now() + TTL)
        with pytest.raises(CoordinationUnavailableError):
            texts.drop("a")
