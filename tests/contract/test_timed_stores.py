"""What comes late is undone: a lease is given back, a begun create forgotten."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Final

import pytest

from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.coordination import CreateIntents, Lease, LeaseGrant
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.system import FrozenClock
from authcore_lambda.deadlines import deadline
from authcore_lambda.deadlines.deadline import BoundedCaller, Deadline
from authcore_lambda.deadlines.stores import (
    FORGOTTEN_WITHIN,
    StoreTime,
    TimedCreateIntents,
    TimedLease,
)
from support.gate import AMPLE, Stopwatch


TTL: Final = timedelta(minutes=1)
PATIENCE: Final = 60.0
BRIEF: Final = timedelta(milliseconds=100)


class SlowLease(Lease):
    """Asks when it is told to; in vain to be given back where *keeps* says so."""

    def __init__(self, lease: Lease, go: threading.Event, *, keeps: bool = False) -> None:
        self._lease = lease
        self._go = go
        self._over = threading.Event()
        self._keeps = keeps
        self._held: list[AbstractContextManager[LeaseGrant]] = []

    def hold(self, key: str, ttl: timedelta) -> AbstractContextManager[LeaseGrant]:
        """Remembered, because Python gives a forgotten lease back by itself."""
        held = self._holding(key, ttl)
        self._held.append(held)
        return held

    @contextmanager
    def _holding(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        self._go.wait(PATIENCE)
        with self._lease.hold(key, ttl) as grant:
            yield grant
            if self._keeps:
                self._over.wait(PATIENCE)

    def stop(self) -> None:
        self._over.set()


class SlowMemory(CreateIntents):
    """Answers when it is told to."""

    def __init__(self, seen: CreateIntents, go: threading.Event) -> None:
        self._seen = seen
        self._go = go

    def first_time(self, key: str, ttl: timedelta) -> bool:
        self._go.wait(PATIENCE)
        return self._seen.first_time(key, ttl)

    def forget(self, key: str) -> bool:
        self._go.wait(PATIENCE)
        return self._seen.forget(key)

    def complete(self, key: str, result: str) -> None:
        self._go.wait(PATIENCE)
        self._seen.complete(key, result)

    def result_of(self, key: str) -> str | None:
        self._go.wait(PATIENCE)
        return self._seen.result_of(key)


class World:
    """Stores that are slow until ``go``, and what they are slow in front of."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.go = threading.Event()
        self.lease = InMemoryLease(self.clock)
        self.seen = InMemoryCreateIntents(self.clock)
        self.bounded_caller = BoundedCaller("the store", CoordinationUnavailableError)
        self.share = BRIEF

    def timed_lease(self, lease: Lease | None = None) -> TimedLease:
        return TimedLease(
            lease or SlowLease(self.lease, self.go), time(self.share), self.bounded_caller
        )

    def timed_memory(self) -> TimedCreateIntents:
        slow = SlowMemory(self.seen, self.go)
        return TimedCreateIntents(slow, time(self.share), self.bounded_caller, self.clock)

    def answer_at_once(self) -> None:
        """Whatever is asked is answered, and there is ample time for it."""
        self.share = AMPLE
        self.go.set()

    def invalidate(self) -> None:
        """And wait until all that was begun has ended."""
        self.go.set()
        self.bounded_caller._threads.shutdown()


def time(share: timedelta, budget: timedelta = 3 * AMPLE) -> StoreTime:
    return StoreTime(deadline=Deadline(budget, None), share=share, reserve=timedelta(seconds=1))


@pytest.fixture
def world() -> World:
    return World()


def test_a_lease_that_comes_late_is_given_back(world: World) -> None:
    # LT-01, AL-07
    with pytest.raises(CoordinationUnavailableError), world.timed_lease().hold("a", TTL):
        pytest.fail("held, though nobody waited")

    world.invalidate()

    assert world.lease.asked == ["a"]
    with world.lease.hold("a", TTL):
        pass


def test_a_create_that_was_noted_late_is_forgotten(world: World) -> None:
    # LT-01, AL-07
    with pytest.raises(CoordinationUnavailableError):
        world.timed_memory().first_time("a", TTL)

    world.invalidate()

    assert world.seen.asked == ["a"]
    assert world.seen.first_time("a", TTL)


def test_what_another_noted_is_not_forgotten_late(world: World) -> None:
    # AL-07
    world.seen.first_time("a", TTL)
    with pytest.raises(CoordinationUnavailableError):
        world.timed_memory().first_time("a", TTL)

    world.invalidate()

    assert not world.seen.first_time("a", TTL)


def test_a_note_that_may_be_anothers_by_now_is_not_forgotten(world: World) -> None:
    """The function was frozen between asking and forgetting."""
    # AL-07
    with pytest.raises(CoordinationUnavailableError):
        world.timed_memory().first_time("a", TTL)

    world.clock.advance(FORGOTTEN_WITHIN)
    world.invalidate()

    assert not world.seen.first_time("a", TTL)


def test_in_time_everything_is_as_without_a_limit(world: World) -> None:
    world.answer_at_once()
    memory = world.timed_memory()

    assert [memory.first_time("a", TTL), memory.first_time("a", TTL)] == [True, False]
    assert [memory.forget("a"), memory.forget("a")] == [True, False]
    with world.timed_lease().hold("a", TTL) as grant:
        assert grant.fence > 0
    with world.timed_lease().hold("a", TTL):
        pass


def test_giving_back_is_not_waited_for_longer_than_there_is_time(
    world: World, stopwatch: Stopwatch
) -> None:
    # LT-01
    world.answer_at_once()
    keeper = SlowLease(world.lease, world.go, keeps=True)
    lease = world.timed_lease(keeper)

    with stopwatch.below(1.0), lease.hold("a", TTL):
        lease._time = time(BRIEF)

    keeper.stop()


def test_a_block_that_fails_gives_back_and_its_error_comes_through(world: World) -> None:
    world.answer_at_once()
    with pytest.raises(ZeroDivisionError), world.timed_lease().hold("a", TTL):
        raise ZeroDivisionError

    with world.lease.hold("a", TTL):
        pass


def test_a_question_leaves_time_for_what_follows_and_the_last_call_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # LT-01
    monkeypatch.setattr(deadline, "monotonic", lambda: 0.0)
    little = time(BRIEF, timedelta(milliseconds=1200))

    assert little.first_call() < timedelta(0) < little.last_call() == BRIEF
    assert time(BRIEF).first_call() == 2 * BRIEF
