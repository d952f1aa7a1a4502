"""The clock of the local stack, which people move."""

from datetime import datetime, timedelta

import pytest

from authcore.ports.system import Clock
from authcore.testing.contracts.system import ClockContract
from authcore.testing.fakes.system import FrozenClock
from authcore_local.clock import MAX_AHEAD, MovableClock, TooFarAheadError
from authcore_local.visits import in_words


class TestMovableClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        moved = MovableClock(FrozenClock())
        moved.advance(timedelta(minutes=5))
        return moved


class _SetBack(FrozenClock):
    """Somebody sets the machine's clock back an hour after each look."""

    def now(self) -> datetime:
        shown = super().now()
        self.advance(-timedelta(hours=1))
        return shown


def test_it_goes_as_its_base_goes_and_ahead_of_it_once_it_was_moved() -> None:
    base = FrozenClock()
    clock, began = MovableClock(base), base.now()

    base.advance(timedelta(seconds=1))
    clock.advance(timedelta(minutes=5))
    base.advance(timedelta(seconds=1))

    assert clock.now() - began == timedelta(minutes=5, seconds=2)
    assert clock.ahead == timedelta(minutes=5)


def test_it_cannot_be_moved_back() -> None:
    clock = MovableClock(FrozenClock())
    before = clock.now()

    with pytest.raises(ValueError, match="back"):
        clock.advance(-timedelta(microseconds=1))

    assert clock.now() == before


def test_it_stands_still_while_its_base_is_set_back() -> None:
    clock = MovableClock(_SetBack())

    moments = [clock.now() for _ in range(3)]

    assert moments == [moments[0]] * 3


def test_it_cannot_be_moved_further_than_anything_here_lives() -> None:
    clock = MovableClock(FrozenClock())
    clock.advance(MAX_AHEAD)
    there = clock.now()

    with pytest.raises(TooFarAheadError):
        clock.advance(timedelta(seconds=1))

    assert clock.now() == there


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=4, seconds=59), "5 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "60 minutes"),
        (timedelta(minutes=60), "1 hour"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=30), "30 days"),
    ],
)
def test_what_is_left_is_said_as_people_say_it(duration: timedelta, words: str) -> None:
    assert in_words(duration) == words
