"""One reason code: where it comes from, what the user sees, what the operator does."""

from typing import Final

import attrs

from authcore.domain.model.audit import Outcome


@attrs.frozen
class Reason:
    """
    A reason code of audit lines, counters and answers.

    Attributes:
        code: As recorded and answered; does not change.
        outcomes: With which it is recorded; none where it stands in answers only.
        actions: Of the audit lines and counters, or the routes that answer it.
        user: What the user, or the calling program, sees.
        operator: What the operator does.
    """

    code: str
    outcomes: tuple[Outcome, ...]
    actions: tuple[str, ...]
    user: str
    operator: str


ACCEPTED: Final[tuple[Outcome, ...]] = ("accepted",)
REJECTED: Final[tuple[Outcome, ...]] = ("rejected",)
UNAVAILABLE: Final[tuple[Outcome, ...]] = ("unavailable",)
MISCONFIGURED: Final[tuple[Outcome, ...]] = ("misconfigured",)

NOTHING: Final = "Nothing to do."
LATER: Final = (
    "503, or the page that sign-in is not available right now; sessions stay as they are."
)
"""What the doors show in every outage."""
