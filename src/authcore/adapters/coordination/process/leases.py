"""Leases within one process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.ports.coordination import LeaseGrant, RenewableLease
from authcore.ports.system import Clock


MAX_LEASES: Final = 10_000
"""Far more than a process has threads."""


class ProcessLease(RenewableLease):
    """
    Leases within one process.

    All keys share one fence counter, so that nothing has to be remembered of an ended lease.

    Args:
        clock: Tells when a lease expires.

        max_leases: Limit on memory, by default MAX_LEASES.  Further leases are refused with
            CoordinationUnavailableError.
    """

    def __init__(self, clock: Clock, max_leases: int = MAX_LEASES) -> None:
        self._clock = clock
        self._max_leases = max_leases
        self._held: dict[str, LeaseGrant] = {}
        self._fence = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of remembered leases."""
        return len(self._held)

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        grant = self._acquire(key, ttl)
        try:
            yield grant
        finally:
            self._release(key, grant)

    def renew(self, key: str, grant: LeaseGrant, ttl: timedelta) -> LeaseGrant:
        """See the port."""
        with self._lock:
            now = self._clock.now()
            held = self._held.get(key)
            if held is None or held.fence != grant.fence or held.expires_at <= now:
                raise LeaseHeldError("the lease has ended")
            self._held[key] = LeaseGrant(grant.fence, now + ttl)
            return self._held[key]

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
            raise CoordinationUnavailableError(
                "this process can hold no more leases", detail="process full"
            )

    def _release(self, key: str, grant: LeaseGrant) -> None:
        with self._lock:
            held = self._held.get(key)
            if held is not None and held.fence == grant.fence:
                del self._held[key]
