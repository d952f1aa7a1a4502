"""Replay memory in a dictionary."""

import threading
from datetime import datetime, timedelta

from authcore.ports.ambient import Clock
from authcore.ports.coordination import SeenBefore


class InMemorySeenBefore(SeenBefore):
    """
    Remembers until *clock* says otherwise.

    Args:
        clock: Tells when a key has had its time.

    Attributes:
        asked: Every key it was asked about, in order.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._forget_at: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self.asked: list[str] = []

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        with self._lock:
            self.asked.append(key)
            now = self._clock.now()
            if self._forget_at.get(key, now) > now:
                return False
            self._forget_at[key] = now + ttl
            return True
