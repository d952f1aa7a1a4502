"""Make a short script of a long walk that ended badly."""

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from faults.world.runs import Walk, kind_of, walk_through
from faults.world.steps import Step


MOST: Final = 400
"""Walks that are tried."""


class Shrinker:
    """
    Leaves steps out while the same truth is violated.

    Attributes:
        best: The shortest walk so far.
    """

    def __init__(self, walk: Walk) -> None:
        self.best = walk
        self._kind = kind_of(walk.violations[0])
        self._left = MOST

    def shrink(self) -> Walk:
        """The shortest walk that was found."""
        size = len(self.best.steps)
        while size:
            if not self._leave_out(size):
                size //= 2
        for place in range(len(self.best.steps)):
            self._simplify(place)
        self._leave_out(1)
        return self.best

    def _leave_out(self, size: int) -> bool:
        """Whether any *size* steps in a row can be left out, from the end on."""
        start, found = len(self.best.steps) - size, False
        while start >= 0:
            steps = [*self.best.steps[:start], *self.best.steps[start + size :]]
            found = self._try(steps) or found
            start = min(start, len(self.best.steps)) - size
        return found

    def _simplify(self, place: int) -> None:
        if place < len(self.best.steps):
            for simpler in _simpler(self.best.steps[place]):
                steps = list(self.best.steps)
                steps[place] = simpler
                self._try(steps)

    def _try(self, steps: Sequence[Step]) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        walk = walk_through(self.best.variant, steps, to_the_end=self.best.is_ended)
        if not walk.violations or kind_of(walk.violations[0]) != self._kind:
            return False
        self.best = walk
        return True


def _simpler(step: Step) -> Iterator[Step]:
    if step.between:
        yield attrs.evolve(step, between={})
    for number in step.strikes:
        left = {other: fault for other, fault in step.strikes.items() if other != number}
        yield attrs.evolve(step, strikes=left)


def script_of(walk: Walk) -> str:
    """*walk* as it stands among the named scripts."""
    lines = [f"        ({str(step)!r}, {said!r})," for step, said in walk.taken[: len(walk.steps)]]
    named = f'    "": Script(\n        read_variant({str(walk.variant)!r}),'
    return "\n".join([named, *lines, "    ),"])
