"""
Keeps the issuer's keys at hand.

===================  =========================================================================
age of the keys      a key id that is known / that is not known
===================  =========================================================================
none yet             everybody waits for one fetch
below REFRESH_AFTER  answered from memory / everybody waits for one fetch, then it is unknown
below TTL            answered from memory, one fetch runs behind / as above
below MAX_STALE      answered from memory while the source is known to fail; otherwise everybody
                     waits for one fetch, and memory answers if that fails / as above
beyond               as if there were none
===================  =========================================================================

So a key that the issuer withdrew is trusted for TTL at most, or for MAX_STALE while the issuer
cannot be reached, and a failed fetch never takes a good key away.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.adapters.jwks.key_set import Keys, PublishedKey, keys_in
from authcore.adapters.system import monotonic
from authcore.domain.errors import KeySourceUnavailableError, UnknownKeyError
from authcore.ports.ambient import Clock


FETCH_DEADLINE: Final = timedelta(seconds=2)
"""How long one fetch may take, and how long anybody waits for it."""

REFRESH_AFTER: Final = timedelta(minutes=5)
"""From this age on keys are fetched anew, behind the callers' backs."""

TTL: Final = timedelta(minutes=15)
"""The age up to which keys are trusted without asking."""

MAX_STALE: Final = timedelta(hours=24)
"""The age up to which keys are trusted while the source fails: Cognito's longest token lifetime."""

COOL_DOWN: Final = timedelta(seconds=10)
"""No fetch for so long after one that failed, or that did not bring the key id it was made for."""

FIRST_PAUSE: Final = timedelta(milliseconds=100)
"""
With no keys in memory nobody can be served, so the pauses between failing fetches start at nothing,
then this, and double up to COOL_DOWN.
"""

KNOWN_TO_FAIL_FOR: Final = timedelta(minutes=1)
"""How long after a failed fetch the source counts as failing, unless one succeeded since."""

_NO_TIME: Final = timedelta(0)


@attrs.frozen
class _Snapshot:
    """The keys of one fetch; ``at`` is when that fetch began."""

    keys: Mapping[str, PublishedKey]
    at: datetime
    refresh_at: datetime


class _Flight:
    """One fetch, and all who wait for it."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.wanted: set[str] = set()
        self.landed = threading.Event()
        self._due = monotonic() + FETCH_DEADLINE.total_seconds()

    def wait(self) -> None:
        """Until it landed, or the deadline passed: a name resolver knows no deadlines."""
        self.landed.wait(max(0.0, self._due - monotonic()))

    @property
    def is_overdue(self) -> bool:
        return monotonic() >= self._due


class KeyCache(Keys):
    """
    The published keys, fetched as seldom as possible and as often as needed.

    Safe to share between threads.  Fetches run in daemon threads, one at a time.
    """

    def __init__(self, fetch: Callable[[], bytes], clock: Clock) -> None:
        """
        Start empty, without fetching.

        Args:
            fetch: Gives the JSON text of a JWK set, or raises KeySourceUnavailableError.

            clock: Tells the age of keys.
        """
        self._fetch = fetch
        self._clock = clock
        self._snapshot: _Snapshot | None = None
        self._flight: _Flight | None = None
        self._lock = threading.Lock()
        self._failures = 0
        self._failed_at: datetime | None = None
        self._paused_until: datetime | None = None

    def key(self, kid: str) -> PublishedKey:
        """See the protocol.  Takes no longer than FETCH_DEADLINE."""
        return self.at_hand(kid) or self._from_source(kid)

    def at_hand(self, kid: str) -> PublishedKey | None:
        """The key, if it can be had at once; None says nothing about whether it is published."""
        snapshot = self._snapshot
        now = self._clock.now()
        if snapshot is not None and snapshot.at <= now < snapshot.refresh_at:
            return snapshot.keys.get(kid)
        return self._from_memory(kid, now)

    def warm_up(self) -> None:
        """
        Return once there are keys in memory.  Takes no longer than FETCH_DEADLINE.

        Raises:
            KeySourceUnavailableError: There are none, and they cannot be had.
        """
        if self._usable(self._clock.now()) is None and (flight := self._take_off()):
            flight.wait()
        if self._usable(self._clock.now()) is None:
            raise KeySourceUnavailableError("the keys cannot be read", retry_after=COOL_DOWN)

    @property
    def age(self) -> timedelta | None:
        """How long ago the keys in memory were fetched; None while there are none."""
        snapshot = self._snapshot
        return self._clock.now() - snapshot.at if snapshot else None

    def prefetch(self) -> None:
        """Begin to fetch, without waiting, so that the first caller need not."""
        self._take_off()

    def _from_memory(self, kid: str, now: datetime) -> PublishedKey | None:
        """The key, if nobody needs to wait; a fetch then runs behind the answer."""
        snapshot = self._usable(now)
        if snapshot is None or kid not in snapshot.keys:
            return None
        if not (_NO_TIME <= now - snapshot.at < TTL or self._is_failing(now)):
            return None
        self._take_off()
        return snapshot.keys[kid]

    def _from_source(self, kid: str) -> PublishedKey:
        flight = self._take_off(kid)
        if flight is not None:
            flight.wait()
        snapshot = self._usable(self._clock.now())
        if snapshot is None:
            raise KeySourceUnavailableError("the keys cannot be read", retry_after=COOL_DOWN)
        if kid in snapshot.keys:
            return snapshot.keys[kid]
        if self._failures or (flight and not flight.landed.is_set()):
            raise KeySourceUnavailableError("the key may be new", retry_after=COOL_DOWN)
        raise UnknownKeyError("the issuer publishes no key of this id")

    def _usable(self, now: datetime) -> _Snapshot | None:
        snapshot = self._snapshot
        return snapshot if snapshot and abs(now - snapshot.at) < MAX_STALE else None

    def _is_failing(self, now: datetime) -> bool:
        failed_at = self._failed_at
        return failed_at is not None and _NO_TIME <= now - failed_at < KNOWN_TO_FAIL_FOR

    def _is_paused(self, now: datetime) -> bool:
        """False when the pause lies further ahead than one can: the clock ran backwards."""
        until = self._paused_until
        return until is not None and now < until <= now + COOL_DOWN

    def _take_off(self, wanted: str | None = None) -> _Flight | None:
        """The flight in the air, or a new one; None while there must be none."""
        with self._lock:
            now = self._clock.now()
            if self._flight and self._flight.is_overdue:
                self._flight = None
                self._count_failure(now)
            if self._flight is None and not self._is_paused(now):
                self._flight = self._started(_Flight(now))
            if self._flight and wanted:
                self._flight.wanted.add(wanted)
            return self._flight

    def _started(self, flight: _Flight) -> _Flight | None:
        pilot = threading.Thread(target=self._fly, args=(flight,), name="jwks-fetch", daemon=True)
        try:
            pilot.start()
        except RuntimeError:
            self._count_failure(flight.began)
            return None
        return flight

    def _fly(self, flight: _Flight) -> None:
        keys = None
        try:
            keys = keys_in(self._fetch())
        except (KeySourceUnavailableError, ValueError):
            pass
        finally:
            self._land(flight, keys)

    def _land(self, flight: _Flight, keys: Mapping[str, PublishedKey] | None) -> None:
        with self._lock:
            if keys is not None:
                self._snapshot = _Snapshot(keys, flight.began, flight.began + REFRESH_AFTER)
                self._failures, self._failed_at = 0, None
                missed = flight.wanted - keys.keys()
                self._paused_until = flight.began + COOL_DOWN if missed else None
            elif self._flight is flight:
                self._count_failure(self._clock.now())
            if self._flight is flight:
                self._flight = None
        flight.landed.set()

    def _count_failure(self, now: datetime) -> None:
        self._failures += 1
        self._failed_at = now
        self._paused_until = now + (COOL_DOWN if self._usable(now) else self._cold_pause())

    def _cold_pause(self) -> timedelta:
        if self._failures == 1:
            return _NO_TIME
        return min(COOL_DOWN, FIRST_PAUSE * (1 << min(self._failures - 2, 10)))
