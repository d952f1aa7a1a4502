"""A time limit for work that has none of its own."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from authcore.domain.errors import ProviderUnavailableError


Result = TypeVar("Result")

OUT_OF_TIME: Final = "out of time"


def run_within(limit: timedelta, work: Callable[[], Result]) -> Result:
    """
    Return what *work* returns, or raise what it raises.

    The timeouts of botocore's clients hold for each byte: a server that sends one now and then is
    waited for without end.  Work that is given up continues in a thread that does not keep the
    process alive, so it must change nothing.

    Args:
        limit: How long it is waited for.

        work: Runs in another thread, in the context of this one.

    Raises:
        ProviderUnavailableError: It takes longer.
    """
    ended: SimpleQueue[Callable[[], Result]] = SimpleQueue()
    context = copy_context()
    thread = threading.Thread(
        target=lambda: ended.put(context.run(_outcome_of, work)), name="authcore-read", daemon=True
    )
    thread.start()
    try:
        outcome = ended.get(timeout=limit.total_seconds())
    except Empty:
        raise ProviderUnavailableError(
            "there is no complete answer in time", detail=OUT_OF_TIME
        ) from None
    return outcome()


def _outcome_of(work: Callable[[], Result]) -> Callable[[], Result]:
    """Do *work*; return a function that returns its result, or raises its error."""
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - raised again in the other thread
        failed = error
    else:
        return lambda: result

    def fail() -> Result:
        raise failed

    return fail
