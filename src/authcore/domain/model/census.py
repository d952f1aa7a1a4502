"""How far a move is: persons counted in both systems, and what the audit trail says per day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

import attrs

from authcore.domain.model.audit import Outcome


PersonState = Literal["legacy_only", "unreachable", "moved", "linked", "native", "one_sided"]
"""
Where a person is.  Each person counts once: accounts and pool users that name each other are one.

``legacy_only``: an account without a pool user.  ``unreachable``: the same, and no verified address
by which an import or a message could reach its owner: only the old password moves this person.
``moved``: a pool user made from an account, who has not signed in since, so that the account does
not name the user yet.  ``linked``: both name each other.  ``native``: a pool user that never had an
account.  ``one_sided``: any other disagreement; ``authcore links audit`` says which.
"""


@attrs.frozen(kw_only=True)
class Census:
    """
    One count of both systems.

    Attributes:
        at: When it was complete.  Aware, UTC.
        persons: By state; a state with none is there with 0.
        accounts: All legacy accounts.
        users: All pool users.
        locked: Of ``legacy_only`` and ``unreachable``, those whose account is locked: they move
            never, and block nothing.
        locked_unreachable: Those of ``locked`` who are ``unreachable``.
        providers_only: Of all pool users, those who sign in with a provider only and have no
            password.
    """

    at: datetime
    persons: Mapping[PersonState, int]
    accounts: int
    users: int
    locked: int = 0
    locked_unreachable: int = 0
    providers_only: int = 0


@attrs.frozen
class DailyCount:
    """
    How often one decision was made on one day.

    Attributes:
        day: In UTC.
        action: E.g. ``guard``, ``signin``; see docs/reasons.md.
        outcome: See Outcome.
        reason: Stable code.
        count: Decisions.
    """

    day: date
    action: str
    outcome: Outcome
    reason: str
    count: int
