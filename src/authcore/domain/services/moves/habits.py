"""
How users of a habit move when each sign-in moves its user: the curves that a forecast is made of.

A user of a habit visits at a rate; the rates of one habit differ (log-normal).  A visit is a
sign-in once the session of the old login has ended.  Visits of a day are as many as the calendar
says: fewer on a weekend.  A mail calls users of every habit alike.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import mul
from statistics import NormalDist
from typing import Final

import attrs


VISITS_PER_DAY: Final = (0.7, 1 / 7, 1 / 30, 1 / 120)
"""Daily, weekly, monthly, seldom: days with a visit, of all working days."""

SPREAD: Final = 0.4
"""Standard deviation of the logarithm of the rates of one habit."""

_NORMAL: Final = NormalDist()
QUANTILES: Final = tuple(_NORMAL.inv_cdf(each) for each in (0.1, 0.3, 0.5, 0.7, 0.9))


RETURNS: Final = (2, 8, 29)
"""
Days after the move within which users come again for the first time, or later.

How soon they do tells how often they visit: those who moved in one week have all habits.
"""


@attrs.frozen
class Calendar:
    """
    What differs from day to day.

    Attributes:
        visits: Of each day, as a share of those of a working day.
        calls: Rate at which a user follows a mail, of each day.
    """

    visits: tuple[float, ...]
    calls: tuple[float, ...]


@attrs.frozen
class Rates:
    """
    The rates of the habits.

    Attributes:
        visits: By habit.
        spread: See SPREAD.
    """

    visits: tuple[float, ...] = VISITS_PER_DAY
    spread: float = SPREAD


def curves(calendar: Calendar, session_days: int, rates: Rates) -> list[list[float]]:
    """
    Return, of each habit, the share of its users who move on each day.

    Args:
        calendar: Of all days.

        session_days: How long a session of the old login lasts, in days.

        rates: Of the habits.
    """
    return split_curves(calendar, session_days, rates, ())


def split_curves(
    calendar: Calendar, session_days: int, rates: Rates, watched: Sequence[float]
) -> list[list[float]]:
    """
    Return the same, split by when the users who moved came again.

    Args:
        calendar: Of all days.

        session_days: How long a session of the old login lasts, in days.

        rates: Of the habits.

        watched: Of each day, the share of the users who moved whose returns are known.

    Returns:
        Of each habit, by day: who has not come again as far as is known, then, by day again, who
        came in each of RETURNS.
    """
    unlikely = [math.exp(-call) for call in calendar.calls]
    in_old = [max(1 - (day + 1) / max(session_days, 1), 0.0) for day in range(len(unlikely))]
    found = []
    for rate in rates.visits:
        rows = []
        for quantile in QUANTILES:
            pace = rate * math.exp(rates.spread * quantile)
            absent = [math.exp(-pace * each) for each in calendar.visits]
            in_session = -math.expm1(-pace * session_days)
            moving = _curve([in_session * each for each in in_old], map(mul, absent, unlikely))
            rows.append(_split(moving, absent, watched) if watched else moving)
        found.append([sum(day) / len(rows) for day in zip(*rows, strict=True)])
    return found


def _curve(waiting: Iterable[float], staying: Iterable[float]) -> list[float]:
    """
    Return the shares of users of one rate who move on each day.

    Args:
        waiting: Of each day, the share in a session of the old login.

        staying: Of each day, the share of the others who do not move.
    """
    moved, row = 0.0, []
    for in_session, stay in zip(waiting, staying, strict=True):
        free = 1 - in_session - moved
        moving = free * (1 - stay) if free > 0 else 0.0
        row.append(moving)
        moved += moving
    return row


def _split(moving: list[float], absent: list[float], watched: Sequence[float]) -> list[float]:
    """Split *moving* by when the users came again; *absent* is who does not come on a day."""
    days = len(moving)
    away = [1.0, *accumulate(absent, mul)]
    padded = away + away[-1:] * (RETURNS[-1] + days)
    known = [
        share * part / before if before else 0.0
        for share, part, before in zip(moving, watched, away[1:], strict=True)
    ]
    edges = [0, *RETURNS, days]
    split = [
        part * (padded[day + begin + 1] - padded[day + end + 1])
        for begin, end in pairwise(edges)
        for day, part in enumerate(known)
    ]
    rest = [
        share - part * (before - away[-1])
        for share, part, before in zip(moving, known, away[1:], strict=True)
    ]
    return rest + split


@attrs.frozen
class Bins:
    """
    Days that are compared together: single ones at first, then weeks.

    Attributes:
        edges: First day of each, and the day after the last.
    """

    edges: tuple[int, ...]

    @classmethod
    def of(cls, days: int, single: int = 14) -> "Bins":
        """Return the bins of *days* days, of which the first *single* stand alone."""
        edges = [*range(min(single, days)), *range(single, days, 7), days]
        return cls(tuple(sorted({*edges})))

    def sums(self, row: Sequence[float]) -> list[float]:
        """Add up *row* in each bin."""
        total = [0.0, *accumulate(row)]
        return [
            total[end] - total[begin]
            for begin, end in zip(self.edges, self.edges[1:], strict=False)
        ]
