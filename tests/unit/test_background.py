"""Work that a request leaves behind."""

import os
import threading
from collections.abc import Callable

import pytest

from authcore.adapters import background
from authcore.adapters.background import Background
from support.gate import AMPLE


LIMIT = AMPLE.total_seconds()


@pytest.fixture(autouse=True)
def quick_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of these tests end at once when they have no work."""
    monkeypatch.setattr(background, "IDLE_SECONDS", 0.001)


def kept_until(gate: threading.Event, started: threading.Semaphore) -> Callable[[], object]:
    def work() -> None:
        started.release()
        assert gate.wait(LIMIT)

    return work


def test_a_call_is_made_in_another_thread() -> None:
    done, names = threading.Event(), []

    def work() -> None:
        names.append(threading.current_thread().name)
        done.set()

    assert Background().submit(work)
    assert done.wait(LIMIT)
    assert names == ["authcore-background"]


def test_what_a_call_raises_stops_no_other_one() -> None:
    done = threading.Event()
    work = Background(threads=1)

    assert work.submit(lambda: 1 / 0)
    assert work.submit(done.set)
    assert done.wait(LIMIT)


def test_no_more_calls_wait_than_there_is_room_for() -> None:
    gate, started = threading.Event(), threading.Semaphore(0)
    work = Background(threads=2, waiting=3)
    for _ in range(2):
        assert work.submit(kept_until(gate, started))
        assert started.acquire(timeout=LIMIT)

    taken = [work.submit(kept_until(gate, started)) for _ in range(5)]
    gate.set()

    assert taken == [True, True, True, False, False]


def test_work_that_comes_after_all_threads_have_ended_is_done() -> None:
    work = Background()
    for _ in range(50):
        done = threading.Event()
        assert work.submit(done.set)
        assert done.wait(LIMIT)


def test_a_process_that_was_forked_starts_threads_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, started, done = threading.Event(), threading.Semaphore(0), threading.Event()
    work = Background(threads=1)
    assert work.submit(kept_until(gate, started))
    assert started.acquire(timeout=LIMIT)

    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert work.submit(done.set)

    assert done.wait(LIMIT)
    gate.set()
