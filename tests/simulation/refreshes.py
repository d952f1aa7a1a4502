"""How often sessions are refreshed, by the lifetime of access tokens."""

from datetime import timedelta

from authcore.domain.services.sessions.refresh_policy import FRESH_PART


def refreshes_per_second(sessions: int, lifetime: timedelta) -> float:
    """
    Return the refreshes a second of *sessions* whose users send requests all the time.

    A session without requests is not refreshed.
    """
    return sessions / (FRESH_PART * lifetime.total_seconds())


def sessions_within(rate: float, lifetime: timedelta) -> int:
    """Return how many sessions at once *rate* refreshes a second keep alive."""
    return int(rate * FRESH_PART * lifetime.total_seconds())
