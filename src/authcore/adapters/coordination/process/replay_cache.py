"""Replay cache in this process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from authcore.ports.coordination import ReplayCache
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 100_000
"""About 20 MB of digests."""


class ProcessReplayCache(ReplayCache):
    """
    Remembers in this process only: for one process, or several that each see a browser through.

    When it is full the oldest entry is forgotten, so that a flood costs memory of old replays
    and not everybody's sign-in.  What is forgotten early is still refused elsewhere: the browser
    gave its attempt up, Cognito takes a code once and for five minutes, and PKCE ties that code to
    the attempt.

    Args:
        clock: Tells when an entry has had its time.

        max_entries: Bound on memory.
    """

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._forget_at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._forget_at)

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        with self._lock:
            now = self._clock.now()
            self._drop_expired(now)
            if self._forget_at.get(key, now) > now:
                return False
            self._forget_at[key] = now + ttl
            self._forget_at.move_to_end(key)
            if len(self._forget_at) > self._max_entries:
                self._forget_at.popitem(last=False)
            return True

    def forget(self, key: str) -> bool:
        """See the port."""
        with self._lock:
            now = self._clock.now()
            return self._forget_at.pop(key, now) > now

    def _drop_expired(self, now: datetime) -> None:
        """
        Forget from the oldest on, up to the first entry that is still needed.

        Callers use one ttl each, so little waits behind an entry that lives longer.
        """
        while self._forget_at and next(iter(self._forget_at.values())) <= now:
            self._forget_at.popitem(last=False)
