"""Leases and replay memory of one process."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.ports.ambient import Clock
from authcore.ports.coordination import Lease, LeaseGrant, SeenBefore


MAX_ENTRIES: Final = 100_000
"""About 20 MB of digests."""

MAX_LEASES: Final = 10_000
"""Far more than the threads that one process can have at work."""


class ProcessSeenBefore(SeenBefore):
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


class ProcessLease(Lease):
    """
    Keeps the threads of this process apart, and no others: for one process.

    All keys share one fence counter, so that nothing is remembered of a lease that is over.

    Args:
        clock: Tells when a lease has had its time.

        max_leases: Bound on memory.  Beyond it nobody is told yes.
    """

    def __init__(self, clock: Clock, max_leases: int = MAX_LEASES) -> None:
        self._clock = clock
        self._max_leases = max_leases
        self._held: dict[str, LeaseGrant] = {}
        self._fence = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many leases are remembered."""
        return len(self._held)

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        grant = self._acquire(key, ttl)
        try:
            yield grant
        finally:
            self._release(key, grant)

    def _acquire(self, key: str, ttl: timedelta) -> LeaseGrant:
        with self._lock:
            now = self._clock.now()
            held = self._held.get(key)
            if held is not None and held.expires_at > now:
                raise LeaseHeldError("the lease is held", retry_after=held.expires_at - now)
            self._make_room(now)
            self._fence += 1
            self._held[key] = LeaseGrant(self._fence, now + ttl)
            return self._held[key]

    def _make_room(self, now: datetime) -> None:
        if len(self._held) < self._max_leases:
            return
        self._held = {key: grant for key, grant in self._held.items() if grant.expires_at > now}
        if len(self._held) >= self._max_leases:
            raise CoordinationUnavailableError("this process remembers no more leases")

    def _release(self, key: str, grant: LeaseGrant) -> None:
        with self._lock:
            if self._held.get(key) == grant:
                del self._held[key]
