"""Outages on the way back from the provider: what they cost, and what can be tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.errors import (
    AttemptRejectedError,
    CodeRejectedError,
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LoginLostError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.services.sign_in.authorization import parse_authorization_response
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart
from authcore.testing.fakes.coordination import InMemoryReplayCache
from unit.key_cache_world import Source
from unit.sign_in_world import Parameters, World


class BrokenMemory(InMemoryReplayCache):
    """
    Replay memory that breaks.

    Attributes:
        remembers: How many more questions it answers.
        forgets: Whether it can forget.
    """

    remembers = 100
    forgets = True

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port.  What is not answered is remembered all the same."""
        first = super().first_time(key, ttl)
        self.remembers -= 1
        if self.remembers < 0:
            raise CoordinationUnavailableError("no answer")
        return first

    def forget(self, key: str) -> bool:
        if not self.forgets:
            raise CoordinationUnavailableError("no answer")
        return super().forget(key)


class Callback:
    """A browser that is back from the provider, and everything that can be down."""

    def __init__(self) -> None:
        self.world = World()
        self.source = Source(self.world.mint)
        self.memory = BrokenMemory(self.world.clock)
        keys = KeyCache(self.source, self.world.clock)
        self.sign_in: SignIn = self.world.sign_in(
            validator=self.world.validator_over(JwksSignatureVerifier(keys)),
            replay_cache=self.memory,
        )
        self.start: SignInStart = self.sign_in.begin(None)
        self.answer: Parameters = self.world.callback(self.start)

    def complete(self) -> str | None:
        return self.sign_in.complete(
            self.start.attempt, parse_authorization_response(self.answer)
        ).session.user.legacy_uid

    @property
    def codes_sent(self) -> int:
        return len(self.world.exchanger.sent)

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        self.world.exchanger.reachable = False
        yield
        self.world.exchanger.reachable = True


@pytest.fixture
def callback() -> Callback:
    return Callback()


def test_an_outage_of_the_keys_comes_before_the_code_is_sent_and_costs_nothing(
    callback: Callback,
) -> None:
    callback.source.down = True
    for _ in range(3):
        with pytest.raises(KeySourceUnavailableError):
            callback.complete()
        callback.world.clock.advance(COOL_DOWN)
    assert callback.codes_sent == 0

    callback.source.down = False
    assert callback.complete() == "4711"
    assert callback.codes_sent == 1


def test_keys_in_memory_are_not_fetched_for_a_sign_in(callback: Callback) -> None:
    assert callback.complete() == "4711"
    callback.source.down = True
    callback.start = callback.sign_in.begin(None)
    callback.answer = callback.world.callback(callback.start)
    assert callback.complete() == "4711"
    assert callback.source.fetches == 1


def test_a_code_that_never_got_to_the_provider_can_be_tried_again(callback: Callback) -> None:
    # SP-08
    with callback.out_of_reach():
        for _ in range(3):
            with pytest.raises(ProviderNotReachedError):
                callback.complete()
    assert callback.complete() == "4711"
    with pytest.raises(AttemptRejectedError):
        callback.complete()
    assert callback.codes_sent == 1


def test_whoever_comes_second_gives_nothing_back(callback: Callback) -> None:
    """SP-01: the attempt and the code that another request used up stay used up."""
    callback.complete()
    with callback.out_of_reach(), pytest.raises(AttemptRejectedError):
        callback.complete()
    with pytest.raises(AttemptRejectedError):
        callback.complete()
    assert callback.codes_sent == 1


def test_an_outage_in_the_middle_of_the_exchange_loses_the_sign_in(callback: Callback) -> None:
    # SP-08: nobody knows whether the code was taken, so it is not sent again.
    callback.world.exchanger.available = False
    with pytest.raises(LoginLostError) as lost:
        callback.complete()
    callback.world.exchanger.available = True
    with pytest.raises(AttemptRejectedError):
        callback.complete()
    assert callback.codes_sent == 1
    assert lost.value.retry_after is None
    assert str(lost.value) == "the token endpoint does not answer"
    assert lost.value.__cause__ is None


def test_tokens_under_a_key_that_nobody_can_fetch_any_more_are_lost(callback: Callback) -> None:
    """The pool rotated its keys, and then its key source failed."""
    callback.complete()
    callback.world.mint.rotate()
    callback.source.down = True
    callback.start = callback.sign_in.begin(None)
    callback.answer = callback.world.callback(callback.start)
    with pytest.raises(LoginLostError, match="the issuer's keys cannot be read: down"):
        callback.complete()
    assert callback.codes_sent == 2


@pytest.mark.parametrize("remembers", [0, 1])
def test_a_memory_that_does_not_answer_loses_the_sign_in_before_the_code_is_sent(
    callback: Callback, remembers: int
) -> None:
    # SP-01: what it was asked may be remembered, so that asking again could not help.
    callback.memory.remembers = remembers
    with pytest.raises(LoginLostError):
        callback.complete()
    assert callback.codes_sent == 0


def test_what_cannot_be_given_back_is_lost(callback: Callback) -> None:
    callback.memory.forgets = False
    with callback.out_of_reach(), pytest.raises(LoginLostError):
        callback.complete()
    with pytest.raises(AttemptRejectedError):
        callback.complete()
    assert callback.codes_sent == 0


def test_a_refusal_is_no_outage_and_uses_the_attempt_up(callback: Callback) -> None:
    callback.answer = [("code", "unknown"), callback.answer[1]]
    for error in (CodeRejectedError, AttemptRejectedError):
        with pytest.raises(error):
            callback.complete()


def test_an_outage_that_the_provider_reports_leaves_the_attempt_as_it_was(
    callback: Callback,
) -> None:
    # SP-06
    good = callback.answer
    for code in ("server_error", "temporarily_unavailable"):
        callback.answer = [("error", code), good[1]]
        with pytest.raises(ProviderUnavailableError):
            callback.complete()
    callback.answer = good
    assert callback.complete() == "4711"
