"""MG-03: whether the time that a no takes tells whom it is about."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations, permutations
from statistics import median
from typing import Final

import attrs

from authcore.adapters.system import SystemEntropy, monotonic
from authcore_lambda.user_migration import UserMigrationTrigger
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from faults.dice import Dice
from faults.figures import Failure, Progress, Section, milliseconds, slower_share
from support.migration_door import (
    API_KEY,
    CASES,
    PEOPLE,
    SOURCES,
    event,
    short_lived_http,
    trigger_at,
)


SAMPLES: Final = 2_000
"""Of each kind."""

KINDS: Final = ("unknown", "wrong", "locked")
ORDERS: Final = tuple(permutations(KINDS))
"""One is drawn for every turn, so that neither drift nor the call before tells kinds apart."""

WARM_UP: Final = 20
"""Turns that are not counted: the first calls open connections and fill caches."""

SHARES: Final = (0.45, 0.55)
MEDIANS: Final = 0.005
"""Seconds.  Kinds are told apart where shares are beyond SHARES and medians this far apart."""


@attrs.frozen
class Contrast:
    """
    Two kinds of no, by the time they take.

    Attributes:
        kinds: Their names.
        share: The probability that one of the first kind takes longer than one of the second; what
            a classifier by time has under its curve.
        apart: The first's median less the second's, in seconds.
    """

    kinds: tuple[str, str]
    share: float
    apart: float

    @property
    def tells(self) -> bool:
        """Whether time gives away which kind it is."""
        return not SHARES[0] <= self.share <= SHARES[1] and abs(self.apart) >= MEDIANS

    def __str__(self) -> str:
        return f"AUC {self.share:.3f}, medians {1000 * self.apart:+.3f} ms apart"


def measured(
    samples: int, seed: str, progress: Progress, warm_up: int = WARM_UP
) -> Mapping[str, Sequence[float]]:
    """
    Seconds of so many *samples* of each kind, one of each in turn, after *warm_up* turns.

    Through the migration trigger, over loopback, from the stub legacy system.

    Raises:
        AssertionError: An answer was no no.
    """
    dice = Dice(f"{seed}/MG-03")
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    server = LoopbackServer(LegacySystem(PEOPLE, API_KEY).app)
    with server, short_lived_http(timedelta(seconds=4)) as http:
        trigger = trigger_at(server.url, http)
        for turn in range(-warm_up, samples):
            if turn % 500 == 0:
                progress(f"MG-03 turn {turn:,} of {samples:,}")
            for kind in dice.pick(ORDERS):
                seconds = _seconds(trigger, kind)
                taken[kind] += [seconds] * (turn >= 0)
    return taken


def _seconds(trigger: UserMigrationTrigger, kind: str) -> float:
    asked = event(SOURCES[0], *CASES[kind])
    began = monotonic()
    answered = trigger(asked, None)
    took = monotonic() - began
    if answered is not asked:
        raise AssertionError(f"{kind} was let in")
    return took


def contrasts(taken: Mapping[str, Sequence[float]]) -> list[Contrast]:
    """Every kind against every other."""
    return [
        Contrast(
            (one, other),
            slower_share(taken[one], taken[other]),
            median(taken[one]) - median(taken[other]),
        )
        for one, other in combinations(taken, 2)
    ]


def section(progress: Progress, seed: str, samples: int = SAMPLES) -> Section:
    """The figures."""
    taken = measured(samples, seed, progress)
    found = contrasts(taken)
    rows = [(f"{kind} p50/p99/max", milliseconds(seconds)) for kind, seconds in taken.items()]
    rows += [(" against ".join(each.kinds), str(each)) for each in found]
    failure = _failure(found)
    failures = [failure] * bool(failure.violations)
    return Section(f"MG-03 time of a no, {samples:,} samples of each kind", rows, failures)


def replay(progress: Progress, samples: int = SAMPLES) -> Failure:
    """The same measured again, in another order."""
    return _failure(contrasts(measured(samples, SystemEntropy().token(), progress)))


def _failure(found: Sequence[Contrast]) -> Failure:
    wrong = [" and ".join(each.kinds) + " take different times" for each in found if each.tells]
    return Failure("MG-03", [f"{' against '.join(each.kinds)}: {each}" for each in found], wrong)
