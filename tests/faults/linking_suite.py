"""F1: account linking under every schedule that is short enough to be tried."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, get_args

import attrs

from authcore.domain.model.linking import Creation
from faults.dice import Dice, drawn
from faults.figures import Failure, Progress, Section, milliseconds
from faults.linking_runs import Build, Verdict, product, run
from faults.linking_world import Scenario, scenarios_of
from faults.schedules import (
    Planned,
    Schedule,
    interleavings,
    parsed,
    random_schedule,
    serial,
    slow,
    strikes,
)
from faults.steps import PUNCTUAL, Fault


MODES: Final[tuple[Creation, ...]] = get_args(Creation)

RANDOM_SCHEDULES: Final = 20_000
"""In each mode, spread over the scenarios."""

RANDOM_ATTEMPTS: Final = 5


@attrs.define
class Tally:
    """
    Sums over many schedules; keeps no verdict that was good.

    Attributes:
        schedules: How many were run.
        counts: How often what happened.
        seconds: How long attempts took.
        failures: The verdicts that were not good.
    """

    schedules: int = 0
    counts: Counter[str] = attrs.field(factory=Counter)
    seconds: list[float] = attrs.field(factory=list)
    failures: list[Failure] = attrs.field(factory=list)

    def take(self, verdict: Verdict) -> None:
        """Add *verdict*."""
        self.schedules += 1
        self.counts["repairs"] += verdict.repaired
        self.counts["for a person"] += verdict.orphaned
        self.counts["duplicates"] += "duplicate account" in verdict.violations
        self.seconds += verdict.seconds
        if verdict.violations:
            self.failures.append(Failure(verdict.schedule, verdict.history, verdict.violations))

    def take_all(self, schedules: Iterable[Schedule], build: Build = product) -> None:
        """Run *schedules* and add what came of them."""
        for schedule in schedules:
            self.take(run(schedule, build))


def clean_run(mode: Creation, scenario: Scenario, build: Build = product) -> Verdict:
    """A single sign-in without faults."""
    return run(Schedule(mode, scenario, (Planned(),)), build)


def every_serial(mode: Creation, attempts: int = 3) -> Iterator[Schedule]:
    """All serial schedules of the mode's scenarios."""
    for scenario in scenarios_of(mode):
        steps = clean_run(mode, scenario).steps[0]
        yield from serial(mode, scenario, steps, PUNCTUAL, attempts)


def every_slow(mode: Creation) -> Iterator[Schedule]:
    """All schedules in which an attempt still acts when others have long come and gone."""
    for scenario in scenarios_of(mode):
        yield from slow(mode, scenario, clean_run(mode, scenario).steps[0])


def take_interleavings(tally: Tally, mode: Creation, build: Build = product) -> None:
    """Run every interleaving of two overlapping attempts, in each scenario of the mode."""
    for scenario in scenarios_of(mode):
        _take_orders(tally, mode, scenario, Planned(), build)


def take_sleepers(tally: Tally, mode: Creation, build: Build = product, *, one_in: int = 1) -> None:
    """The same with one of the two asleep, after each of its steps, or after *one_in* so many."""
    asleep = [
        (scenario, struck)
        for scenario in scenarios_of(mode)
        for struck in strikes(clean_run(mode, scenario).steps[0], (Fault.ASLEEP,))
    ]
    for scenario, struck in drawn(asleep, f"asleep/{mode}", one_in):
        _take_orders(tally, mode, scenario, Planned(struck), build)


def _take_orders(
    tally: Tally, mode: Creation, scenario: Scenario, planned: Planned, build: Build
) -> None:
    first = Schedule(mode, scenario, (planned, Planned(retry=True)), (0,))
    runs: list[Verdict] = []

    def living(schedule: Schedule) -> list[int]:
        runs.append(run(attrs.evolve(schedule, order=schedule.order or (0,)), build))
        return runs[-1].living

    for _ in interleavings(first, living):
        tally.take(runs.pop())


def random_schedules(mode: Creation, seed: str, count: int) -> Iterator[Schedule]:
    """*count* schedules that *seed* stands for."""
    scenarios = scenarios_of(mode)
    steps = {each: clean_run(mode, each).steps[0] + 1 for each in scenarios}
    for number in range(count):
        scenario = scenarios[number % len(scenarios)]
        dice = Dice(f"{seed}/F1/{mode}/{number}")
        yield random_schedule(mode, scenario, steps[scenario], dice, RANDOM_ATTEMPTS)


def section(seed: str, progress: Progress, count: int = RANDOM_SCHEDULES) -> Iterator[Section]:
    """The figures of each mode."""
    for mode in MODES:
        tallies = {kind: Tally() for kind in ("serial", "interleaved", "slow", "random")}
        progress(f"F1 {mode}: every serial schedule")
        tallies["serial"].take_all(every_serial(mode))
        progress(f"F1 {mode}: every interleaving")
        take_interleavings(tallies["interleaved"], mode)
        progress(f"F1 {mode}: everybody late or asleep")
        tallies["slow"].take_all(every_slow(mode))
        take_sleepers(tallies["slow"], mode)
        progress(f"F1 {mode}: {count:,} random schedules")
        tallies["random"].take_all(random_schedules(mode, seed, count))
        yield _section(mode, tallies)


def replay(line: str) -> Failure:
    """What *line* leads to now, good or bad."""
    verdict = run(parsed(line))
    return Failure(verdict.schedule, verdict.history, verdict.violations)


def _section(mode: Creation, tallies: dict[str, Tally]) -> Section:
    clean = {each: clean_run(mode, each) for each in scenarios_of(mode)}
    steps = ", ".join(f"{verdict.steps[0]} {name}" for name, verdict in clean.items())
    taken = tallies.values()
    counts = sum((tally.counts for tally in taken), Counter[str]())
    rows = [
        ("outside calls of a clean sign-in", steps),
        *((f"{name} schedules", f"{tally.schedules:,}") for name, tally in tallies.items()),
        *((name, str(counts[name])) for name in ("duplicates", "repairs", "for a person")),
        ("attempt p50/p99/max", milliseconds(s for tally in taken for s in tally.seconds)),
        ("legacy calls, clean", str(max(each.legacy_calls[0] for each in clean.values()))),
        ("legacy calls, linked", str(max(each.legacy_calls[-1] for each in clean.values()))),
    ]
    return Section(f"F1-{mode} linking", rows, [f for tally in taken for f in tally.failures])
