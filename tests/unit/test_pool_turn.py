"""One run at a time writes to a pool, and only while it holds its lease."""

from datetime import timedelta

import pytest

from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.pool_turn import RENEW_BEFORE, TTL, PoolTurns, call_in_turn
from authcore.testing.fakes.coordination import InMemoryLease, InMemoryMachineLock
from authcore.testing.fakes.system import FrozenClock, RecordedPause


POOL = "eu-west-1_Ab12Cd34"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def lease(clock: FrozenClock) -> InMemoryLease:
    return InMemoryLease(clock)


@pytest.fixture
def turns(clock: FrozenClock, lease: InMemoryLease) -> PoolTurns:
    return PoolTurns(lock=InMemoryMachineLock(), lease=lease, clock=clock)


def _elsewhere(turns: PoolTurns) -> PoolTurns:
    """Another machine, which shares the table alone."""
    return PoolTurns(lock=InMemoryMachineLock(), lease=turns.lease, clock=turns.clock)


def test_a_second_run_on_the_same_machine_is_refused(clock: FrozenClock) -> None:
    turns = PoolTurns(lock=InMemoryMachineLock(), clock=clock)

    with turns.take(POOL), pytest.raises(LeaseHeldError), turns.take(POOL):
        pytest.fail("two runs write to one pool")


def test_a_second_run_on_another_machine_is_refused(turns: PoolTurns) -> None:
    with turns.take(POOL), pytest.raises(LeaseHeldError), _elsewhere(turns).take(POOL):
        pytest.fail("two runs write to one pool")


def test_another_pool_is_free(turns: PoolTurns) -> None:
    with turns.take(POOL), turns.take("eu-west-1_Other1234"):
        pass


def test_a_run_that_keeps_writing_keeps_its_turn_for_hours(
    turns: PoolTurns, clock: FrozenClock
) -> None:
    with turns.take(POOL) as require:
        for _ in range(200):
            clock.advance(timedelta(minutes=1))
            require()
        with pytest.raises(LeaseHeldError), _elsewhere(turns).take(POOL):
            pass
    with _elsewhere(turns).take(POOL):
        pass


@pytest.mark.parametrize("back", [timedelta(seconds=35), timedelta(hours=2)])
def test_a_run_whose_clock_was_set_back_keeps_its_turn(
    turns: PoolTurns, clock: FrozenClock, back: timedelta
) -> None:
    own = FrozenClock()
    of_run = PoolTurns(lock=InMemoryMachineLock(), lease=turns.lease, clock=own)
    with of_run.take(POOL) as require:
        own.advance(-back)
        for _ in range(20):
            clock.advance(timedelta(seconds=30))
            own.advance(timedelta(seconds=30))
            require()
        with pytest.raises(LeaseHeldError), _elsewhere(turns).take(POOL):
            pytest.fail("two runs write to one pool")


def test_a_lease_that_lasts_longer_than_a_write_is_not_renewed(
    turns: PoolTurns, lease: InMemoryLease, clock: FrozenClock
) -> None:
    with turns.take(POOL) as require:
        clock.advance(TTL - RENEW_BEFORE)
        lease.unavailable = True
        require()
        clock.advance(timedelta(seconds=1))
        with pytest.raises(CoordinationUnavailableError):
            require()


def test_a_run_that_slept_through_its_lease_writes_no_more(
    turns: PoolTurns, clock: FrozenClock
) -> None:
    with turns.take(POOL) as require:
        clock.advance(TTL)
        with pytest.raises(LeaseHeldError):
            require()


def test_a_lost_turn_ends_the_call_without_a_write_and_without_a_wait(clock: FrozenClock) -> None:
    pause = RecordedPause(clock)
    limiter = RateLimiter(10, clock=clock, pause=pause)
    retrier = Retrier(rate_limiter=limiter, pause=pause)

    def lost() -> None:
        raise LeaseHeldError("lost")

    with pytest.raises(LeaseHeldError):
        call_in_turn(retrier, lost, lambda: pytest.fail("written without a turn"))

    assert [each for each in pause.waited if each] == []


def test_an_unknown_turn_is_asked_for_again(clock: FrozenClock) -> None:
    pause = RecordedPause(clock)
    limiter = RateLimiter(10, clock=clock, pause=pause)
    retrier = Retrier(rate_limiter=limiter, pause=pause)
    answers = iter([CoordinationUnavailableError("down"), None])

    def require() -> None:
        if error := next(answers):
            raise error

    assert call_in_turn(retrier, require, lambda: "written") == "written"
