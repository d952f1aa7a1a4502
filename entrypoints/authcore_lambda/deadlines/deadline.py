"""A deadline for one event, and calls that end with it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore_lambda.events.types import LambdaContext


ANSWER_MARGIN: Final = timedelta(milliseconds=250)
"""Kept free of every budget, for what happens before and after the calls."""


MAX_ABANDONED: Final = 4
"""Calls to one service that were given up and have not ended yet; more are not begun."""


NO_TIME: Final = timedelta(0)


Answer = TypeVar("Answer")


class Deadline:
    """Counts down from the moment when work on an event began."""

    def __init__(
        self, budget: timedelta, context: LambdaContext | None, started: float | None = None
    ) -> None:
        """
        Count from *started*.

        Args:
            budget: Total time of the event.

            context: Lambda's, which may have less time left.

            started: By ``monotonic``; now, if left out.
        """
        ends = (monotonic() if started is None else started) + budget.total_seconds()
        if context is not None:
            ends = min(ends, monotonic() + context.get_remaining_time_in_millis() / 1000)
        self._ends = ends - ANSWER_MARGIN.total_seconds()

    def remaining(self, reserve: timedelta) -> timedelta:
        """What may be spent so that *reserve* is left afterwards; zero or negative if nothing."""
        return timedelta(seconds=self._ends - monotonic()) - reserve


class BoundedCaller:
    """
    Waits for a service no longer than there is time.

    A client's own timeouts bound each attempt to connect and each wait for a byte; addresses and
    bytes can be many.  A call that was given up may still have its effect, which is why only calls
    that may be repeated, or undone, are made this way.
    """

    def __init__(self, service: str, unavailable: Callable[[str], UnavailableError]) -> None:
        """
        Wait for *service*.

        Args:
            service: What it is called in errors.

            unavailable: Makes the error that says that there was no answer.
        """
        self._service = service
        self._unavailable = unavailable
        from concurrent.futures import ThreadPoolExecutor

        self._threads = ThreadPoolExecutor(MAX_ABANDONED, thread_name_prefix=service)

    def call(
        self,
        call: Callable[[], Answer],
        within: timedelta,
        *,
        late: Callable[[Answer], object] = lambda _: None,
    ) -> Answer:
        """
        What *call* returns or raises.

        Args:
            call: Made in another thread.

            within: How long it is waited for.

            late: Given the answer of a call that was given up, in that thread.

        Raises:
            UnavailableError: It takes longer than *within*.
        """
        if within <= NO_TIME:
            raise self._unavailable(f"no time is left to ask {self._service}")
        decided = threading.Lock()

        def answer_or_be_late() -> Answer:
            answer = call()
            if not decided.acquire(blocking=False):
                late(answer)
            return answer

        future = self._threads.submit(answer_or_be_late)
        try:
            return future.result(within.total_seconds())
        except TimeoutError:
            if not decided.acquire(blocking=False):
                return future.result()
            future.cancel()
            raise self._unavailable(f"{self._service} takes longer than there is time") from None
