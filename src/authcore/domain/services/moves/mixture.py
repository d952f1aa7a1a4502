"""How many persons each habit has, and what is assumed of that before it is measured."""

from collections.abc import Sequence
from operator import mul
from typing import Final

import attrs

from authcore.domain.services.moves.habits import Calendar, Rates, curves
from authcore.domain.services.moves.least_squares import Expected


_SHARES: Final = ((0.17, 0.3), (0.22, 0.3), (0.27, 0.3), (0.2, 0.15))
"""Expected share of each habit in all persons, and its deviation: hardly a restriction."""

_UNEXPLAINED: Final = 0.01
"""Part of a count that no habit explains, besides chance."""


@attrs.frozen
class Mixture:
    """
    Habits with their persons.

    Attributes:
        persons: Of each habit.
        session_days: How long a session of the old login lasts.
        rates: Of the habits.
    """

    persons: list[float]
    session_days: int
    rates: Rates

    def moved(self, calendar: Calendar) -> list[float]:
        """Return the persons who move on each day of *calendar*."""
        return self.add_up(curves(calendar, self.session_days, self.rates))

    def add_up(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Add up *rows*, one for each habit and each for one person."""
        return [sum(map(mul, self.persons, day)) for day in zip(*rows, strict=True)]


def expected_persons(counts: Sequence[int]) -> list[Expected]:
    """Return what is assumed of the persons of each habit where *counts* have moved by day."""
    total = float(max(sum(counts), 1)) / 0.6
    return [Expected(mean * total, deviation * total) for mean, deviation in _SHARES]


def variance_of(count: float) -> float:
    """Return how much a count differs by chance where *count* is expected."""
    return max(count, 1.0) + (_UNEXPLAINED * count) ** 2
