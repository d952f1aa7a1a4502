"""When a session is refreshed, and when it ends."""

from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.domain.model.session import Session


FRESH_PART: Final = 0.75
"""The part of a token's life before a refresh is due.  See: Amazon Cognito "Using tokens"."""

RefreshAction = Literal["keep", "refresh", "end"]


@attrs.frozen
class RefreshPolicy:
    """
    Decide by a session's times what happens to it.

    Attributes:
        lifetime: Time from sign-in to the end, however often the session is refreshed.
    """

    lifetime: timedelta

    def decide(self, session: Session, *, now: datetime) -> RefreshAction:
        """
        Decide about *session*, whose tokens are valid.

        Returns:
            ``refresh`` in the last quarter of the lifetime of the token that expires first, where
            the session has a refresh token; a failed refresh does not end the session.
        """
        if self.is_over(session.signed_in_at, now=now):
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
