"""What every replay memory promises."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from authcore.ports.coordination import SeenBefore


TTL = timedelta(minutes=10)


class _MeetingKey(str):
    """
    A key at whose every use in a dictionary two threads wait for each other, but not for long.

    Where asking and remembering are two steps, both threads pass the first before either takes
    the second; where they are one, nobody comes and the wait ends.
    """

    __slots__ = ("_meeting",)

    def __init__(self, _text: str) -> None:
        self._meeting = threading.Barrier(2)

    def __hash__(self) -> int:
        with suppress(threading.BrokenBarrierError):
            self._meeting.wait(timeout=0.02)
        return super().__hash__()


class SeenBeforeContract(ABC):
    """Run by every SeenBefore: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def seen(self) -> SeenBefore:
        """A memory that remembers nothing yet."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Lets time pass for the very memory that ``seen`` gives."""

    def test_only_the_first_time_is_the_first_time(self, seen: SeenBefore) -> None:
        assert [seen.first_time("a", TTL) for _ in range(3)] == [True, False, False]

    def test_keys_do_not_touch_each_other(self, seen: SeenBefore) -> None:
        seen.first_time("a", TTL)
        assert seen.first_time("b", TTL)
        assert seen.first_time("A", TTL)
        assert not seen.first_time("a", TTL)

    def test_it_remembers_for_the_whole_ttl(
        self, seen: SeenBefore, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL - timedelta(seconds=2))
        assert not seen.first_time("a", TTL)

    def test_asking_again_does_not_prolong_the_memory(
        self, seen: SeenBefore, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL / 2)
        seen.first_time("a", TTL)
        fast_forward(TTL / 2 + timedelta(seconds=2))
        assert seen.first_time("a", TTL)

    def test_it_forgets_after_the_ttl_and_remembers_anew(
        self, seen: SeenBefore, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL + timedelta(seconds=2))
        assert seen.first_time("a", TTL)
        assert not seen.first_time("a", TTL)

    def test_a_short_memory_does_not_wait_for_a_long_one(
        self, seen: SeenBefore, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("long", TTL)
        seen.first_time("short", timedelta(minutes=1))
        fast_forward(timedelta(minutes=2))
        assert seen.first_time("short", TTL)
        assert not seen.first_time("long", TTL)

    @pytest.mark.parametrize("number", range(5))
    def test_of_two_threads_at_once_one_is_first(self, seen: SeenBefore, number: int) -> None:
        # SP-01
        key = _MeetingKey(f"race {number}")
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(seen.first_time, [key, key], [TTL, TTL]))
        assert sorted(answers) == [False, True]
