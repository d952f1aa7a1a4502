"""Several attempts at once, of which exactly one runs at any moment."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final


PATIENCE: Final = 120.0
"""Seconds after which an attempt that does not come back is a fault of the suite's."""


class _KilledError(BaseException):
    """Ends the thread of an attempt that was killed."""


class Runner:
    """
    Runs *work* in a thread, from one outside call to the next, whenever it is told to.

    Attributes:
        begun: Whether it was ever told to.
        wakes_at: Until when it sleeps; None while it is awake.
        over: Whether *work* has ended.
    """

    def __init__(self, work: Callable[["Runner"], None]) -> None:
        self.begun = False
        self.wakes_at: datetime | None = None
        self.over = False
        self._is_killed = False
        self._work = work
        self._go = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def advance(self) -> None:
        """Let it make its next outside call and come to the one after, or to its end."""
        if not self.begun:
            self.begun = True
            self._thread.start()
            self._wait_for(self._back)
            if self.over:
                return
        self._go.release()
        self._wait_for(self._back)

    def kill(self) -> None:
        """End its thread where it is: it makes no further outside call."""
        self._is_killed = True
        if self.begun and not self.over:
            self._go.release()
            self._wait_for(self._back)

    def wait_for_turn(self) -> None:
        """Called by *work* before each outside call."""
        if not self._is_killed:
            self._back.release()
            self._wait_for(self._go)
        if self._is_killed:
            raise _KilledError

    def sleep(self, until: datetime) -> None:
        """Called by *work* where it falls asleep; who tells it to go on wakes it."""
        self.wakes_at = until
        self.wait_for_turn()
        self.wakes_at = None

    def _run(self) -> None:
        try:
            with suppress(_KilledError):
                self._work(self)
        finally:
            self.over = True
            self._back.release()

    @staticmethod
    def _wait_for(semaphore: threading.Semaphore) -> None:
        if not semaphore.acquire(timeout=PATIENCE):
            raise TimeoutError("an attempt does not come back")
