"""The right of one run to write to a pool, for as long as the run takes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import LeaseHeldError
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.coordination import LeaseGrant, MachineLock, RenewableLease
from authcore.ports.system import Clock


TTL: Final = timedelta(minutes=2)
"""After a run was killed, another machine waits for so long at most."""

RENEW_BEFORE: Final = timedelta(seconds=80)
"""A lease that ends sooner is renewed before the next write: one write takes a minute at most."""

Answer = TypeVar("Answer")
RequireTurn = Callable[[], None]
"""
Return if the run may write now.

Raises:
    LeaseHeldError: The run lost its lease: another one may write by now.

    CoordinationUnavailableError: Whether it still holds the lease is not known.
"""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class PoolTurns:
    """
    Lets one run at a time write to a pool.

    Args:
        lock: Of this machine.

        lease: Of all machines; None, the default, where they share no table.

        clock: For the end of the lease.
    """

    lock: MachineLock
    lease: RenewableLease | None = None
    clock: Clock

    @contextmanager
    def take(self, pool_id: str) -> Iterator[RequireTurn]:
        """
        Take the turn at *pool_id* for a ``with`` block, and yield what to call before each write.

        Raises:
            LeaseHeldError: Another run writes to the pool.

            CoordinationUnavailableError: No usable answer of the table.

            ConfigurationError: The folder of the locks cannot be used.
        """
        with ExitStack() as held:
            held.enter_context(self.lock.hold(pool_id))
            if self.lease is None:
                yield lambda: None
                return
            key = f"move:{pool_id}"
            grant = held.enter_context(self.lease.hold(key, TTL))
            yield _Renewal(self.lease, self.clock, key, grant).require


class _Renewal:
    """Renews a lease when it is due; threads may share it."""

    def __init__(self, lease: RenewableLease, clock: Clock, key: str, grant: LeaseGrant) -> None:
        self._lease = lease
        self._clock = clock
        self._key = key
        self._grant = grant
        self._lock = threading.Lock()

    def require(self) -> None:
        """See RequireTurn."""
        with self._lock:
            left = self._grant.expires_at - self._clock.now()
            if not RENEW_BEFORE <= left <= TTL:  # more is left where the clock was set back
                self._grant = self._lease.renew(self._key, self._grant, TTL)


def call_in_turn(retrier: Retrier, require: RequireTurn, write: Callable[[], Answer]) -> Answer:
    """
    Return what *write* returns, repeated as *retrier* does, and only while the run has its turn.

    Raises:
        LeaseHeldError: At once: a lost lease does not come back.

        UnavailableError: The error of the last attempt.
    """

    def attempt() -> Answer | LeaseHeldError:
        try:
            require()
        except LeaseHeldError as lost:
            return lost
        return write()

    answer = retrier.call(attempt)
    if isinstance(answer, LeaseHeldError):
        raise answer
    return answer
