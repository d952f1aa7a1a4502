"""Turns at even distances."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.testing.fakes.system import FrozenClock, RecordedPause


SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def pause(clock: FrozenClock) -> RecordedPause:
    return RecordedPause(clock)


@pytest.fixture
def rate_limiter(clock: FrozenClock, pause: RecordedPause) -> RateLimiter:
    return RateLimiter(20, clock=clock, pause=pause)


def test_the_first_turn_comes_at_once(rate_limiter: RateLimiter, pause: RecordedPause) -> None:
    rate_limiter.acquire()

    assert sum(pause.waited, timedelta(0)) == timedelta(0)


def test_no_second_has_more_turns_than_were_allowed(
    rate_limiter: RateLimiter, clock: FrozenClock
) -> None:
    # DL-04
    began = clock.now()
    moments = []
    for _ in range(100):
        rate_limiter.acquire()
        moments.append(clock.now() - began)

    assert all(
        later - earlier >= SECOND for earlier, later in zip(moments, moments[20:], strict=False)
    )
    assert moments[-1] == 99 * SECOND / 20


def test_time_that_the_work_took_is_not_waited_for_again(
    rate_limiter: RateLimiter, clock: FrozenClock, pause: RecordedPause
) -> None:
    rate_limiter.acquire()
    clock.advance(SECOND / 50)
    rate_limiter.acquire()
    clock.advance(SECOND)
    rate_limiter.acquire()

    assert pause.waited == [timedelta(0), SECOND / 20 - SECOND / 50, timedelta(0)]


def test_turns_that_nobody_took_are_not_saved_up(
    rate_limiter: RateLimiter, clock: FrozenClock, pause: RecordedPause
) -> None:
    rate_limiter.acquire()
    clock.advance(60 * SECOND)
    for _ in range(3):
        rate_limiter.acquire()

    assert pause.waited[2:] == [SECOND / 20] * 2


def test_a_clock_that_is_set_back_costs_one_wait(
    rate_limiter: RateLimiter, clock: FrozenClock, pause: RecordedPause
) -> None:
    rate_limiter.acquire()
    clock.advance(timedelta(hours=-1))
    rate_limiter.acquire()
    rate_limiter.acquire()

    assert pause.waited == [timedelta(0), SECOND / 20, SECOND / 20]


def test_threads_share_one_pace(rate_limiter: RateLimiter, clock: FrozenClock) -> None:
    began = clock.now()
    with ThreadPoolExecutor(4) as threads:
        for turn in [threads.submit(rate_limiter.acquire) for _ in range(21)]:
            turn.result()

    assert clock.now() - began == SECOND


@pytest.mark.parametrize("per_second", [0, -1])
def test_a_pace_at_which_no_turn_comes_is_refused(
    clock: FrozenClock, pause: RecordedPause, per_second: int
) -> None:
    with pytest.raises(ValueError, match="at least one call"):
        RateLimiter(per_second, clock=clock, pause=pause)


def test_after_a_rest_a_burst_is_let_through_and_no_more(
    clock: FrozenClock, pause: RecordedPause
) -> None:
    limiter = RateLimiter(20, clock=clock, pause=pause, burst=3)
    limiter.acquire()
    clock.advance(60 * SECOND)
    for _ in range(4):
        limiter.acquire()

    assert pause.waited[1:] == [timedelta(0)] * 3 + [SECOND / 20]


def test_pauses_that_take_too_long_cost_nothing_of_the_rate(clock: FrozenClock) -> None:
    class Slow(RecordedPause):
        def wait(self, duration: timedelta) -> None:
            super().wait(duration + SECOND / 100)

    limiter = RateLimiter(20, clock=clock, pause=Slow(clock), burst=2)
    began = clock.now()
    for _ in range(100):
        limiter.acquire()

    assert clock.now() - began <= 100 * SECOND / 20


def test_the_rate_may_change_while_calls_are_made(clock: FrozenClock, pause: RecordedPause) -> None:
    rates = iter([20, 20, 5, 5])
    limiter = RateLimiter(lambda: next(rates), clock=clock, pause=pause)
    for _ in range(4):
        limiter.acquire()

    assert pause.waited == [timedelta(0), SECOND / 20, SECOND / 20, SECOND / 5]


def test_one_call_a_second_is_the_lowest_rate(clock: FrozenClock, pause: RecordedPause) -> None:
    RateLimiter(1, clock=clock, pause=pause).acquire()

    with pytest.raises(ValueError, match="at least one"):
        RateLimiter(0, clock=clock, pause=pause)
