"""Work that waits for other systems, kept away from the event loop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from authcore.domain.errors import UnavailableError


MAX_THREADS: Final = 64
MAX_WAITING: Final = 256

_RETRY_AFTER: Final = timedelta(seconds=2)

_numbers: Final = count()

Answer = TypeVar("Answer")


class WorkerThreads:
    """
    At most MAX_THREADS calls at once, at most MAX_WAITING more in line, for each event loop.

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
        self._limiters: RunVar[anyio.CapacityLimiter] = RunVar(f"authcore.threads.{next(_numbers)}")
        self._threads = threads
        self._waiting = waiting
        self._under_way = 0
        self._counting = threading.Lock()

    @property
    def busy(self) -> int:
        """How many calls run now; exact where there is one event loop."""
        return min(self._under_way, self._threads)

    @property
    def waiting(self) -> int:
        """How many wait for a thread; exact where there is one event loop."""
        return self._under_way - self.busy

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """
        What *call* returns or raises.

        Raises:
            UnavailableError: The line is full; *call* was not made.
        """
        limiter = self._limiter()
        if limiter.statistics().tasks_waiting >= self._waiting:
            raise UnavailableError("too much is waiting already", retry_after=_RETRY_AFTER)
        with self._count_call():
            return await anyio.to_thread.run_sync(call, limiter=limiter)

    @contextmanager
    def _count_call(self) -> Iterator[None]:
        with self._counting:
            self._under_way += 1
        try:
            yield
        finally:
            with self._counting:
                self._under_way -= 1

    def _limiter(self) -> anyio.CapacityLimiter:
        """This event loop's: what waits in one must not be woken from another."""
        try:
            return self._limiters.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(self._threads)
            self._limiters.set(limiter)
            return limiter
