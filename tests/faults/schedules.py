"""
What happens when: which attempts there are, where each is struck, and who moves next.

A schedule has one line of text, by which it is written down and replayed::

    F1 lease newcomer 4.lost,3.killed.retry,ok 0110
       |     |        |      |              |  who moves at each step; afterwards the oldest
       |     |        |      |              no fault
       |     |        |      fault at step 3; carries the first attempt's event, as a retry does
       |     |        fault at step 4
       mode  scenario
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import cast, get_args

import attrs

from authcore.domain.model.linking import Creation
from faults.dice import Dice
from faults.linking_world import Scenario
from faults.steps import SLOW, Fault, Struck


@attrs.frozen
class Planned:
    """
    One attempt.

    Attributes:
        struck: Its fault, if any.
        retry: Whether it carries the first attempt's event instead of a fresh one.
    """

    struck: Struck | None = None
    retry: bool = False

    def __str__(self) -> str:
        struck = f"{self.struck.step}.{self.struck.fault}" if self.struck else "ok"
        return struck + ".retry" * self.retry


@attrs.frozen
class Schedule:
    """
    Some attempts of one person.

    Attributes:
        mode: What the legacy system promises.
        scenario: Who signs in.
        attempts: In the order in which they may begin.
        order: At each step, which of the living attempts moves; one after the other at the end.
    """

    mode: Creation
    scenario: Scenario
    attempts: tuple[Planned, ...]
    order: tuple[int, ...] = ()

    def __str__(self) -> str:
        order = "".join(map(str, self.order)) or "-"
        return f"F1 {self.mode} {self.scenario} {','.join(map(str, self.attempts))} {order}"


def parsed(line: str) -> Schedule:
    """The schedule that *line* writes down.  Raises ValueError if it is none."""
    name, mode, scenario, attempts, order = line.split()
    if name != "F1" or mode not in get_args(Creation) or scenario not in get_args(Scenario):
        raise ValueError("not a schedule of F1")
    return Schedule(
        cast("Creation", mode),
        cast("Scenario", scenario),
        tuple(_planned(each) for each in attempts.split(",")),
        tuple(int(each) for each in order.strip("-")),
    )


def _planned(text: str) -> Planned:
    words = text.split(".")
    retry = words[-1] == "retry"
    struck = None if words[0] == "ok" else Struck(int(words[0]), Fault(words[1]))
    return Planned(struck, retry)


def strikes(steps: int, faults: Sequence[Fault]) -> tuple[Struck, ...]:
    """Every way to strike an attempt of so many *steps*."""
    return tuple(Struck(step, fault) for step in range(1, steps + 1) for fault in faults)


def serial(
    mode: Creation, scenario: Scenario, steps: int, faults: Sequence[Fault], attempts: int = 3
) -> Iterator[Schedule]:
    """Every way to strike each of *attempts* once or not at all; later ones are retries."""
    plans = (None, *strikes(steps, faults))
    for chosen in product(plans, repeat=attempts):
        planned = tuple(Planned(struck, retry=bool(at)) for at, struck in enumerate(chosen))
        yield Schedule(mode, scenario, planned)


def slow(mode: Creation, scenario: Scenario, steps: int) -> Iterator[Schedule]:
    """Every way in which one attempt is late or asleep, and the first of two others struck."""
    followers = (None, *strikes(steps, tuple(Fault)))
    for first, second in product(strikes(steps, SLOW), followers):
        later = (Planned(second, retry=True), Planned(retry=True))
        yield Schedule(mode, scenario, (Planned(first), *later))


def interleavings(first: Schedule, run: Callable[[Schedule], Sequence[int]]) -> Iterator[Schedule]:
    """
    Every order of *first*'s attempts, found by running.

    Args:
        first: Its order is replaced.

        run: Runs a schedule and tells how many attempts could have moved at each step.
    """
    order: list[int] = []
    while True:
        schedule = attrs.evolve(first, order=tuple(order))
        living = run(schedule)
        order += [0] * (len(living) - len(order))
        yield attrs.evolve(schedule, order=tuple(order))
        while order and order[-1] + 1 >= living[len(order) - 1]:
            order.pop()
        if not order:
            return
        order[-1] += 1


def random_schedule(
    mode: Creation, scenario: Scenario, steps: int, dice: Dice, attempts: int = 5
) -> Schedule:
    """Struck about every other time, overlapping about half the time."""
    planned = tuple(_random_attempt(steps, dice) for _ in range(attempts))
    overlaps = dice.roll(2) == 1
    order = tuple(dice.roll(3) for _ in range(steps * attempts)) if overlaps else ()
    return Schedule(mode, scenario, planned, order)


def _random_attempt(steps: int, dice: Dice) -> Planned:
    struck = Struck(1 + dice.roll(steps), dice.pick(tuple(Fault))) if dice.roll(3) else None
    return Planned(struck, retry=dice.roll(2) == 1)
