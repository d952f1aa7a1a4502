"""One writer at a time for each user."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import LeaseHeldError
from authcore.ports.coordination import Lease, LeaseGrant
from authcore.ports.system import Clock, Pause


TURN: Final = timedelta(seconds=60)
"""How long a turn lasts at most; after a process was killed in one, the user waits this long."""

LONGEST_WRITE: Final = timedelta(seconds=12)
"""
A write begins only if this much of the turn is left: its deadline of 10 seconds, and two for clocks
that differ.
"""

POLL: Final = timedelta(milliseconds=50)
MAX_POLLS: Final = 40
"""How often, and how many times, a caller asks for a turn that another one has: two seconds."""


@attrs.frozen(repr=False, eq=False)
class Turn:
    """
    The right to write to one user.

    Attributes:
        grant: Its lease.
        clock: Tells whether it has ended.
    """

    grant: LeaseGrant
    clock: Clock

    def require(self) -> None:
        """
        Return if a write that begins now ends within the turn.

        Raises:
            LeaseHeldError: It may not; another process may write to the user by then.
        """
        if self.clock.now() + LONGEST_WRITE > self.grant.expires_at:
            raise LeaseHeldError("the turn has ended", detail="turn ended")


@attrs.frozen(kw_only=True, repr=False, eq=False)
class UserTurns:
    """
    Gives one caller at a time a turn at a user.

    Attributes:
        lease: Between the threads of a process, or between processes.
        pause: Waits for a turn.
        clock: Tells whether a turn has ended.
    """

    lease: Lease
    pause: Pause
    clock: Clock

    @contextmanager
    def take(self, legacy_uid: str) -> Iterator[Turn]:
        """
        Have the turn during a ``with`` block.

        Raises:
            LeaseHeldError: Other callers had it for two seconds.

            CoordinationUnavailableError: No usable answer.
        """
        with ExitStack() as stack:
            yield Turn(self._acquire(f"profile-sync:{legacy_uid}", stack), self.clock)

    def _acquire(self, key: str, stack: ExitStack) -> LeaseGrant:
        for _ in range(MAX_POLLS):
            try:
                return stack.enter_context(self.lease.hold(key, TURN))
            except LeaseHeldError:
                self.pause.wait(POLL)
        return stack.enter_context(self.lease.hold(key, TURN))
