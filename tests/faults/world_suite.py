"""
F6: persons, strangers and operators walk through both systems, with faults between any two steps.

After every step the truths of ``faults.world.truths`` hold, after every walk those of
``faults.world.endings``.
"""

from collections import Counter
from typing import Final

from authcore.adapters.system import monotonic
from faults.figures import Failure, Progress, Section
from faults.world.in_process import in_this_process
from faults.world.runs import Walk, kind_of
from faults.world.shrinking import Shrinker, script_of
from faults.world.walks import STEPS, draw_walk


WALKS: Final = 500

PROGRESS: Final = 25
"""Walks from line to line."""

SHRUNK: Final = 2
"""Violations of one kind that are made short."""


def section(progress: Progress, seed: str, walks: int = WALKS, steps: int = STEPS) -> Section:
    """The figures of *walks* walks."""
    kinds: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    failures: list[Failure] = []
    began = monotonic()
    with in_this_process():
        for number in range(walks):
            if number % PROGRESS == 0:
                progress(f"F6 walk {number} of {walks}, {kinds.total()} violated")
            walk = draw_walk(f"{seed}/F6/{number}", steps)
            taken.update(step.verb for step, _ in walk.taken)
            if walk.violations:
                kind = kind_of(walk.violations[0])
                kinds[kind] += 1
                failures.append(_failure(walk, f"F6 {seed} {number}", kinds[kind] <= SHRUNK))
    seconds = monotonic() - began
    rows = [
        ("walks", f"{walks:,}"),
        ("steps", f"{taken.total():,} of {len(taken)} kinds"),
        ("seconds", f"{seconds:.0f}, {1000 * seconds / max(1, taken.total()):.2f} ms a step"),
        ("violated", f"{kinds.total()}"),
        *((kind, str(count)) for kind, count in kinds.most_common()),
    ]
    return Section("F6 the world", rows, failures)


def _failure(walk: Walk, replay: str, shrink: bool) -> Failure:
    short = Shrinker(walk).shrink() if shrink else walk
    history = [f"variant: {walk.variant}", *short.history()]
    return Failure(replay, [*history, *script_of(short).splitlines()], short.violations)


def replay(line: str) -> Failure:
    """The walk of *line* again, made short."""
    _, seed, number = line.split(" ")
    with in_this_process():
        walk = draw_walk(f"{seed}/F6/{number}")
        if not walk.violations:
            return Failure(line, walk.history(), [])
        return _failure(walk, line, shrink=True)
