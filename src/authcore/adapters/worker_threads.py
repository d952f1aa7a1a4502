"""Threads for blocking calls, so that they do not block the event loop."""

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
    Runs at most 64 calls at once and queues at most 256 more, per event loop.

    Uses its own limiter, so that a slow identity provider cannot starve other threads of the
    process.
    """

    def __init__(self, *, threads: int = MAX_THREADS, waiting: int = MAX_WAITING) -> None:
        """
        Set the limits.

        Args:
            threads: Maximum number of calls that run at once; by default MAX_THREADS.

            waiting: Maximum number of calls that wait for a thread; by default MAX_WAITING.
        """
        self._limiters: RunVar[anyio.CapacityLimiter] = RunVar(f"authcore.threads.{next(_numbers)}")
        self._threads = threads
        self._waiting = waiting
        self._under_way = 0
        self._counting = threading.Lock()

    @property
    def busy(self) -> int:
        """Number of calls that run now; exact with one event loop."""
        return min(self._under_way, self._threads)

    @property
    def waiting(self) -> int:
        """Number of calls that wait for a thread; exact with one event loop."""
        return self._under_way - self.busy

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """
        Run *call* in a thread; return or raise what it does.

        Raises:
            UnavailableError: The queue is full; *call* was not made.
        """
        limiter = self._limiter()
        if limiter.statistics().tasks_waiting >= self._waiting:
            raise UnavailableError(
                "too many calls are waiting", retry_after=_RETRY_AFTER, detail="too many calls"
            )
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
        """The limiter of this event loop: a task must not be woken from another loop."""
        try:
            return self._limiters.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(self._threads)
            self._limiters.set(limiter)
            return limiter
