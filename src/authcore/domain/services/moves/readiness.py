"""Asks every question about the end of the old login."""

from collections.abc import Collection, Mapping
from typing import Final

import attrs

from authcore.domain.model.deployment import NothingToAskError, UnreadPartError
from authcore.domain.model.readiness import Evidence, Obstacle, Readiness, ReadinessCheck
from authcore.domain.services.moves import checks_of_logins, checks_of_systems


SECTIONS: Final[Mapping[str, tuple[ReadinessCheck, ...]]] = {
    "Who still needs the old login": checks_of_logins.CHECKS,
    "Whether both systems agree": checks_of_systems.CHECKS,
}

CHECKS: Final = tuple(check for checks in SECTIONS.values() for check in checks)

WHAT_IT_NEEDS: Final = "cut-over.md#what-the-verdict-is-made-from"


def assess(
    evidence: Evidence,
    *,
    without: Collection[str] = (),
    checks: tuple[ReadinessCheck, ...] = CHECKS,
) -> Readiness:
    """
    Ask *checks* about *evidence*.  What cannot be read never counts as nothing found.

    Args:
        evidence: What was read.

        without: Ids of checks that the operator leaves out; none by default.

        checks: All by default.
    """
    asked = {each.id: _ask(each, evidence) for each in checks if each.id not in without}
    return Readiness(
        blockers=tuple(found for answer in asked.values() for found in answer.found),
        unknown=tuple(answer.open for answer in asked.values() if answer.open),
        passed=tuple(id_ for id_, answer in asked.items() if answer.has_passed),
        not_asked=tuple(id_ for id_, answer in asked.items() if answer.is_not_asked),
        waived=tuple(each.id for each in checks if each.id in without),
    )


@attrs.frozen(kw_only=True)
class _Answer:
    """What became of one question."""

    found: tuple[Obstacle, ...] = ()
    open: Obstacle | None = None
    is_not_asked: bool = False

    @property
    def has_passed(self) -> bool:
        return not self.found and self.open is None and not self.is_not_asked


def _ask(check: ReadinessCheck, evidence: Evidence) -> _Answer:
    """Ask one question; what was found before a part was missing counts."""
    found: list[Obstacle] = []
    try:
        found.extend(_obstacle(check, each) for each in check.examine(evidence))
    except NothingToAskError:
        return _Answer(found=tuple(found), is_not_asked=not found)
    except UnreadPartError as unread:
        return _Answer(found=tuple(found), open=_open(check, str(unread)))
    return _Answer(found=tuple(found))


def _obstacle(check: ReadinessCheck, found: str) -> Obstacle:
    return Obstacle(id=check.id, evidence=found, mend=check.mend, anchor=check.anchor)


def _open(check: ReadinessCheck, missing: str) -> Obstacle:
    return Obstacle(id=check.id, evidence=missing, mend=check.needs, anchor=WHAT_IT_NEEDS)
