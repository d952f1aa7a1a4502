"""Replay cache and begun creates within one process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from authcore.ports.coordination import CreateIntents, ReplayCache
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 100_000
"""About 20 MB of digests."""


class ProcessReplayCache(ReplayCache):
    """
    Remembers keys within one process: for one process, or with sticky sessions.

    When the cache is full, the oldest entry is dropped, so that a flood of sign-ins does not block
    new ones.  A replay of a dropped key is still refused elsewhere: the browser has deleted the
    attempt, Cognito accepts a code once and for five minutes, and PKCE binds it to the attempt.

    Args:
        clock: Tells when a key expires.

        max_entries: Limit on memory, by default MAX_ENTRIES.
    """

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._forget_at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of remembered keys."""
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
        Drop expired entries from the oldest on, up to the first one that has not expired.

        Each caller uses one ttl, so few expired entries are behind one that lives longer.
        """
        while self._forget_at and next(iter(self._forget_at.values())) <= now:
            self._forget_at.popitem(last=False)


class ProcessCreateIntents(ProcessReplayCache, CreateIntents):
    """Remembers creates and their results within one process: for the local stack and tests."""

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        """See the base class."""
        super().__init__(clock, max_entries)
        self._results: OrderedDict[str, str] = OrderedDict()

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        is_first = super().first_time(key, ttl)
        if is_first:
            self._results.pop(key, None)
        return is_first

    def complete(self, key: str, result: str) -> None:
        """See the port."""
        if self._is_remembered(key):
            self._results[key] = result
        if len(self._results) > self._max_entries:
            self._results.popitem(last=False)

    def result_of(self, key: str) -> str | None:
        """See the port."""
        return self._results.get(key) if self._is_remembered(key) else None

    def _is_remembered(self, key: str) -> bool:
        with self._lock:
            now = self._clock.now()
            return self._forget_at.get(key, now) > now
