"""A replay cache and leases in dictionaries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.ports.coordination import (
    CreateIntents,
    LeaseGrant,
    MachineLock,
    RenewableLease,
    ReplayCache,
)
from authcore.ports.system import Clock


class InMemoryReplayCache(ReplayCache):
    """
    Remembers keys in a dictionary.

    Args:
        clock: Tells when a key expires.

    Attributes:
        asked: The key of each call of ``first_time``, in order.
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

    def forget(self, key: str) -> bool:
        """See the port."""
        with self._lock:
            now = self._clock.now()
            return self._forget_at.pop(key, now) > now


class InMemoryCreateIntents(InMemoryReplayCache, CreateIntents):
    """
    Remembers keys and results in dictionaries.

    Attributes:
        unavailable: The names of methods that raise CoordinationUnavailableError; none by default.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._results: dict[str, str] = {}
        self.unavailable: frozenset[str] = frozenset()

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        self._answer("first_time")
        is_first = super().first_time(key, ttl)
        if is_first:
            self._results.pop(key, None)
        return is_first

    def complete(self, key: str, result: str) -> None:
        """See the port."""
        self._answer("complete")
        if self._is_remembered(key):
            self._results[key] = result

    def result_of(self, key: str) -> str | None:
        """See the port."""
        self._answer("result_of")
        return self._results.get(key) if self._is_remembered(key) else None

    def _is_remembered(self, key: str) -> bool:
        now = self._clock.now()
        return self._forget_at.get(key, now) > now

    def _answer(self, method: str) -> None:
        if method in self.unavailable:
            raise CoordinationUnavailableError("the intents are set to be unavailable")


class InMemoryLease(RenewableLease):
    """
    Leases in a dictionary.

    Args:
        clock: Tells when a lease expires.

    Attributes:
        asked: The key of each call of ``hold``, in order.
        unavailable: While True every call raises CoordinationUnavailableError.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._granted: dict[str, LeaseGrant] = {}
        self._lock = threading.Lock()
        self.asked: list[str] = []
        self.unavailable = False

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
            if self.unavailable:
                raise CoordinationUnavailableError("the lease is set to be unavailable")
            now = self._clock.now()
            held = self._granted[key]
            if held.fence != grant.fence or held.expires_at <= now:
                raise LeaseHeldError("the lease has ended")
            self._granted[key] = LeaseGrant(grant.fence, now + ttl)
            return self._granted[key]

    def _acquire(self, key: str, ttl: timedelta) -> LeaseGrant:
        with self._lock:
            self.asked.append(key)
            if self.unavailable:
                raise CoordinationUnavailableError("the lease is set to be unavailable")
            now = self._clock.now()
            last = self._granted.get(key, LeaseGrant(0, now))
            if last.expires_at > now:
                raise LeaseHeldError("the lease is held", retry_after=last.expires_at - now)
            self._granted[key] = LeaseGrant(last.fence + 1, now + ttl)
            return self._granted[key]

    def _release(self, key: str, grant: LeaseGrant) -> None:
        with self._lock:
            if self._granted[key].fence == grant.fence:
                self._granted[key] = LeaseGrant(grant.fence, self._clock.now())


class InMemoryMachineLock(MachineLock):
    """Locks in a set, which one machine's processes would share."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """See the port."""
        with self._lock:
            if key in self._held:
                raise LeaseHeldError("another process holds the lock")
            self._held.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(key)
