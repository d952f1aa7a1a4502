"""Writes no faster than a quota allows."""

import threading
from datetime import datetime, timedelta

from authcore.ports.system import Clock, Pause


class RateLimiter:
    """
    Gives turns at even distances, however many threads ask.

    Nobody waits longer than the time between two turns and the threads in front: a clock that is
    set back costs one such time.

    Args:
        rate_per_second: Turns, at least 1.  Cognito gives an account and region 25 user updates,
            those of sign-ins included, and does not give more.

        clock: Shows how long the last turn is ago.

        pause: Lets the rest of the time pass.

    See: Amazon Cognito "Quotas" (UserUpdate).
    """

    def __init__(self, rate_per_second: int, *, clock: Clock, pause: Pause) -> None:
        if rate_per_second < 1:
            raise ValueError("no turn would ever come")
        self._interval = timedelta(seconds=1) / rate_per_second
        self._clock = clock
        self._pause = pause
        self._last: datetime | None = None
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Return when it is the caller's turn."""
        with self._lock:
            now = self._clock.now()
            left = self._remaining_wait(now)
            self._pause.wait(left)
            self._last = now + left

    def _remaining_wait(self, now: datetime) -> timedelta:
        if self._last is None:
            return timedelta(0)
        return min(max(self._last + self._interval - now, timedelta(0)), self._interval)
