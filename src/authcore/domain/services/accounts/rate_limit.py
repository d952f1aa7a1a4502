"""Keeps calls within a quota."""

import threading
from datetime import datetime, timedelta

from authcore.ports.system import Clock, Pause


class RateLimiter:
    """
    Spaces calls evenly across any number of threads.

    A thread waits at most one interval for each thread in front of it and one for itself; a clock
    that is set back costs at most one interval.

    Args:
        rate_per_second: Calls, at least 1.  Cognito's quota of user updates, those of sign-ins
            included, is 25 per account and region, and cannot be raised.

        clock: Measures the time since the last call.

        pause: Waits for the rest of the interval.

    See: Amazon Cognito "Quotas" (UserUpdate).
    """

    def __init__(self, rate_per_second: int, *, clock: Clock, pause: Pause) -> None:
        if rate_per_second < 1:
            raise ValueError("the rate must be at least one call per second")
        self._interval = timedelta(seconds=1) / rate_per_second
        self._clock = clock
        self._pause = pause
        self._last: datetime | None = None
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait until the caller may make its call."""
        with self._lock:
            now = self._clock.now()
            left = self._remaining_wait(now)
            self._pause.wait(left)
            self._last = now + left

    def _remaining_wait(self, now: datetime) -> timedelta:
        if self._last is None:
            return timedelta(0)
        return min(max(self._last + self._interval - now, timedelta(0)), self._interval)
