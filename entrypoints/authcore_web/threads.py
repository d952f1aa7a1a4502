"""Work that waits for other systems, kept away from the event loop."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import anyio
import anyio.to_thread

from authcore.domain.errors import UnavailableError


MAX_THREADS: Final = 256
"""As many as sessions may be refreshed at once; a thread begins when it is needed first."""

MAX_WAITING: Final = 256

_RETRY_AFTER: Final = timedelta(seconds=2)

Answer = TypeVar("Answer")


class WorkerThreads:
    """
    At most MAX_THREADS calls at once, at most MAX_WAITING more in line.

    A limiter of its own, so that a slow identity provider cannot starve anything else that this
    process does in threads.
    """

    def __init__(self, *, threads: int = MAX_THREADS, waiting: int = MAX_WAITING) -> None:
        """
        Bound the work.

        Args:
            threads: How many calls run at once.

            waiting: How many may wait for a thread.
        """
        self._limiter = anyio.CapacityLimiter(threads)
        self._waiting = waiting

    @property
    def busy(self) -> int:
        """How many calls run now."""
        return self._limiter.borrowed_tokens

    @property
    def waiting(self) -> int:
        """How many wait for a thread."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """
        What *call* returns or raises.

        Raises:
            UnavailableError: The line is full; *call* was not made.
        """
        if self.waiting >= self._waiting:
            raise UnavailableError("too much is waiting already", retry_after=_RETRY_AFTER)
        return await anyio.to_thread.run_sync(call, limiter=self._limiter)
