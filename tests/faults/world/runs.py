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
    """

    variant: Variant
    steps: Sequence[Step]
    taken: Sequence[tuple[Step, str]]
    violations: Sequence[str]

    @property
    def is_ended(self) -> bool:
        """Whether the ending began."""
        return len(self.taken) > len(self.steps)

    def history(self) -> list[str]:
        """A line for each step."""
        return [f"{step}  →  {said}" for step, said in self.taken]


_DETAILS: Final = re.compile(r"\b\d+\b")


def kind_of(violation: str) -> str:
    """*violation* without the ids of accounts, and without what was spoilt."""
    text = _DETAILS.sub("N", violation)
    return text.partition(": ")[0]


class Walker:
    """
    Takes steps and looks at the world after each.

    Attributes:
        world: As it is.
        taken: Steps so far, with what came of each.
        violations: Of the last step.
    """

    def __init__(self, variant: Variant) -> None:
        self.world = World(variant)
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
        self.violations = [
            wrong for truth in TRUTHS for wrong in truth(self.world, step, before, now)
        ]
        return said

    def end(self) -> None:
        """Let every outage be over, and see who has a way in and what is whole."""
        self._planned = len(self.taken)
        for ending in ENDINGS:
            self.violations = ending(self)
            if self.violations:
                return

    def walk(self) -> Walk:
        """What was done so far."""
        steps = [step for step, _ in self.taken[: self._planned]]
        return Walk(self.variant, steps, list(self.taken), list(self.violations))


def walk_through(
    variant: Variant,
    steps: Iterable[Step],
    *,
    to_the_end: bool = True,
) -> Walk:
    """Take *steps* until something is not true."""
    walker = Walker(variant)
    for step in steps:
        walker.take(step)
        if walker.violations:
            return walker.walk()
    if to_the_end:
        walker.end()
    return walker.walk()
