"""How many attempts are admitted within which time."""

from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import TooManyAttemptsError


MAX_ATTEMPTS: Final = 60_000
"""The highest limit."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(repr=False)
class AttemptLimit:
    """
    A limit on attempts.

    Attributes:
        attempts: Within one window, 1 to MAX_ATTEMPTS.
        window: Its length, one second at least.
    """

    attempts: int
    window: timedelta

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.attempts <= MAX_ATTEMPTS or self.window < timedelta(seconds=1):
            raise ValueError(f"1 to {MAX_ATTEMPTS} attempts within a second or more")

    def number_at(self, now: datetime) -> int:
        """Number the window of *now*, from 1970 on."""
        return (now - _EPOCH) // self.window

    def end_of(self, number: int) -> datetime:
        """Return the end of the window *number*.  Aware, UTC."""
        return _EPOCH + (number + 1) * self.window

    def make_error(self, now: datetime) -> TooManyAttemptsError:
        """Make the error of an attempt at *now* that is one too many."""
        rest = self.end_of(self.number_at(now)) - now
        return TooManyAttemptsError("too many attempts for now", retry_after=rest)
