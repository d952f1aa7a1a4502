"""The deadline of an event, and calls that end with it."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Final, TypeVar

from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore_lambda.events.types import LambdaContext


ANSWER_MARGIN: Final = timedelta(milliseconds=250)
"""Reserved in every budget for the work before and after the calls."""

MAX_ABANDONED: Final = 4
"""Calls to one service that were given up and still run; at this number no call begins."""

NO_TIME: Final = timedelta(0)

Answer = TypeVar("Answer")


class Deadline:
    """Counts down from the start of the work on an event."""

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
        """Return the time that may be spent so that *reserve* is left; at most zero if none."""
        return timedelta(seconds=self._ends - monotonic()) - reserve


class BoundedCaller:
    """
    Limits the total time of calls to one service.

    A client's own timeouts limit each attempt to connect and each wait for a byte, but not the
    number of addresses and bytes.  A call that was given up may still have its effect, so only
    calls that may be repeated, or undone, are made this way.
    """

    def __init__(self, service: str, unavailable: type[UnavailableError]) -> None:
        """
        Start no thread yet.

        Args:
            service: Its name in errors.

            unavailable: Class of the error for a call without an answer.
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
        Return what *call* returns, or raise what it raises.

        Args:
            call: Runs in another thread, in the context of this one: its ids and its span.

            within: Time limit.

            late: Called in that thread with the answer of a call that was given up; does nothing by
                default.

        Raises:
            UnavailableError: It takes longer than *within*.
        """
        if within <= NO_TIME:
            raise self._unavailable(
                f"no time is left to ask {self._service}", detail="no time left"
            )
        decided = threading.Lock()

        def answer_or_be_late() -> Answer:
            answer = call()
            if not decided.acquire(blocking=False):
                late(answer)
            return answer

        future = self._threads.submit(copy_context().run, answer_or_be_late)
        try:
            return future.result(within.total_seconds())
        except TimeoutError:
            if not decided.acquire(blocking=False):
                return future.result()
            future.cancel()
            raise self._unavailable(
                f"{self._service} takes longer than there is time", detail="no answer in time"
            ) from None
