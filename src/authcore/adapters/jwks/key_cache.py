"""
Keeps the issuer's keys in memory.

===================  =========================================================================
age of the keys      known key id / unknown key id
===================  =========================================================================
no keys              all callers wait for one fetch
below REFRESH_AFTER  from memory / all callers wait for one fetch, then the id is unknown
below TTL            from memory, with one fetch in the background / as above
below MAX_STALE      from memory for one minute after a failed fetch; otherwise all callers wait
                     for one fetch, and the key comes from memory if that fails / as above
beyond               as with no keys
===================  =========================================================================

So a key that the issuer withdrew is trusted for at most TTL, or for MAX_STALE while the issuer
cannot be reached, and a failed fetch never removes a key.

A caller that looked for a key before a fetch ended counts as waiting for that fetch, and starts no
other one.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.adapters.jwks.fetch_backoff import (
    COOL_DOWN,
    FetchBackoff,
    FetchFailure,
    announce,
)
from authcore.adapters.jwks.key_set import Keys, PublishedKey, keys_in
from authcore.adapters.system import monotonic
from authcore.domain.errors import KeySourceUnavailableError, UnknownKeyError
from authcore.ports.system import Clock


FETCH_DEADLINE: Final = timedelta(seconds=2)
"""Maximum time of one fetch, and of every wait for it."""

REFRESH_AFTER: Final = timedelta(minutes=5)
"""From this age on, keys are fetched again in the background."""

TTL: Final = timedelta(minutes=15)
"""The age up to which keys are trusted without a fetch."""

MAX_STALE: Final = timedelta(hours=24)
"""The age up to which keys are trusted while the source fails: Cognito's longest token lifetime."""

_NO_TIME: Final = timedelta(0)
_NO_ANSWER: Final = FetchFailure("no answer in time", "no answer in time")
_UNEXPECTED: Final = FetchFailure("the fetch ended with an unexpected error", "fault")
_NO_KEY_SET: Final = FetchFailure("the answer is no key set that can be used", "answer key set")
_NO_THREAD: Final = FetchFailure("no thread can be started", "no thread")


@attrs.frozen
class _Snapshot:
    """The keys of one fetch; ``at`` is the time at which it began."""

    keys: Mapping[str, PublishedKey]
    at: datetime
    refresh_at: datetime


class _Flight:
    """One fetch, and its waiting callers."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.wanted: set[str] = set()
        self.landed = threading.Event()
        self._due = monotonic() + FETCH_DEADLINE.total_seconds()

    def wait(self) -> None:
        """Wait for its end or its deadline, which name resolution does not observe."""
        self.landed.wait(max(0.0, self._due - monotonic()))

    @property
    def is_overdue(self) -> bool:
        return monotonic() >= self._due


class KeyCache(Keys):
    """
    The published keys, fetched as rarely as possible.

    Safe to share between threads.  Fetches run in daemon threads, one at a time.
    """

    def __init__(self, fetch: Callable[[], bytes], clock: Clock) -> None:
        """
        Begin without keys and without a fetch.

        *fetch* returns the JSON text of a JWK set, or raises KeySourceUnavailableError.
        """
        self._fetch = fetch
        self._clock = clock
        self._snapshot: _Snapshot | None = None
        self._flight: _Flight | None = None
        self._landings = 0
        self._backoff = FetchBackoff()
        self._lock = threading.Lock()

    def key(self, kid: str) -> PublishedKey:
        """See the protocol.  Takes no longer than FETCH_DEADLINE."""
        landings = self._landings
        return self.cached_key(kid) or self._from_source(kid, landings)

    def cached_key(self, kid: str) -> PublishedKey | None:
        """The key if it is in memory; None does not mean that it is not published."""
        snapshot = self._snapshot
        now = self._clock.now()
        if snapshot is not None and snapshot.at <= now < snapshot.refresh_at:
            return snapshot.keys.get(kid)
        return self._from_memory(kid, now)

    def warm_up(self) -> None:
        """See the protocol.  Takes no longer than FETCH_DEADLINE."""
        landings = self._landings
        if not self.is_warm and (flight := self._take_off(landings)):
            flight.wait()
        if not self.is_warm:
            raise self._unreadable()

    @property
    def is_warm(self) -> bool:
        """Whether there are usable keys in memory."""
        return self._usable(self._clock.now()) is not None

    @property
    def age(self) -> timedelta | None:
        """Age of the keys in memory; None while there are none."""
        snapshot = self._snapshot
        return self._clock.now() - snapshot.at if snapshot else None

    def prefetch(self) -> None:
        """Start a fetch in the background, so that the first caller need not wait."""
        self._take_off(self._landings)

    def _from_memory(self, kid: str, now: datetime) -> PublishedKey | None:
        """The key, if no wait is needed; then a fetch runs in the background."""
        landings = self._landings
        snapshot = self._usable(now)
        if snapshot is None or kid not in snapshot.keys:
            return None
        if not (_NO_TIME <= now - snapshot.at < TTL or self._backoff.is_failing(now)):
            return None
        self._take_off(landings)
        return snapshot.keys[kid]

    def _from_source(self, kid: str, landings: int) -> PublishedKey:
        flight = self._take_off(landings, kid)
        if flight is not None:
            flight.wait()
        snapshot = self._usable(self._clock.now())
        if snapshot is not None and kid in snapshot.keys:
            return snapshot.keys[kid]
        still_flying = flight is not None and not flight.landed.is_set()
        if snapshot is None or self._backoff.failures or still_flying:
            raise self._unreadable()
        raise UnknownKeyError("the issuer publishes no key of this id")

    def _unreadable(self) -> KeySourceUnavailableError:
        """The error without usable keys, or for a key id that may be new."""
        failure = self._backoff.failure or _NO_ANSWER
        return failure.kind(
            f"the issuer's keys cannot be read: {failure.reason}",
            retry_after=COOL_DOWN,
            detail=failure.detail,
        )

    def _usable(self, now: datetime) -> _Snapshot | None:
        """The last snapshot, unless it is too old, or too far in the future by a clock set back."""
        snapshot = self._snapshot
        return snapshot if snapshot and abs(now - snapshot.at) < MAX_STALE else None

    def _take_off(self, landings: int, wanted: str | None = None) -> _Flight | None:
        """
        The running fetch, or a new one; None while there must be none.

        Args:
            landings: Number of fetches that had ended when the caller looked: a later one may have
                brought the key.

            wanted: The requested key id.
        """
        with self._lock:
            now = self._clock.now()
            if self._landings != landings and self._is_settled(now):
                return None
            if self._flight and self._flight.is_overdue:
                self._flight = None
                self._record_failure(now, _NO_ANSWER)
            if self._flight is None and not self._backoff.is_paused(now):
                self._flight = self._start(_Flight(now))
            if self._flight and wanted:
                self._flight.wanted.add(wanted)
            flight, news = self._flight, self._backoff.news()
        announce(news)
        return flight

    def _is_settled(self, now: datetime) -> bool:
        """Whether the last fetch brought keys that are still new, or has just failed."""
        snapshot = self._snapshot
        fresh = snapshot is not None and now < snapshot.refresh_at
        return fresh or self._backoff.is_failing(now)

    def _start(self, flight: _Flight) -> _Flight | None:
        pilot = threading.Thread(target=self._fly, args=(flight,), name="jwks-fetch", daemon=True)
        try:
            pilot.start()
        except RuntimeError:
            self._record_failure(flight.began, _NO_THREAD)
            return None
        return flight

    def _fly(self, flight: _Flight) -> None:
        keys, failure = None, _UNEXPECTED
        try:
            keys = keys_in(self._fetch())
        except KeySourceUnavailableError as error:
            failure = FetchFailure(str(error), error.detail, type(error))
        except ValueError:
            failure = _NO_KEY_SET
        finally:
            self._land(flight, keys, failure)

    def _land(
        self, flight: _Flight, keys: Mapping[str, PublishedKey] | None, failure: FetchFailure
    ) -> None:
        with self._lock:
            in_time = self._flight is flight
            if keys is not None:
                self._snapshot = _Snapshot(keys, flight.began, flight.began + REFRESH_AFTER)
                missed = not flight.wanted <= keys.keys()
                self._backoff.record_success(flight.began, missed=missed)
            elif in_time:
                self._record_failure(self._clock.now(), failure)
            self._landings += in_time or keys is not None
            self._flight = None if in_time else self._flight
            news = self._backoff.news()
        flight.landed.set()
        announce(news)

    def _record_failure(self, now: datetime, failure: FetchFailure) -> None:
        self._backoff.record_failure(now, failure, has_keys=self._usable(now) is not None)
