"""Repeats calls that got no answer, within a quota."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import MisconfiguredError, UnavailableError
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.ports.system import Pause


BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 30))
"""Wait after each failed attempt but the seventh, which is the last."""

MAX_WAIT: Final = timedelta(minutes=1)
"""Also where an answer asks for more by ``Retry-After``."""

Answer = TypeVar("Answer")
OnRetry = Callable[[UnavailableError, timedelta], None]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Retrier:
    """
    Makes long runs of calls that may be repeated.

    Args:
        rate_limiter: Waited for before each attempt.

        pause: Waits longer after an attempt that failed.

        on_retry: Called with the error and the wait after each failed attempt; does nothing by
            default.

        back_off: Wait after each failed attempt but the last; by default BACK_OFF.
    """

    rate_limiter: RateLimiter
    pause: Pause
    on_retry: OnRetry = lambda *_: None
    back_off: tuple[timedelta, ...] = BACK_OFF

    def call(self, question: Callable[[], Answer]) -> Answer:
        """
        Return what *question* returns, after at most one attempt more than ``back_off`` has waits.

        Raises:
            MisconfiguredError: At the first one: waiting cannot help.

            UnavailableError: The error of the last attempt.
        """
        for back_off in self.back_off:
            self.rate_limiter.acquire()
            try:
                return question()
            except MisconfiguredError:
                raise
            except UnavailableError as error:
                wait = min(max(back_off, error.retry_after or back_off), MAX_WAIT)
                self.on_retry(error, wait)
                self.pause.wait(wait)
        self.rate_limiter.acquire()
        return question()
