"""
How users of a habit move when each sign-in moves its user: the curves that a forecast is made of.

A user of a habit visits at a rate; the rates of one habit differ (log-normal).  A visit is a
sign-in once the session of the old login has ended.  Visits of a day are as many as the calendar
says: fewer on a weekend.  A mail calls users of every habit alike.
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist
from typing import Final

import attrs


VISITS_PER_DAY: Final = (0.7, 1 / 7, 1 / 30, 1 / 120)
"""Daily, weekly, monthly, seldom: days with a visit, of all working days."""

SPREAD: Final = 0.4
"""Standard deviation of the logarithm of the rates of one habit."""

_NORMAL: Final = NormalDist()
QUANTILES: Final = tuple(_NORMAL.inv_cdf(each) for each in (0.1, 0.3, 0.5, 0.7, 0.9))


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
    found = []
    for rate in rates.visits:
        rows = [
            _curve(calendar, session_days, rate * math.exp(rates.spread * quantile))
            for quantile in QUANTILES
        ]
        found.append([sum(day) / len(rows) for day in zip(*rows, strict=True)])
    return found


def _curve(calendar: Calendar, session_days: int, rate: float) -> list[float]:
    """Return the shares of users of one rate; those in a session leave it evenly."""
    in_session = -math.expm1(-rate * session_days)
    moved, row = 0.0, []
    for day, (visits, call) in enumerate(zip(calendar.visits, calendar.calls, strict=True)):
        waiting = in_session * max(session_days - day - 1, 0) / max(session_days, 1)
        moving = max(1 - waiting - moved, 0.0) * -math.expm1(-rate * visits - call)
        row.append(moving)
        moved += moving
    return row


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
