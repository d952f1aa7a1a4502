"""Turns at even distances."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from authcore.domain.services.accounts.rate_limit import Pacer
from authcore.testing.fakes.system import FrozenClock, RecordedPause


SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def pause(clock: FrozenClock) -> RecordedPause:
    return RecordedPause(clock)


@pytest.fixture
def pacer(clock: FrozenClock, pause: RecordedPause) -> Pacer:
    return Pacer(20, clock=clock, pause=pause)


def test_the_first_turn_comes_at_once(pacer: Pacer, pause: RecordedPause) -> None:
    pacer.turn()

    assert sum(pause.waited, timedelta(0)) == timedelta(0)


def test_no_second_has_more_turns_than_were_allowed(pacer: Pacer, clock: FrozenClock) -> None:
    # DL-04
    began = clock.now()
    moments = []
    for _ in range(100):
        pacer.turn()
        moments.append(clock.now() - began)

    assert all(
        later - earlier >= SECOND for earlier, later in zip(moments, moments[20:], strict=False)
    )
    assert moments[-1] == 99 * SECOND / 20


def test_time_that_the_work_took_is_not_waited_for_again(
    pacer: Pacer, clock: FrozenClock, pause: RecordedPause
) -> None:
    pacer.turn()
    clock.advance(SECOND / 50)
    pacer.turn()
    clock.advance(SECOND)
    pacer.turn()

    assert pause.waited == [timedelta(0), SECOND / 20 - SECOND / 50, timedelta(0)]


def test_turns_that_nobody_took_are_not_saved_up(
    pacer: Pacer, clock: FrozenClock, pause: RecordedPause
) -> None:
    pacer.turn()
    clock.advance(60 * SECOND)
    for _ in range(3):
        pacer.turn()

    assert pause.waited[2:] == [SECOND / 20] * 2


def test_a_clock_that_is_set_back_costs_one_wait(
    pacer: Pacer, clock: FrozenClock, pause: RecordedPause
) -> None:
    pacer.turn()
    clock.advance(timedelta(hours=-1))
    pacer.turn()
    pacer.turn()

    assert pause.waited == [timedelta(0), SECOND / 20, SECOND / 20]


def test_threads_share_one_pace(pacer: Pacer, clock: FrozenClock) -> None:
    began = clock.now()
    with ThreadPoolExecutor(4) as threads:
        for turn in [threads.submit(pacer.turn) for _ in range(21)]:
            turn.result()

    assert clock.now() - began == SECOND


@pytest.mark.parametrize("per_second", [0, -1])
def test_a_pace_at_which_no_turn_comes_is_refused(
    clock: FrozenClock, pause: RecordedPause, per_second: int
) -> None:
    with pytest.raises(ValueError, match="turn"):
        Pacer(per_second, clock=clock, pause=pause)
