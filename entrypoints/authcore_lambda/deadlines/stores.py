"""
Leases and begun creates whose calls end at the deadline of the event.

The table's client limits each wait for a byte, not the number of bytes.  A call that was given up
may still have its effect, which is undone where possible: a lease that is granted late is released,
and a create that is recorded late is forgotten, because it was not made.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.coordination import CreateIntents, Lease, LeaseGrant
from authcore.ports.system import Clock
from authcore_lambda.deadlines.deadline import NO_TIME, BoundedCaller, Deadline


FORGOTTEN_WITHIN: Final = timedelta(seconds=5)
"""An older record may belong to another attempt: a function can be frozen for hours."""


@attrs.frozen(kw_only=True)
class StoreTime:
    """
    How long the store may take.

    Attributes:
        deadline: Of the event.
        share: For one call to the store.
        reserve: Must be left after a call that others follow.
    """

    deadline: Deadline
    share: timedelta
    reserve: timedelta

    def first_call(self) -> timedelta:
        """Return the limit of a conditional write, which is repeated where its answer is lost."""
        return min(2 * self.share, self.deadline.remaining(self.reserve))

    def last_call(self) -> timedelta:
        """Return the limit of a call that may fail without harm."""
        return min(self.share, self.deadline.remaining(NO_TIME))


class TimedLease(Lease):
    """Ends each call at the deadline."""

    __slots__ = ("_bounded_caller", "_lease", "_time")

    def __init__(self, lease: Lease, time: StoreTime, bounded_caller: BoundedCaller) -> None:
        self._lease = lease
        self._time = time
        self._bounded_caller = bounded_caller

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        held = self._lease.hold(key, ttl)

        def release() -> None:
            held.__exit__(None, None, None)

        grant = self._bounded_caller.call(
            held.__enter__, self._time.first_call(), late=lambda _: release()
        )
        try:
            yield grant
        finally:
            with suppress(CoordinationUnavailableError):
                self._bounded_caller.call(release, self._time.last_call())


class TimedCreateIntents(CreateIntents):
    """Ends each call at the deadline."""

    __slots__ = ("_bounded_caller", "_clock", "_intents", "_time")

    def __init__(
        self, intents: CreateIntents, time: StoreTime, bounded_caller: BoundedCaller, clock: Clock
    ) -> None:
        self._intents = intents
        self._time = time
        self._bounded_caller = bounded_caller
        self._clock = clock

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        began = self._clock.now()

        def undo(is_first: object) -> None:
            if is_first and self._clock.now() - began < FORGOTTEN_WITHIN:
                self._intents.forget(key)

        return self._bounded_caller.call(
            lambda: self._intents.first_time(key, ttl), self._time.first_call(), late=undo
        )

    def forget(self, key: str) -> bool:
        """See the port."""
        return self._bounded_caller.call(lambda: self._intents.forget(key), self._time.last_call())

    def complete(self, key: str, result: str) -> None:
        """See the port."""
        self._bounded_caller.call(
            lambda: self._intents.complete(key, result), self._time.last_call()
        )

    def result_of(self, key: str) -> str | None:
        """See the port."""
        return self._bounded_caller.call(
            lambda: self._intents.result_of(key), self._time.first_call()
        )
