"""A walk that is known beforehand, and how it is taken."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

import attrs

from faults.world.runs import Walker
from faults.world.steps import read_step
from faults.world.variants import read_variant


@attrs.frozen
class Script:
    """
    A walk that is known beforehand.

    Attributes:
        variant: How the world is configured.
        lines: Steps, and the outcome of each.
    """

    variant: str
    lines: Sequence[tuple[str, str]]


OUT: Final = "!2.unsent !3.unsent !4.unsent !5.unsent !6.unsent"
"""The legacy system accepts a password, and nothing can be reached from then on."""


def play(script: Script) -> list[str]:
    """Everything that is wrong when *script* is taken to its end."""
    walker = Walker(read_variant(script.variant))
    wrong: list[str] = []
    for line, expected in script.lines:
        said = walker.take(read_step(line))
        if not fnmatchcase(said, expected):
            wrong.append(f"{line}: {said}, not {expected}")
        wrong += [f"{line}: {violation}" for violation in walker.violations]
    if not wrong:
        walker.end()
        wrong += walker.violations
    return wrong
