"""The runbook of a move, stage by stage, and what the way back costs."""

from typing import Literal

import attrs

from authcore.domain.model.readiness import Obstacle


StageId = Literal["before", "share", "all", "form", "mobile", "unused", "switched_off", "done"]
"""How far a move is; see RUNBOOK in ``services.moves.runbook``."""


@attrs.frozen(kw_only=True)
class Stage:
    """
    One stage of the runbook.

    Attributes:
        id: See StageId.
        title: What has been reached.
        recognised: By which evidence.
        step: What the operator does next.
        check: How the operator sees that the step has worked.
        command: To type for the step or its check.
        back: What the operator does to return to the stage before; empty for nothing.
    """

    id: StageId
    title: str
    recognised: str
    step: str
    check: str
    command: str
    back: str


WayBackVerdict = Literal["safe", "lossy", "unknown"]
"""
``safe``: at the old login users find what they had at the new one.  ``lossy``: something is missing
there.  ``unknown``: nothing is in what could be read, and not everything could be.
"""


@attrs.frozen(kw_only=True)
class Difference:
    """
    What is in Cognito, and may not be in the legacy system.

    Attributes:
        id: Stable.
        what: What stands after their number, be it one or several.
        at_least: Users whom it surely concerns.
        at_most: Users whom it can concern.
        kept_by: What keeps both logins equal about it; empty where nothing does.
        mend: What the operator can do about it.
        anchor: Page of the documentation, with the section.
    """

    id: str
    what: str
    at_least: int
    at_most: int
    kept_by: str
    mend: str
    anchor: str

    @property
    def is_lost(self) -> bool:
        """Whether a user may miss it at the old login."""
        return not self.kept_by and self.at_most > 0


@attrs.frozen(kw_only=True)
class WayBack:
    """
    The way back from where a move is.

    Attributes:
        stage: How far the move is; None where that is unknown.
        steps: What to do, in order.
        differences: What the old login lacks, and what is kept equal.
        unknown: What could not be told.
    """

    stage: Stage | None
    steps: tuple[str, ...]
    differences: tuple[Difference, ...]
    unknown: tuple[Obstacle, ...]

    @property
    def verdict(self) -> WayBackVerdict:
        """See WayBackVerdict."""
        if any(each.is_lost for each in self.differences):
            return "lossy"
        return "unknown" if self.unknown or self.stage is None else "safe"
