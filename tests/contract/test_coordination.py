"""Replay memory: the fake and the adapter under one suite."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.adapters.coordination.memory import ProcessSeenBefore
from authcore.ports.coordination import SeenBefore
from authcore.testing.contracts.coordination import TTL, SeenBeforeContract
from authcore.testing.fakes.ambient import FrozenClock
from authcore.testing.fakes.coordination import InMemorySeenBefore


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


class TestInMemorySeenBefore(SeenBeforeContract):
    @pytest.fixture
    def seen(self, clock: FrozenClock) -> SeenBefore:
        return InMemorySeenBefore(clock)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


class TestProcessSeenBefore(SeenBeforeContract):
    @pytest.fixture
    def seen(self, clock: FrozenClock) -> ProcessSeenBefore:
        return ProcessSeenBefore(clock, max_entries=1_000)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    def test_memory_is_bounded_and_the_oldest_goes_first(self, clock: FrozenClock) -> None:
        # DL-06
        seen = ProcessSeenBefore(clock, max_entries=3)
        for key in "abcd":
            seen.first_time(key, TTL)
        assert len(seen) == 3
        assert not any(seen.first_time(key, TTL) for key in "bcd")
        assert seen.first_time("a", TTL)

    def test_what_was_forgotten_and_came_again_is_young(self, clock: FrozenClock) -> None:
        seen = ProcessSeenBefore(clock, max_entries=3)
        seen.first_time("long", TTL)
        seen.first_time("again", timedelta(minutes=1))
        seen.first_time("older", TTL)
        clock.advance(timedelta(minutes=2))
        seen.first_time("again", TTL)
        seen.first_time("new", TTL)
        seen.first_time("newer", TTL)
        assert not seen.first_time("again", TTL)

    def test_fifty_thousand_distinct_keys_leave_no_more_than_the_bound(
        self, clock: FrozenClock
    ) -> None:
        # DL-06
        seen = ProcessSeenBefore(clock, max_entries=100)
        for number in range(50_000):
            seen.first_time(str(number), TTL)
        assert len(seen) == 100

    def test_what_has_had_its_time_makes_room(self, clock: FrozenClock) -> None:
        seen = ProcessSeenBefore(clock, max_entries=1_000)
        for number in range(500):
            seen.first_time(str(number), TTL)
        clock.advance(TTL)
        seen.first_time("new", TTL)
        assert len(seen) == 1
