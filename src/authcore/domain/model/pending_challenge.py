"""A challenge that a browser has still to answer."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.model.challenges import Challenge


PUBLIC_ID_LENGTH: Final = 32
CHALLENGE_LIFETIME: Final = timedelta(minutes=3)
"""As long as Cognito's own session lasts by default; a wrong answer does not prolong it."""


@attrs.frozen(kw_only=True)
class PendingChallenge:
    """
    A challenge between two requests of one browser, as the browser keeps it (sealed).

    Attributes:
        challenge: To be answered.  Of its parameters only those are kept that a page shows.
        candidate_username: As the user typed it, for limits.
        client: Digest of the app client and pool at which the sign-in was begun.
        identifier: Counts for one answer.
        expires_at: When it can no longer be answered.  Aware, UTC.
        attempt: Id of the sign-in in log lines; None in cookies of earlier releases.
    """

    challenge: Challenge
    candidate_username: str = attrs.field(repr=False)
    client: str
    identifier: str = attrs.field(repr=False)
    expires_at: datetime
    attempt: str | None = None

    @property
    def public_id(self) -> str:
        """Which challenge it is, for the page: with two tabs an answer may be for another one."""
        return hashlib.sha256(self.identifier.encode()).hexdigest()[:PUBLIC_ID_LENGTH]
