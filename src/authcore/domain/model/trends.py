"""What the audit trail says per day and month, and the lines that it is read from."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

import attrs

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import DailyCount


NOT_TOLD: Final = "not_told"
"""Reason of decisions that a stream counts without their reasons."""


@attrs.frozen(kw_only=True)
class AuditEntry:
    """
    One line of an audit stream.

    Attributes:
        day: In UTC.
        action: What was decided, e.g. ``sign_in.complete``.
        outcome: See Outcome.
        reason: Stable code; NOT_TOLD of counted decisions.
        count: Decisions that the line stands for; by default 1.
        is_metric: Whether the line counts decisions that have lines of their own, perhaps
            elsewhere; by default False.
        subject: Cognito ``sub``; None (the default) where the line has none.
        legacy_uid: Legacy id; None (the default) where the line has none.
    """

    day: date
    action: str
    outcome: Outcome
    reason: str
    count: int = 1
    is_metric: bool = False
    subject: str | None = None
    legacy_uid: str | None = None


LineFault = Literal[
    "line_too_long", "not_json", "without_time", "without_action", "unknown_outcome", "wrong_value"
]


@attrs.frozen
class UnreadableLine:
    """
    A line that looks like one of an audit stream, and is not.

    Attributes:
        place: For operators: ``audit.log line 12``.  Never what stands there.
        fault: What is wrong.
    """

    place: str
    fault: LineFault


@attrs.frozen
class RepeatedLine:
    """
    A line that was read before, e.g. because two exports overlap.

    Attributes:
        place: See UnreadableLine.
    """

    place: str


HistoryLine = AuditEntry | UnreadableLine | RepeatedLine

Door = Literal["managed_login", "own_page", "migration", "password_reset", "password_check"]
"""
By which a user proves who they are.

``managed_login``: at Cognito's page or a provider, back through the callback.  ``own_page``: with a
password at the auth service's page.  ``migration``: with the old password, which user migration
checked.  ``password_reset``: a forgotten password, for which user migration created the user.
``password_check``: a program that lets the auth service check a password.
"""

DOORS: Final[Mapping[str, Door]] = {
    "sign_in.complete": "managed_login",
    "password.begin": "own_page",
    "password.challenge": "own_page",
    "user_migration.authenticate": "migration",
    "user_migration.forgot_password": "password_reset",
    "password.verify": "password_check",
}
"""By action.  One sign-in may pass two: migration, then managed login or the own page."""


@attrs.frozen
class ActiveUsers:
    """
    Users who count in Cognito's bill of a month, as far as an audit stream shows them.

    Attributes:
        month: Its first day.
        by_themselves: Distinct users who signed in or got a token.
        by_tools: Distinct further users whom only authcore's own calls made active.
    """

    month: date
    by_themselves: int
    by_tools: int


@attrs.frozen(kw_only=True)
class Trends:
    """
    What a whole audit stream says.

    Attributes:
        days: By day, action, outcome and reason, in that order.
        active: By month.
        moved: Accounts that user migration let in or linking linked, by the day of their first such
            line.
        returns: Of a sample of the users whom linking linked on their first day in the stream:
            users by this and their second day, None where there is no second one.  Empty where the
            stream has no refreshes of sessions, because visits within a session are not seen then.
        steps: By day, accepted steps of the own page that asked for something further, and
            ended no sign-in.
        read: Lines of decisions that were counted.
        unreadable: Lines that could not be read, by fault.
        repeated: Lines that were read before, and not counted again.
    """

    days: tuple[DailyCount, ...]
    active: tuple[ActiveUsers, ...]
    moved: Mapping[date, int]
    returns: Mapping[tuple[date, date | None], int]
    steps: Mapping[date, int]
    read: int
    unreadable: Mapping[LineFault, int]
    repeated: int
