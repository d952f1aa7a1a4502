"""A clock that the user of the demo can move forward, to see sessions age."""

import threading
from datetime import datetime, timedelta
from typing import Final

from authcore.ports.system import Clock


MAX_AHEAD: Final = timedelta(days=3650)
"""As long as the longest refresh token lives."""


class TooFarAheadError(Exception):
    """The clock would be more than MAX_AHEAD ahead."""


class MovableClock(Clock):
    """
    Follows another clock, ahead of it once it was moved.  Time never runs backwards.

    Safe to share between threads.
    """

    def __init__(self, base: Clock) -> None:
        """Start with the time of *base*."""
        self._base = base
        self._lock = threading.Lock()
        self._ahead = timedelta(0)
        self._latest = base.now()

    def now(self) -> datetime:
        """See the port."""
        with self._lock:
            self._latest = max(self._latest, self._base.now() + self._ahead)
            return self._latest

    @property
    def ahead(self) -> timedelta:
        """How far the clock was moved in total."""
        with self._lock:
            return self._ahead

    def advance(self, by: timedelta) -> None:
        """
        Let *by* pass at once.

        Raises:
            ValueError: *by* is negative.

            TooFarAheadError: The clock stays as it is.
        """
        if by < timedelta(0):
            raise ValueError("time does not go back")
        with self._lock:
            if self._ahead + by > MAX_AHEAD:
                raise TooFarAheadError
            self._ahead += by
