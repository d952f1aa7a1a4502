"""When a session is refreshed, and when it is over."""

from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.domain.model.session import Session


FRESH_PART: Final = 0.75
"""
The part of its life during which a token is used as it is.  See: Amazon Cognito "Using tokens".
"""

RefreshVerdict = Literal["keep", "refresh", "end"]


@attrs.frozen
class RefreshPolicy:
    """
    Judges sessions by their times.  Pure.

    Attributes:
        lifetime: From sign-in to the end, however often the session is refreshed in between.
    """

    lifetime: timedelta

    def decide(self, session: Session, *, now: datetime) -> RefreshVerdict:
        """
        What is to become of *session*, whose tokens verify.

        Returns:
            ``refresh`` in the last quarter of the life of whichever token ends first, where the
            session has a refresh token; a failure is no reason to end it.
        """
        if self.is_over(session.access.signed_in_at, now=now):
            return "end"
        if session.tokens.refresh_token is not None and now >= _stale_from(session):
            return "refresh"
        return "keep"

    def is_over(self, signed_in_at: datetime, *, now: datetime) -> bool:
        """Whether a session that began at *signed_in_at* is past its lifetime."""
        return now >= signed_in_at + self.lifetime


def _stale_from(session: Session) -> datetime:
    tokens = (session.access, session.identity)
    return min(token.part_over_at(FRESH_PART) for token in tokens)
