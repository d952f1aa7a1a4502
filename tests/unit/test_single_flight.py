"""One call for all who ask at the same time."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authcore.domain.services.sessions.single_flight import SingleFlight


def test_fifty_threads_share_one_call_and_its_outcome() -> None:
    # RF-03
    flights: SingleFlight[int] = SingleFlight()
    calls: list[None] = []
    asked = threading.Semaphore(0)
    everybody_asked = threading.Event()

    def call() -> int:
        calls.append(None)
        assert everybody_asked.wait(60)
        return 7

    def ask() -> int:
        asked.release()
        return flights.do("a", call)

    with ThreadPoolExecutor(50) as threads:
        answers = [threads.submit(ask) for _ in range(50)]
        for _ in range(50):
            assert asked.acquire(timeout=60)
        everybody_asked.set()
        found = [answer.result(10) for answer in answers]

    assert found == [7] * 50
    assert 1 <= len(calls) <= 50


def test_whoever_asks_while_it_runs_does_not_call() -> None:
    flights: SingleFlight[str] = SingleFlight()
    running, finish = threading.Event(), threading.Event()

    def call() -> str:
        running.set()
        assert finish.wait(60)
        return "first"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(flights.do, "a", call)
        assert running.wait(60)
        assert flights.is_under_way("a")
        second = threads.submit(flights.do, "a", lambda: pytest.fail("a second call"))
        finish.set()
        assert [first.result(10), second.result(10)] == ["first", "first"]
    assert not flights.is_under_way("a")


def test_other_things_are_not_waited_for() -> None:
    flights: SingleFlight[str] = SingleFlight()
    running, finish = threading.Event(), threading.Event()

    def call() -> str:
        running.set()
        assert finish.wait(60)
        return "a"

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(flights.do, "a", call)
        assert running.wait(60)
        assert flights.do("b", lambda: "b") == "b"
        finish.set()
        assert slow.result(10) == "a"


def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    flights: SingleFlight[int] = SingleFlight()

    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        flights.do("a", fail)
    assert not flights.is_under_way("a")
    assert flights.do("a", lambda: 1) == 1


def test_a_process_that_was_forked_during_a_call_makes_its_own() -> None:
    """The thread that would end the parent's call does not exist in the child."""
    # RF-03
    flights: SingleFlight[int] = SingleFlight()

    def call() -> int:
        child = os.fork()
        if child == 0:
            signal.alarm(5)  # ends the child where it hangs
            is_own = not flights.is_under_way("a") and flights.do("a", lambda: 7) == 7
            os._exit(0 if is_own else 1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert flights.do("a", call) == 0
    assert not flights.is_under_way("a")


def test_a_process_that_was_forked_by_the_call_returns_from_it() -> None:
    flights: SingleFlight[int] = SingleFlight()
    parent = os.getpid()
    try:
        child = flights.do("a", os.fork)
    finally:
        if os.getpid() != parent:
            os._exit(0 if not sys.exc_info()[0] and flights.do("a", lambda: 7) == 7 else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
