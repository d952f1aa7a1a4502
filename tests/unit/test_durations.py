"""Distributions of durations."""

import threading

from authcore.adapters.durations import BOUNDS, Durations


def test_a_duration_counts_in_the_first_bucket_that_holds_it() -> None:
    durations: Durations[str] = Durations()

    for seconds in (0.0, 0.001, 0.0011, 9.9, 10.0, 10.1, 3600.0):
        durations.observe("a", seconds)

    found = durations.distributions()["a"]
    assert len(found.counts) == len(BOUNDS) + 1
    assert [found.counts[at] for at in (0, 1, -2, -1)] == [2, 1, 2, 2]
    assert sum(found.counts) == 7
    assert found.seconds == 0.0 + 0.001 + 0.0011 + 9.9 + 10.0 + 10.1 + 3600.0


def test_what_was_read_stays_as_it_was() -> None:
    durations: Durations[str] = Durations()
    durations.observe("a", 0.01)
    before = durations.distributions()
    durations.observe("a", 0.01)
    durations.observe("b", 0.01)

    assert list(before) == ["a"]
    assert sum(before["a"].counts) == 1


def test_threads_lose_no_event() -> None:
    durations: Durations[str] = Durations()

    def work() -> None:
        for _ in range(500):
            durations.observe("a", 0.5)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = durations.distributions()["a"]
    assert (sum(found.counts), found.seconds) == (2000, 1000.0)
