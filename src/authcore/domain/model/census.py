"""How far a move is: persons counted in both systems, and what the audit trail says per day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Literal, get_args

import attrs

from authcore.domain.model.audit import Outcome


PersonState = Literal["legacy_only", "unreachable", "moved", "linked", "native", "one_sided"]
"""
Where a person is.  Each person counts once: each account is a person together with the users who
name it, and with the user whom it names and who names no other account; each further user is one.

``legacy_only``: an account without a pool user.  ``unreachable``: the same, and no verified address
by which an import or a message could reach its owner: only the old password moves this person.
``moved``: a pool user made from an account, who has not signed in since, so that the account does
not name the user yet.  ``linked``: both name each other, and no third one names either.
``native``: a pool user without an account.  ``one_sided``: any other disagreement, and a user who
was refused an account; ``authcore links audit`` says which.
"""

STATES: Final[tuple[PersonState, ...]] = get_args(PersonState)


@attrs.frozen(kw_only=True)
class Census:
    """
    One count of both systems.

    The two systems are read page by page while users sign in: it is no snapshot.  What is created,
    linked or deleted after its page was read is counted as it was before.

    Attributes:
        at: When it was complete.  Aware, UTC.
        persons: By state; a state with none is there with 0.
        accounts: All legacy accounts.
        users: All pool users.
        locked: Of ``legacy_only`` and ``unreachable``, those whose account is locked: they move
            never, and block nothing.
        locked_unreachable: Of *locked*, those that are ``unreachable``; by default 0.
        providers_only: Of all pool users, those who sign in with a provider only and have no
            password; by default 0.
        changed: Users who were made or changed while it was read, as far as their pages were read
            later: about half of all who were; by default 0.
        began_at: When it began; None (the default) where that is not known.
    """

    at: datetime
    persons: Mapping[PersonState, int]
    accounts: int
    users: int
    locked: int = 0
    locked_unreachable: int = 0
    providers_only: int = 0
    changed: int = 0
    began_at: datetime | None = None

    @property
    def total(self) -> int:
        """All persons."""
        return sum(self.persons.values())

    @property
    def gone_over(self) -> int:
        """Persons who have a pool user made from their account, or linked with it."""
        return self.persons["moved"] + self.persons["linked"]

    @property
    def waiting(self) -> int:
        """Persons who have only an account, and are not locked out of it."""
        return self.persons["legacy_only"] + self.persons["unreachable"] - self.locked


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
