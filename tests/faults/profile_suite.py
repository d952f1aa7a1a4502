"""
PS: pool users follow legacy accounts, whatever becomes of messages and processes.

Requirements call it F6.  Hypothesis chooses the steps and, where a run fails, shortens it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from authcore.adapters.system import monotonic
from faults.figures import Failure, Progress, Section
from faults.profile_machine import ProfileMachine


RUNS: Final = 10_000
STEPS: Final = 200
"""Maximum of one run."""

TOGETHER: Final = 250
"""Runs that Hypothesis makes at once: it remembers every choice of them, in about 150 MB."""


def section(progress: Progress, seed: str, runs: int = RUNS, steps: int = STEPS) -> Section:
    """Return the figures of *runs* runs of up to *steps* steps."""
    counted: Counter[str] = Counter()
    failures: list[Failure] = []
    began = monotonic()
    for number, left in enumerate(range(runs, 0, -TOGETHER)):
        progress(f"PS run {counted['runs']:,} of {runs:,}, {len(failures)} violated")
        line = f"PS {seed}/{number} {min(left, TOGETHER)} {steps}"
        failures += _run(line, counted)
    seconds = monotonic() - began
    rows = [
        ("runs", f"{counted['runs']:,}"),
        ("steps", f"{counted['steps']:,}, up to {steps} a run"),
        ("seconds", f"{seconds:.0f}, {1000 * seconds / max(1, counted['steps']):.2f} ms a step"),
        ("violated", f"{len(failures)}"),
    ]
    return Section("PS profile sync", rows, failures)


def replay(line: str) -> Failure:
    """Run again what *line*, ``PS SEED RUNS STEPS``, names."""
    return next(_run(line, Counter()), Failure(line, [], []))


def _counting(counted: Counter[str]) -> type[ProfileMachine]:
    class Counting(ProfileMachine):
        """Counts runs and steps."""

        def teardown(self) -> None:
            super().teardown()
            counted["runs"] += 1
            counted["steps"] += self.steps

    return Counting


def _run(line: str, counted: Counter[str]) -> Iterator[Failure]:
    """Yield the shortest violation of what *line* names, if there is one."""
    _, seed, runs, steps = line.split(" ")
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    chosen = settings(
        max_examples=int(runs),
        stateful_step_count=int(steps),
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
    )
    try:
        run_state_machine_as_test(seeded(number)(_counting(counted)), settings=chosen)
    except AssertionError as error:
        history = "\n".join(getattr(error, "__notes__", [])).splitlines()
        yield Failure(line, history, [str(error) or "diverged"])
