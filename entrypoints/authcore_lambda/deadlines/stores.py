"""
Leases and begun creates, given up when there is no time left.

The table's client bounds each wait for a byte; bytes can be many.  What was given up may still be
done, so it is undone where it can be: a lease that comes late is given back, and a create that was
noted late is forgotten, for nobody was told to make it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.coordination import Lease, LeaseGrant, ReplayCache
from authcore.ports.system import Clock
from authcore_lambda.deadlines.deadline import NO_TIME, BoundedCaller, Deadline


FORGOTTEN_WITHIN: Final = timedelta(seconds=5)
"""A note that is older may be another's by now: functions are frozen, and thawed hours later."""


@attrs.frozen(kw_only=True)
class StoreTime:
    """
    How long the store may take.

    Attributes:
        left: Of the event.
        share: For one call to the store.
        reserve: Must be left after a call that others follow.
    """

    left: Deadline
    share: timedelta
    reserve: timedelta

    def first_call(self) -> timedelta:
        """For a question, which is asked twice where its answer is lost."""
        return min(2 * self.share, self.left.remaining(self.reserve))

    def last_call(self) -> timedelta:
        """For what may as well be left undone."""
        return min(self.share, self.left.remaining(NO_TIME))


class TimedLease(Lease):
    """Waits as long as there is time."""

    __slots__ = ("_bounded_caller", "_lease", "_time")

    def __init__(self, lease: Lease, time: StoreTime, bounded_caller: BoundedCaller) -> None:
        self._lease = lease
        self._time = time
        self._bounded_caller = bounded_caller

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        held = self._lease.hold(key, ttl)

        def give_back() -> None:
            held.__exit__(None, None, None)

        grant = self._bounded_caller.call(
            held.__enter__, self._time.first_call(), late=lambda _: give_back()
        )
        try:
            yield grant
        finally:
            with suppress(CoordinationUnavailableError):
                self._bounded_caller.call(give_back, self._time.last_call())


class TimedReplayCache(ReplayCache):
    """Waits as long as there is time."""

    __slots__ = ("_bounded_caller", "_clock", "_seen", "_time")

    def __init__(
        self, seen: ReplayCache, time: StoreTime, bounded_caller: BoundedCaller, clock: Clock
    ) -> None:
        self._seen = seen
        self._time = time
        self._bounded_caller = bounded_caller
        self._clock = clock

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        began = self._clock.now()

        def take_back(is_first: object) -> None:
            if is_first and self._clock.now() - began < FORGOTTEN_WITHIN:
                self._seen.forget(key)

        return self._bounded_caller.call(
            lambda: self._seen.first_time(key, ttl), self._time.first_call(), late=take_back
        )

    def forget(self, key: str) -> bool:
        """See the port."""
        return self._bounded_caller.call(lambda: self._seen.forget(key), self._time.last_call())
