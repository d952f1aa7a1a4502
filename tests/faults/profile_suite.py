"""
PS: pool users follow legacy accounts, whatever becomes of messages and processes.

Requirements call it F6.  Hypothesis chooses the steps and, where a run fails, shortens it.
"""

import hashlib
from collections import Counter
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

PROGRESS: Final = 500
"""Runs from line to line."""


def section(progress: Progress, seed: str, runs: int = RUNS, steps: int = STEPS) -> Section:
    """Return the figures of *runs* runs of up to *steps* steps."""
    counted: Counter[str] = Counter()
    began = monotonic()
    failure = _run(_counting(progress, counted, runs), seed, runs, steps)
    seconds = monotonic() - began
    rows = [
        ("runs", f"{counted['runs']:,}"),
        ("steps", f"{counted['steps']:,} of up to {steps} a run"),
        ("seconds", f"{seconds:.0f}, {1000 * seconds / max(1, counted['steps']):.2f} ms a step"),
        ("divergences, forged accepted", "0" if failure is None else "see the file"),
    ]
    return Section("PS profile sync", rows, [] if failure is None else [failure])


def replay(line: str, progress: Progress) -> Failure:
    """Run again what *line*, ``PS SEED RUNS STEPS``, names."""
    _, seed, runs, steps = line.split(" ")
    machine = _counting(progress, Counter(), int(runs))
    return _run(machine, seed, int(runs), int(steps)) or Failure(line, [], [])


def _counting(progress: Progress, counted: Counter[str], runs: int) -> type[ProfileMachine]:
    class Counting(ProfileMachine):
        """Counts runs and steps."""

        def teardown(self) -> None:
            super().teardown()
            counted["runs"] += 1
            counted["steps"] += self.steps
            if counted["runs"] % PROGRESS == 0:
                progress(f"PS run {counted['runs']:,} of {runs:,}")

    return Counting


def _run(machine: type[ProfileMachine], seed: str, runs: int, steps: int) -> Failure | None:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    chosen = settings(
        max_examples=runs,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
    )
    try:
        run_state_machine_as_test(seeded(number)(machine), settings=chosen)
    except AssertionError as error:
        history = "\n".join(getattr(error, "__notes__", [])).splitlines()
        return Failure(f"PS {seed} {runs} {steps}", history, [str(error) or "diverged"])
    return None
