"""Which of two regions is called first."""

import threading
from datetime import datetime, timedelta
from typing import Final, Literal

from authcore.ports.system import Clock


COOL_DOWN: Final = timedelta(seconds=30)
"""How long a region that gave no answer is called second only."""

Region = Literal[0, 1]


class RegionTurns:
    """
    Remembers which of two regions of one pool gave no answer.  Safe to share between threads.

    The first region is called first, except for COOL_DOWN after it gave no answer.  Then one caller
    tries it, and the others stay with the second region until it answered.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin with two regions that answer."""
        self._clock = clock
        self._lock = threading.Lock()
        self._failed_at: list[datetime | None] = [None, None]

    def order(self) -> tuple[Region, Region]:
        """The regions in the order in which to call them now."""
        with self._lock:
            now = self._clock.now()
            if self._rests(0, now):
                return (0, 1) if self._rests(1, now) else (1, 0)
            if self._failed_at[0] is not None:
                self._failed_at[0] = now  # this caller tries; the others do not wait for it
            return (0, 1)

    def record(self, region: Region, *, answered: bool) -> None:
        """Record whether *region* gave an answer."""
        with self._lock:
            self._failed_at[region] = None if answered else self._clock.now()

    def _rests(self, region: Region, now: datetime) -> bool:
        failed_at = self._failed_at[region]
        return failed_at is not None and abs(now - failed_at) < COOL_DOWN
