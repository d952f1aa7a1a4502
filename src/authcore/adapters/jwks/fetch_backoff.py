"""What is known of a key source: whether it fails, why, and how long it is to be left alone."""

import logging
from datetime import datetime, timedelta
from typing import Final


COOL_DOWN: Final = timedelta(seconds=10)
"""No fetch for so long after one that failed, or that did not bring the key id it was made for."""

FIRST_PAUSE: Final = timedelta(milliseconds=100)
"""
With no keys in memory nobody can be served, so the pauses between failing fetches start at nothing,
then this, and double up to COOL_DOWN.
"""

KNOWN_TO_FAIL_FOR: Final = timedelta(minutes=1)
"""How long after a failed fetch the source counts as failing."""

_NO_TIME: Final = timedelta(0)

_log: Final = logging.getLogger("authcore.keys")


class FetchBackoff:
    """
    The fetches of one key source so far.  Not safe to share between threads.

    Attributes:
        failures: How many fetches in a row failed, up to the last one.
        reason: Why the last fetch failed; None if it did not.
    """

    def __init__(self) -> None:
        self.failures = 0
        self.reason: str | None = None
        self._told: str | None = None
        self._failed_at: datetime | None = None
        self._paused_until: datetime | None = None

    def is_failing(self, now: datetime) -> bool:
        """Whether the source is known to fail, so that asking it is not worth waiting for."""
        failed_at = self._failed_at
        return failed_at is not None and _NO_TIME <= now - failed_at < KNOWN_TO_FAIL_FOR

    def is_paused(self, now: datetime) -> bool:
        """False when the pause lies further ahead than one can: the clock ran backwards."""
        until = self._paused_until
        return until is not None and now < until <= now + COOL_DOWN

    def record_failure(self, now: datetime, reason: str, *, has_keys: bool) -> None:
        """
        A fetch failed.

        Args:
            now: When.

            reason: Of our own words, safe to log.

            has_keys: Whether callers can be served meanwhile.
        """
        self.failures += 1
        self.reason = reason
        self._failed_at = now
        self._paused_until = now + (COOL_DOWN if has_keys else self._cold_pause())

    def record_success(self, began: datetime, *, missed: bool) -> None:
        """A fetch that *began* then succeeded; *missed* if it did not bring what it was for."""
        self.failures, self.reason = 0, None
        self._paused_until = began + COOL_DOWN if missed else None

    def news(self) -> str | None:
        """What has changed since this was last asked, as ``announce`` wants it; None if nothing."""
        if self.reason == self._told:
            return None
        self._told = self.reason
        return self.reason or ""

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
    except Exception:  # noqa: BLE001 - handlers are the team's own and may raise anything
        return
