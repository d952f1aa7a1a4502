"""Distributions of durations, in this process."""

import threading
from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar


BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets, in seconds; a last bucket has none."""

Labels = TypeVar("Labels", bound=Hashable)


class Distribution(NamedTuple):
    """
    How long the events of one series took.

    Attributes:
        counts: Events for each of BOUNDS, at most as long as it; at last those beyond them all.
        seconds: Total time of the events.
    """

    counts: Sequence[int]
    seconds: float


class _Series:
    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class Durations(Generic[Labels]):
    """
    Counts durations in the buckets of BOUNDS, by labels that come from a short fixed list.

    Safe to share between threads.
    """

    def __init__(self) -> None:
        """Count from now on."""
        self._series: dict[Labels, _Series] = {}
        self._lock = threading.Lock()

    def observe(self, labels: Labels, seconds: float) -> None:
        """Count an event that took *seconds*."""
        with self._lock:
            series = self._series.get(labels)
            if series is None:
                series = self._series[labels] = _Series()
            series.counts[bisect_left(BOUNDS, seconds)] += 1
            series.seconds += seconds

    def distributions(self) -> Mapping[Labels, Distribution]:
        """Give each series as it is now."""
        with self._lock:
            return {
                labels: Distribution(tuple(series.counts), series.seconds)
                for labels, series in self._series.items()
            }
