"""State of a key source: whether it fails, why, and when the next fetch may start."""

import logging
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import KeySourceUnavailableError


COOL_DOWN: Final = timedelta(seconds=10)
"""Pause after a fetch that failed, or that did not contain the requested key id."""

FIRST_PAUSE: Final = timedelta(milliseconds=100)
"""
Without keys in memory no token can be verified, so the pauses between failing fetches are shorter:
none after the first failure, then this one, then doubled up to COOL_DOWN.
"""

KNOWN_TO_FAIL_FOR: Final = timedelta(minutes=1)
"""How long after a failed fetch the source counts as failing."""

_NO_TIME: Final = timedelta(0)

_log: Final = logging.getLogger("authcore.keys")


@attrs.frozen
class FetchFailure:
    """
    Why a fetch failed, in fixed texts that are safe to log.

    Attributes:
        reason: For the log.
        detail: See AuthcoreError.
        kind: Of the error that callers get; KeySourceUnavailableError by default.
    """

    reason: str
    detail: str | None
    kind: type[KeySourceUnavailableError] = KeySourceUnavailableError


class FetchBackoff:
    """
    Results of the fetches from one key source.  Not safe to share between threads.

    Attributes:
        failures: Number of failed fetches since the last success.
        failure: Of the last fetch; None if it did not fail.
    """

    def __init__(self) -> None:
        self.failures: int = 0
        self.failure: FetchFailure | None = None
        self._announced: str | None = None
        self._failed_at: datetime | None = None
        self._paused_until: datetime | None = None

    def is_failing(self, now: datetime) -> bool:
        """Whether a fetch failed within KNOWN_TO_FAIL_FOR, so that callers should not wait."""
        failed_at = self._failed_at
        return failed_at is not None and _NO_TIME <= now - failed_at < KNOWN_TO_FAIL_FOR

    def is_paused(self, now: datetime) -> bool:
        """Whether no fetch may start; False if the clock was set back by more than a pause."""
        until = self._paused_until
        return until is not None and now < until <= now + COOL_DOWN

    def record_failure(self, now: datetime, failure: FetchFailure, *, has_keys: bool) -> None:
        """
        Record that a fetch failed.

        Args:
            now: Time of the failure.

            failure: Why.

            has_keys: Whether there are usable keys in memory.
        """
        self.failures += 1
        self.failure = failure
        self._failed_at = now
        self._paused_until = now + (COOL_DOWN if has_keys else self._cold_pause())

    def record_success(self, began: datetime, *, missed: bool) -> None:
        """Record a success; *missed* if the fetch, begun at *began*, lacked a requested key id."""
        self.failures, self.failure = 0, None
        self._paused_until = began + COOL_DOWN if missed else None

    def news(self) -> str | None:
        """The change since the last call, for ``announce``; None if there is none."""
        reason = self.failure.reason if self.failure else None
        if reason == self._announced:
            return None
        self._announced = reason
        return reason or ""

    def _cold_pause(self) -> timedelta:
        if self.failures == 1:
            return _NO_TIME
        return min(COOL_DOWN, FIRST_PAUSE * (1 << min(self.failures - 2, 10)))


def announce(news: str | None) -> None:
    """Log *news* of a source: an outage as a warning, its end as information.  Never raises."""
    try:
        if news:
            _log.warning("the issuer's keys cannot be read: %s", news)
        elif news is not None:
            _log.info("the issuer's keys can be read again")
    except Exception:  # noqa: BLE001 - handlers belong to the application and may raise anything
        return
