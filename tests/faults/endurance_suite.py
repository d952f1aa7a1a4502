"""
F7: live sessions, while Cognito and its operators do to the pool what they do by themselves.

Over hours of a moved clock the app client's secret is rotated three times, the pool's issuer is
switched, a region fails and comes back, and a recovery of the pool runs for an hour.  Between these
events browsers send requests to the guarded CMS and to the auth service, some with tokens that are
fresh, some with tokens that are due, some with expired ones.

Every answer names the browser's own user.  Where nobody can refresh, an expired session may be
answered with 503; nothing else is, no session ends but with its user, and at last all are alive.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.system import monotonic
from authcore.ports.system import Clock
from authcore_local.addresses import Ports
from authcore_local.lifetimes import Lifetimes
from authcore_local.stack import LocalStack
from faults.dice import Dice
from faults.endurance_browsers import (
    ALIVE,
    DOORS,
    ENDED,
    LATER,
    POSTPONED,
    Browser,
    Crowd,
)
from faults.endurance_events import STEPS, Step, Trial
from faults.figures import Failure, Progress, Section


SESSIONS: Final = 10_000
THREADS: Final = 12
LIFETIMES: Final = Lifetimes(access=timedelta(hours=3), refresh=timedelta(days=30))

BATCHES: Final = 12
"""Sign-ins happen in so many batches, 15 minutes apart, so that not all tokens expire at once."""

PROGRESS: Final = 2.0
"""Seconds from line to line."""


@attrs.frozen
class Outcome:
    """
    What came of a trial.

    Attributes:
        steps: Outcomes of the requests of each step.
        sessions: How many there were.
        sign_ins: Real ones.
        seconds: Altogether.
        wrong: Violated invariants.
    """

    steps: Sequence[tuple[Step, Counter[str]]]
    sessions: int
    sign_ins: int
    seconds: float
    wrong: Sequence[str]

    @property
    def total(self) -> Counter[str]:
        """Outcomes of all requests."""
        return sum((outcomes for _, outcomes in self.steps), Counter())


def endure(
    progress: Progress,
    seed: str,
    sessions: int = SESSIONS,
    *,
    steps: Sequence[Step] = STEPS,
    clock: Clock | None = None,
    prepare: Callable[[Crowd], None] = lambda _: None,
) -> Outcome:
    """
    The outcome of *steps*.

    Args:
        progress: Is told of every two seconds.

        seed: Chooses which browsers come when, and where to.

        sessions: At first.

        steps: In order.

        clock: Of the stack, beside its steps; the machine's by default.

        prepare: Is given the crowd before the first step.
    """
    began = monotonic()
    ports = Ports.free(has_replica=True)
    with LocalStack(ports=ports, clock=clock, managed_secret=True, lifetimes=LIFETIMES) as stack:
        crowd = Crowd(stack)
        trial = Trial(stack, crowd)
        try:
            _sign_in(trial, sessions, progress)
            prepare(crowd)
            dice = Dice(f"{seed}/F7")
            taken = [(step, _take(step, trial, dice, progress)) for step in steps]
            wrong = [*trial.wrong, *_ends(crowd)]
        finally:
            crowd.close()
    return Outcome(taken, len(crowd.browsers), trial.sign_ins, monotonic() - began, wrong)


def _sign_in(trial: Trial, sessions: int, progress: Progress) -> None:
    for batch in range(BATCHES):
        progress(f"F7 sign-ins: {len(trial.crowd.browsers):,} of {sessions:,}")
        for _ in range(sessions * batch // BATCHES, sessions * (batch + 1) // BATCHES):
            trial.crowd.sign_in()
        trial.stack.clock.advance(timedelta(minutes=15))


def _take(step: Step, trial: Trial, dice: Dice, progress: Progress) -> Counter[str]:
    step.event(trial)
    trial.stack.clock.advance(timedelta(minutes=step.minutes))
    before = Counter(trial.crowd.outcomes)
    visits = [(each, dice.pick(DOORS)) for each in _shuffled(trial.crowd.browsers, dice)]
    _send(trial.crowd, visits[:: step.share], lambda done: progress(f"F7 {step.name}: {done}"))
    taken = Counter(trial.crowd.outcomes)
    taken.subtract(before)
    trial.wrong += _violations(step, +taken)
    return +taken


def _shuffled(browsers: Sequence[Browser], dice: Dice) -> list[Browser]:
    places = {each: dice.roll(1_000_000_000) for each in browsers if each.last != ENDED}
    return sorted(places, key=places.__getitem__)


def _send(
    crowd: Crowd, visits: Sequence[tuple[Browser, str]], report: Callable[[str], None]
) -> None:
    shown = monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        for done, _ in enumerate(threads.map(lambda visit: crowd.visit(*visit), visits), 1):
            if monotonic() - shown > PROGRESS:
                shown = monotonic()
                report(f"{done:,} of {len(visits):,}")


def _violations(step: Step, taken: Counter[str]) -> list[str]:
    right = (ALIVE if step.may_wait else ALIVE - {POSTPONED}) | {ENDED}
    right |= {LATER} if step.may_wait else set()
    return [
        f"{step.name}: {count:,} x {what}" for what, count in taken.items() if what not in right
    ]


def _ends(crowd: Crowd) -> list[str]:
    """Each session is alive; those of forgotten users, and no others, have ended."""
    wrong = [each for each in crowd.browsers if (each.last in ALIVE) is each.is_forgotten]
    unlike = f"{len(wrong):,} sessions did not end as they should"
    odd = [f"status {status}: {count:,} x" for status, count in crowd.statuses.items()]
    return [*([unlike] if wrong else []), *odd]


def section(progress: Progress, seed: str, sessions: int = SESSIONS) -> Section:
    """The figures of *sessions* sessions."""
    outcome = endure(progress, seed, sessions)
    wrong = list(outcome.wrong)
    failures = [Failure(f"F7 {seed} {sessions}", [], wrong)] * bool(wrong)
    return Section("F7 sessions outlive what happens to their pool", _rows(outcome), failures)


def _rows(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        ("sessions", f"{outcome.sessions:,}; {outcome.sign_ins} sign-ins beside them"),
        *((step.name, _figures(taken)) for step, taken in outcome.steps),
        ("altogether", f"{_figures(outcome.total)}; {outcome.seconds:.0f} s"),
        ("violated", str(len(outcome.wrong))),
    ]


def _figures(taken: Counter[str]) -> str:
    return f"{taken.total():,} requests: " + ", ".join(
        f"{count:,} {what}" for what, count in sorted(taken.items())
    )


def replay(line: str, progress: Progress) -> Failure:
    """The same browsers at the same times again; threads may meet otherwise."""
    _, seed, sessions = line.split(" ")
    return Failure(line, [], list(endure(progress, seed, int(sessions)).wrong))
