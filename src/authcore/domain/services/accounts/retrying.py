"""Asks at a steady pace, and asks again later where there was no answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from authcore.domain.errors import UnavailableError
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.ports.system import Pause


BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 30))
"""What passes after each attempt that failed; the one after the last of them is the last."""

MAX_WAIT: Final = timedelta(minutes=1)
"""However long an answer asks for."""

Answer = TypeVar("Answer")
OnRetry = Callable[[UnavailableError, timedelta], None]


class Retrier:
    """For long runs of calls that may be repeated."""

    def __init__(
        self, *, rate_limiter: RateLimiter, pause: Pause, on_retry: OnRetry = lambda *_: None
    ) -> None:
        """
        Wait as *rate_limiter* says before each attempt, and longer after one that failed.

        Args:
            rate_limiter: Gives turns.

            pause: Waits.

            on_retry: Hears why and how long it is waited after a failed attempt.
        """
        self._rate_limiter = rate_limiter
        self._pause = pause
        self._on_retry = on_retry

    def call(self, question: Callable[[], Answer]) -> Answer:
        """
        What *question* returns, at one of seven attempts.

        Raises:
            UnavailableError: Of the last one.
        """
        for back_off in BACK_OFF:
            self._rate_limiter.acquire()
            try:
                return question()
            except UnavailableError as error:
                wait = min(max(back_off, error.retry_after or back_off), MAX_WAIT)
                self._on_retry(error, wait)
                self._pause.wait(wait)
        self._rate_limiter.acquire()
        return question()
