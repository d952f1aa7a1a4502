"""Which of two regions is called first, and where a refresh is sent again."""

from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.cognito.regional_refresher import NOT_DONE, RegionalTokenRefresher
from authcore.adapters.region_turns import COOL_DOWN, RegionTurns
from authcore.domain.errors import (
    ProviderMisconfiguredError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.fakes.system import FrozenClock


OLD = TokenSet("a", "i", RefreshToken("old"))
NEW = TokenSet("b", "j", RefreshToken("new"))


class Region(TokenRefresher):
    """Answers, or raises what it is told to."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.calls = 0

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return NEW


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def test_a_region_that_failed_is_second_until_one_caller_found_it_well(clock: FrozenClock) -> None:
    turns = RegionTurns(clock)
    assert turns.order() == (0, 1)

    turns.record(0, answered=False)
    assert turns.order() == (1, 0)
    clock.advance(COOL_DOWN)

    assert turns.order() == (0, 1)  # one caller tries
    assert turns.order() == (1, 0)  # the others do not wait for it
    turns.record(0, answered=True)
    assert turns.order() == (0, 1)


def test_while_both_regions_fail_the_first_one_is_called_first(clock: FrozenClock) -> None:
    turns = RegionTurns(clock)
    turns.record(0, answered=False)
    turns.record(1, answered=False)
    assert turns.order() == (0, 1)


def test_a_clock_that_is_set_back_rests_no_region_for_longer(clock: FrozenClock) -> None:
    turns = RegionTurns(clock)
    turns.record(0, answered=False)
    clock.advance(-2 * COOL_DOWN)
    assert turns.order() == (0, 1)


def regions(clock: FrozenClock, **how: Any) -> tuple[Region, Region, RegionalTokenRefresher]:
    first, second = Region(), Region()
    return first, second, RegionalTokenRefresher((first, second), clock, **{"rotates": True, **how})


@pytest.mark.parametrize("detail", sorted(NOT_DONE))
def test_a_refresh_that_was_not_done_is_done_in_the_other_region(
    clock: FrozenClock, detail: str
) -> None:
    # RF-02
    first, second, refresher = regions(clock)
    first.error = ProviderUnavailableError("down", detail=detail)

    assert refresher.refresh(OLD, username=None) == NEW
    assert refresher.refresh(OLD, username=None) == NEW
    assert (first.calls, second.calls) == (1, 2)

    first.error = None
    clock.advance(COOL_DOWN)
    assert refresher.refresh(OLD, username=None) == NEW
    assert (first.calls, second.calls) == (2, 2)


def test_a_refresh_whose_outcome_is_unknown_is_not_sent_again(clock: FrozenClock) -> None:
    # RF-01: the answer that was lost may hold the next refresh token.
    first, second, refresher = regions(clock)
    first.error = ProviderUnavailableError("lost", detail="read timeout")

    with pytest.raises(ProviderUnavailableError):
        refresher.refresh(OLD, username=None)
    assert second.calls == 0

    assert refresher.refresh(OLD, username=None) == NEW
    assert (first.calls, second.calls) == (1, 1)


def test_a_refresh_token_that_is_not_rotated_may_be_sent_again(clock: FrozenClock) -> None:
    first, second, refresher = regions(clock, rotates=False)
    first.error = ProviderUnavailableError("lost", detail="read timeout")

    assert refresher.refresh(OLD, username=None) == NEW
    assert (first.calls, second.calls) == (1, 1)


def test_a_refusal_is_not_asked_for_twice(clock: FrozenClock) -> None:
    # RF-02
    first, second, refresher = regions(clock)
    first.error = RefreshTokenRejectedError("revoked")

    for _ in range(2):
        with pytest.raises(RefreshTokenRejectedError):
            refresher.refresh(OLD, username=None)
    assert (first.calls, second.calls) == (2, 0)


def test_a_region_that_refuses_has_answered_and_is_called_first_again(clock: FrozenClock) -> None:
    first, second, refresher = regions(clock)
    first.error = ProviderNotReachedError("down", detail="connect refused")
    assert refresher.refresh(OLD, username=None) == NEW
    clock.advance(COOL_DOWN)
    first.error = RefreshTokenRejectedError("revoked")
    with pytest.raises(RefreshTokenRejectedError):
        refresher.refresh(OLD, username=None)

    first.error = None
    assert refresher.refresh(OLD, username=None) == NEW
    assert (first.calls, second.calls) == (3, 1)


def test_a_replica_that_refuses_gives_no_answer_and_the_first_region_is_asked_again(
    clock: FrozenClock,
) -> None:
    first, second, refresher = regions(clock)
    first.error = ProviderNotReachedError("down", detail="connect refused")
    second.error = ProviderMisconfiguredError("no", detail="OperationNotEnabledException")
    with pytest.raises(ProviderMisconfiguredError):
        refresher.refresh(OLD, username=None)

    first.error = None
    assert refresher.refresh(OLD, username=None) == NEW


def test_a_busy_region_keeps_its_turn(clock: FrozenClock) -> None:
    first, second, refresher = regions(clock)
    first.error = ProviderUnavailableError("busy", detail="TooManyRequestsException")
    with pytest.raises(ProviderUnavailableError):
        refresher.refresh(OLD, username=None)

    first.error = None
    clock.advance(timedelta(seconds=1))
    assert refresher.refresh(OLD, username=None) == NEW
    assert second.calls == 0
