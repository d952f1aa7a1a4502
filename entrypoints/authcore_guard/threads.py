"""Decisions that wait, kept away from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Final, TypeVar

from authcore.domain.errors import UnavailableError


MAX_THREADS: Final = 64
MAX_WAITING: Final = 256

_RETRY_AFTER: Final = timedelta(seconds=2)

Answer = TypeVar("Answer")


class GuardThreads:
    """
    At most MAX_THREADS calls at once, at most MAX_WAITING more in line.

    Threads of its own, so that a provider or a store that does not answer takes none of the
    application's.
    """

    def __init__(self, *, threads: int = MAX_THREADS, waiting: int = MAX_WAITING) -> None:
        """
        Bound the work.

        Args:
            threads: How many calls run at once.

            waiting: How many may wait for a thread.
        """
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="authcore-guard")
        self._most = threads + waiting
        self._under_way = 0

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """
        What *call* returns or raises.

        Raises:
            UnavailableError: The line is full; *call* was not made.
        """
        if self._under_way >= self._most:
            raise UnavailableError("too much is waiting already", retry_after=_RETRY_AFTER)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, copy_context().run, call
            )
        finally:
            self._under_way -= 1
