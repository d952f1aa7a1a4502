"""One walk: its steps, what came of each, and what was not true afterwards."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from faults.world.endings import ENDINGS
from faults.world.steps import Step
from faults.world.truths import TRUTHS
from faults.world.variants import Variant
from faults.world.world import World


@attrs.frozen
class Walk:
    """
    One walk.

    Attributes:
        variant: How the world was configured.
        steps: What was done, without the ending.
        taken: Every step with what came of it, the ending's too.
        violations: What was not true after the last of them; empty where everything was.
        awaited: Kinds of violations that were passed over.
        seen: Those of them that came up.
    """

    variant: Variant
    steps: Sequence[Step]
    taken: Sequence[tuple[Step, str]]
    violations: Sequence[str]
    awaited: frozenset[str]
    seen: frozenset[str]

    @property
    def is_ended(self) -> bool:
        """Whether the ending began."""
        return len(self.taken) > len(self.steps)

    def history(self) -> list[str]:
        """A line for each step."""
        return [f"{step}  →  {said}" for step, said in self.taken]


AWAITED_KINDS: Final[frozenset[str]] = frozenset(
    (
        "I1 a second account",
        "I2 a token names N, which is not linked",
        "I3 a token names N, which belongs to another user",
        "I3 a token names N, which is locked",
        "I3 the guard answers N for a user that it does not name",
        "I5 no way in",
        "I6 nothing heals the link of N",
        "I7 no detail",
    )
)
"""Violations whose mends are not here yet; see ``kind_of``."""

_DETAILS: Final = re.compile(r"\b\d+\b")


def kind_of(violation: str) -> str:
    """*violation* without the ids of accounts, and without what was spoilt."""
    text = _DETAILS.sub("N", violation)
    return text.partition(": ")[0]


class Walker:
    """
    Takes steps and looks at the world after each.

    Attributes:
        awaited: Kinds of violations that end no walk.
        seen: Those of them that came up.
        world: As it is.
        taken: Steps so far, with what came of each.
        violations: Of the last step.
    """

    def __init__(self, variant: Variant, awaited: frozenset[str] = AWAITED_KINDS) -> None:
        self.world = World(variant)
        self.awaited = awaited
        self.seen: set[str] = set()
        self.variant = variant
        self.taken: list[tuple[Step, str]] = []
        self._planned: int | None = None
        self.violations: list[str] = []

    def take(self, step: Step) -> str:
        """Take *step* and say what came of it."""
        before = self.world.picture()
        said = self.world.take(step)
        now = self.world.picture()
        self.taken.append((step, said))
        self.violations = self._news(
            wrong for truth in TRUTHS for wrong in truth(self.world, step, before, now)
        )
        return said

    def _news(self, violations: Iterable[str]) -> list[str]:
        kinds = {each: kind_of(each) for each in violations}
        self.seen |= self.awaited.intersection(kinds.values())
        return [each for each, kind in kinds.items() if kind not in self.awaited]

    def end(self) -> None:
        """Let every outage be over, and see who has a way in and what is whole."""
        self._planned = len(self.taken)
        for ending in ENDINGS:
            self.violations = self._news(ending(self))
            if self.violations:
                return

    def walk(self) -> Walk:
        """What was done so far."""
        steps = [step for step, _ in self.taken[: self._planned]]
        taken, wrong = list(self.taken), list(self.violations)
        return Walk(self.variant, steps, taken, wrong, self.awaited, frozenset(self.seen))


def walk_through(
    variant: Variant,
    steps: Iterable[Step],
    *,
    to_the_end: bool = True,
    awaited: frozenset[str] = AWAITED_KINDS,
) -> Walk:
    """Take *steps* until something is not true."""
    walker = Walker(variant, awaited)
    for step in steps:
        walker.take(step)
        if walker.violations:
            return walker.walk()
    if to_the_end:
        walker.end()
    return walker.walk()
