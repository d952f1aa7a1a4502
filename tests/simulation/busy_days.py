"""
Sign-ins within a day, minute by minute, against request rates.

A sign-in beyond the rate of UserAuthentication is refused, and its user tries again.  A link beyond
the rate of UserUpdate is postponed: the sign-in succeeds, and the next refresh writes the link.
Both rates are spent evenly within a minute.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from simulation.quotas import BUSY, PEAK_TO_AVERAGE, RATES


MINUTES: Final = round(BUSY.total_seconds() / 60)
TRY_AGAIN: Final = 10
"""Minutes after which a user whose sign-in was refused tries again; an assumption."""

REFRESH: Final = 45
"""Minutes until the refresh that makes a postponed link good: three quarters of an hour's token."""


def day_curve() -> tuple[float, ...]:
    """Return the share of a day's sign-ins in each of its busy minutes."""
    heights = [(1 - abs((2 * minute + 1) / MINUTES - 1)) ** 2 for minute in range(MINUTES)]
    total = sum(heights)
    return tuple(height / total for height in heights)


def peak_per_second(sign_ins: float) -> float:
    """Return the rate of the busiest second of a day with so many sign-ins."""
    return PEAK_TO_AVERAGE * sign_ins / BUSY.total_seconds()


@attrs.frozen
class Minute:
    """
    What happened in one minute.

    Attributes:
        signed_in: Sign-ins that succeeded.
        refused: Sign-ins beyond the rate, tried again later.
        linked: Links that were written.
        postponed: Links beyond the rate, written at a refresh.
        writes_left: Of UserUpdate, for everything else.
    """

    signed_in: float
    refused: float
    linked: float
    postponed: float
    writes_left: float


def minutes(
    arrivals: Sequence[float], first: Sequence[float], rates: dict[str, int] | None = None
) -> Iterator[Minute]:
    """
    Simulate minutes of sign-ins.

    Args:
        arrivals: Sign-ins that users begin in each minute.

        first: Of those, the share that is a user's first, which costs a link.

        rates: Other rates than Cognito's defaults, by category.
    """
    rates = {**RATES, **(rates or {})}
    tries: deque[tuple[float, float]] = deque([(0.0, 0.0)] * TRY_AGAIN)
    due: deque[float] = deque([0.0] * REFRESH)
    for arriving, share in zip(arrivals, first, strict=True):
        again, again_first = tries.popleft()
        wanted, wanted_first = arriving + again, arriving * share + again_first
        signed_in = min(wanted, 60.0 * rates["UserAuthentication"])
        served = signed_in / wanted if wanted else 0.0
        tries.append((wanted - signed_in, wanted_first * (1 - served)))
        links = wanted_first * served + due.popleft()
        linked = min(links, 60.0 * rates["UserUpdate"])
        due.append(links - linked)
        yield Minute(
            signed_in,
            wanted - signed_in,
            linked,
            links - linked,
            60.0 * rates["UserUpdate"] - linked,
        )


@attrs.frozen
class Day:
    """
    One day.

    Attributes:
        peak: Sign-ins that users begin in the busiest second.
        refused: Sign-ins that were refused at least once.
        postponed: Links that were postponed.
        writes_left: Of UserUpdate, in the busy hours.
    """

    peak: float
    refused: float
    postponed: float
    writes_left: float


def day(sign_ins: float, first: float) -> Day:
    """Simulate a day with *sign_ins*, of which *first* are a user's first."""
    curve = day_curve()
    share = first / sign_ins if sign_ins else 0.0
    passed = list(minutes([sign_ins * part for part in curve], [share] * MINUTES))
    return Day(
        peak_per_second(sign_ins),
        min(sum(each.refused for each in passed), sign_ins),
        min(sum(each.postponed for each in passed), first),
        sum(each.writes_left for each in passed),
    )
