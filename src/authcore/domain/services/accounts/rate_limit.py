"""Keeps calls within a quota."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from authcore.ports.system import Clock, Pause


class RateLimiter:
    """
    A token bucket: spaces calls evenly across any number of threads.

    A thread waits at most one interval for each thread in front of it and one for itself; a clock
    that is set back costs at most one interval.

    Args:
        rate_per_second: Calls, at least 1; or what gives the rate of now.  Cognito's quota of user
            updates, those of sign-ins included, is 25 per account and region, and cannot be raised.

        clock: Measures the time since the last call.

        pause: Waits for the rest of the interval.

        burst: Calls that may follow each other at once after a rest; by default 1.  With 2, a pause
            that takes longer than it should is made up for.

    See: Amazon Cognito "Quotas" (UserUpdate).
    """

    def __init__(
        self,
        rate_per_second: int | Callable[[], int],
        *,
        clock: Clock,
        pause: Pause,
        burst: int = 1,
    ) -> None:
        if isinstance(rate_per_second, int) and rate_per_second < 1:
            raise ValueError("the rate must be at least one call per second")
        self._rate = rate_per_second
        self._burst = burst
        self._clock = clock
        self._pause = pause
        self._due: datetime | None = None
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait until the caller may make its call."""
        with self._lock:
            rate = self._rate if isinstance(self._rate, int) else self._rate()
            interval = timedelta(seconds=1) / rate
            now = self._clock.now()
            due = max(self._due or now, now - interval * (self._burst - 1))
            due = min(due, now + interval)
            self._pause.wait(max(due - now, timedelta(0)))
            self._due = due + interval
