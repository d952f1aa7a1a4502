"""A secret that is read again: how often, by whom, and what stays in use when it fails."""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from authcore.adapters.secrets.reread_secret import (
    DEMANDS_APART,
    REREAD_AFTER,
    TOO_OLD,
    RereadSecret,
)
from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.secrets import InMemorySecretSource
from authcore.testing.fakes.system import FrozenClock


SECOND = timedelta(seconds=1)


class World:
    """One secret, of which background reads wait until a test runs them."""

    def __init__(self) -> None:
        self.source = InMemorySecretSource("first")
        self.clock = FrozenClock()
        self.audit = InMemoryAuditLog()
        self.begun: list[Callable[[], None]] = []
        self.secret = RereadSecret(
            lambda: self.source.read()[0],
            name="COOKIE_KEYS_FILE",
            clock=self.clock,
            audit=self.audit,
            start=self.begun.append,
        )

    def run(self) -> None:
        while self.begun:
            self.begun.pop(0)()


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_read_before_the_first_use(world: World) -> None:
    assert world.source.reads == 0
    assert world.secret.get() == "first"


def test_a_value_is_read_once_a_minute_however_often_it_is_used(world: World) -> None:
    for _ in range(100):
        world.secret.get()
    world.clock.advance(REREAD_AFTER - SECOND)
    world.secret.get()

    assert (world.source.reads, world.begun) == (1, [])


def test_after_a_minute_one_caller_begins_a_read_and_no_caller_waits(world: World) -> None:
    world.secret.get()
    world.source.texts = ("second",)
    world.clock.advance(REREAD_AFTER)

    assert [world.secret.get() for _ in range(3)] == ["first"] * 3
    assert len(world.begun) == 1
    world.run()
    assert world.secret.get() == "second"
    assert world.source.reads == 2


def test_after_a_pause_the_first_caller_waits_for_the_value_of_now(world: World) -> None:
    world.secret.get()
    world.source.texts = ("second",)
    world.clock.advance(TOO_OLD)

    assert world.secret.get() == "second"
    assert world.begun == []


def test_a_clock_that_is_set_back_stops_no_reading(world: World) -> None:
    world.secret.get()
    world.source.texts = ("second",)
    world.clock.advance(-TOO_OLD)

    assert world.secret.get() == "second"


@pytest.mark.parametrize("missing", ["available", "permitted"])
def test_the_last_good_value_stays_in_use_whatever_keeps_it_from_being_read(
    world: World, missing: str
) -> None:
    world.secret.get()
    setattr(world.source, missing, False)
    for _ in range(5):
        world.clock.advance(REREAD_AFTER)
        assert world.secret.get() == "first"
        world.run()
    world.clock.advance(TOO_OLD)
    assert world.secret.get() == "first"

    assert {event.action for event in world.audit.events} == {"secret.read"}
    outcome = "unavailable" if missing == "available" else "misconfigured"
    assert {event.outcome for event in world.audit.events} == {outcome}
    details = {event.detail for event in world.audit.events}
    cause = "connect refused" if missing == "available" else "AccessDeniedException"
    assert details == {f"COOKIE_KEYS_FILE {cause}"}


def test_without_any_value_the_error_is_that_of_the_source(world: World) -> None:
    world.source.permitted = False

    with pytest.raises(SecretMisconfiguredError) as error:
        world.secret.get()
    assert error.value.detail == "COOKIE_KEYS_FILE AccessDeniedException"


def test_without_any_value_there_is_one_read_a_second(world: World) -> None:
    world.source.available = False
    for _ in range(10):
        with pytest.raises(SecretUnavailableError):
            world.secret.get()
    assert world.source.reads == 1

    world.source.available = True
    world.clock.advance(DEMANDS_APART)
    assert world.secret.get() == "first"


def test_a_refused_value_is_read_again_at_once(world: World) -> None:
    seen = world.secret.get()
    world.source.texts = ("second",)

    assert world.secret.read_again(seen) == "second"


def test_refusals_cause_one_read_a_second_however_many_there_are(world: World) -> None:
    seen = world.secret.get()
    for _ in range(1000):
        world.secret.read_again(seen)

    assert world.source.reads == 2
    world.clock.advance(DEMANDS_APART)
    world.secret.read_again(seen)
    assert world.source.reads == 3


def test_whoever_was_refused_an_older_value_gets_the_newer_one_without_a_read(world: World) -> None:
    seen = world.secret.get()
    world.source.texts = ("second",)
    world.secret.read_again(seen)

    assert world.secret.read_again(seen) == "second"
    assert world.source.reads == 2


def test_threads_that_were_refused_together_share_one_read(world: World) -> None:
    seen = world.secret.get()
    world.source.texts = ("second",)
    together = threading.Barrier(16)
    got: list[str] = []

    def refuse() -> None:
        together.wait()
        got.append(world.secret.read_again(seen))

    threads = [threading.Thread(target=refuse) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["second"] * 16
    assert world.source.reads == 2


def test_a_new_value_is_recorded_without_the_value(world: World) -> None:
    seen = world.secret.get()
    world.source.texts = ("canary-second",)
    world.secret.read_again(seen)

    [event] = world.audit.events
    assert (event.action, event.outcome, event.detail) == (
        "secret.read",
        "accepted",
        "COOKIE_KEYS_FILE",
    )
    assert "canary" not in repr(event) + repr(world.secret)


def test_where_no_thread_can_start_the_value_in_memory_is_used(world: World) -> None:
    def fail(_: Callable[[], None]) -> None:
        raise RuntimeError

    secret = RereadSecret(
        lambda: world.source.read()[0],
        name="X",
        clock=world.clock,
        audit=world.audit,
        start=fail,
    )
    secret.get()
    world.clock.advance(REREAD_AFTER)

    assert [secret.get(), secret.get()] == ["first", "first"]
    world.clock.advance(TOO_OLD)
    assert secret.get() == "first"


class Slow(World):
    """A secret of which every read takes three seconds and fails, once one has succeeded."""

    def fail(self) -> None:
        self.source.available = False
        read = self.source.read

        def take_long() -> Sequence[str]:
            self.clock.advance(3 * SECOND)
            return read()

        self.source.read = take_long  # type: ignore[method-assign]


def test_callers_that_waited_for_a_failed_read_do_not_read_one_after_the_other() -> None:
    # each of forty threads would wait for the reads of all before it: two minutes for the last
    world = Slow()
    world.fail()
    for _ in range(5):
        with pytest.raises(SecretUnavailableError):
            world.secret.get()

    assert world.source.reads == 1


def test_refused_callers_that_waited_for_a_slow_read_do_not_read_one_after_the_other() -> None:
    world = Slow()
    seen = world.secret.get()
    world.fail()
    for _ in range(5):
        assert world.secret.read_again(seen) == seen

    assert world.source.reads == 2


def test_an_error_that_many_callers_get_does_not_collect_their_tracebacks(world: World) -> None:
    world.source.available = False
    depths = []
    for _ in range(10):
        with pytest.raises(SecretUnavailableError) as error:
            world.secret.get()
        depths.append(len(error.traceback))

    assert len({*depths}) == 1


def test_a_process_that_was_forked_during_a_read_waits_for_no_thread_of_its_parent(
    world: World,
) -> None:
    world.secret.get()
    world.clock.advance(REREAD_AFTER)
    world.secret.get()
    assert len(world.begun) == 1  # under way
    world.clock.advance(TOO_OLD)
    child = os.fork()
    if child == 0:
        signal.alarm(5)  # ends the child where it hangs
        os._exit(0 if world.secret.get() == "first" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
