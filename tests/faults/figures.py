"""What a run of the suite hands to its reader."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import attrs


MAX_FAILURES_WRITTEN: Final = 20
"""Per section: the first ones say it all."""

Progress = Callable[[str], None]
"""Takes note of what is being done right now."""


@attrs.frozen
class Failure:
    """
    One violated invariant, ready to be replayed.

    Attributes:
        replay: What ``--replay`` takes.
        history: What happened, line by line.
        violations: What must not have.
    """

    replay: str
    history: Sequence[str]
    violations: Sequence[str]

    def __str__(self) -> str:
        lines = [f"replay: {self.replay}", *self.history, *(f"WRONG: {v}" for v in self.violations)]
        return "\n".join(lines)


@attrs.frozen
class Section:
    """
    One part of the suite.

    Attributes:
        title: Of the table.
        rows: Name and figure.
        failures: Empty if every invariant held.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    failures: Sequence[Failure]


def percentile(samples: Iterable[float], share: float) -> float:
    """The smallest sample that *share* of all do not exceed; 0 if there are none."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def slower_share(first: Sequence[float], second: Sequence[float]) -> float:
    """
    How probably a sample of *first* is larger than one of *second*; ties count half.

    The area under the curve of a classifier that goes by the sample alone; 0.5 if it knows nothing.

    See: Mann and Whitney, "On a test of whether one of two random variables is stochastically
    larger than the other", 1947.
    """
    ordered = sorted(second)
    larger = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in first)
    return larger / (2 * len(first) * len(second))


def milliseconds(samples: Iterable[float]) -> str:
    """p50, p99 and maximum of *samples* in seconds."""
    taken = list(samples)
    figures = (percentile(taken, 0.5), percentile(taken, 0.99), max(taken, default=0.0))
    return " / ".join(f"{1000 * figure:.2f}" for figure in figures) + " ms"


def write_failures(directory: Path, section: Section, seed: str) -> list[Path]:
    """One file for each failure, with all it takes to see it again."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for number, failure in enumerate(section.failures[:MAX_FAILURES_WRITTEN], 1):
        path = directory / f"{section.title.split()[0]}-{number:02}.txt"
        path.write_text(f"seed: {seed}\n{failure}\n", encoding="utf-8")
        written.append(path)
    return written
