"""Limits on attempts in a dictionary."""

import threading
from collections import Counter

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.ports.system import Clock


class InMemoryAttemptLimiter(AttemptLimiter):
    """
    Counts attempts in a dictionary.

    Args:
        limit: Of each key.

        clock: Tells which window it is.

    Attributes:
        asked: The key of each call, in order.
        unavailable: While True every call raises CoordinationUnavailableError.
    """

    def __init__(self, limit: AttemptLimit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self.asked: list[str] = []
        self.unavailable = False

    def admit(self, key: str) -> None:
        """See the port."""
        now = self._clock.now()
        counted = (key, self._limit.number_at(now))
        with self._lock:
            self.asked.append(key)
            if self.unavailable:
                raise CoordinationUnavailableError("the limiter is set to be unavailable")
            if self._counts[counted] >= self._limit.attempts:
                raise self._limit.make_error(now)
            self._counts[counted] += 1
