"""
Explains the users who moved each day, and when they came again, by habits.

See ``habits`` for the curves, and docs/adr/0039-cockpit.md for how the numbers were chosen.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

import attrs

from authcore.domain.services.moves.circumstances import Circumstances
from authcore.domain.services.moves.descent import descend
from authcore.domain.services.moves.habits import Calendar, Rates, split_curves
from authcore.domain.services.moves.least_squares import Observations, solve
from authcore.domain.services.moves.mixture import Mixture, expected_persons, variance_of
from authcore.domain.services.moves.past import Observed, Past
from authcore.domain.services.moves.session_length import (
    LEAST_VISITS,
    session_length,
    weekday_shares,
)


_ROUNDS: Final = 3
_FREE_ROUNDS: Final = 2
_STEPS: Final = 2
"""Of each round.  Between rounds, weekdays and chance follow what was found."""

_CLEARLY: Final = 12.0
"""
By how much rates that are found must explain the counts better than the usual ones: sum of squares.

By chance, four further numbers explain less than that in 98 of 100 cases.
"""


@attrs.frozen
class Fit:
    """
    Habits under a calendar.

    Attributes:
        mixture: The likeliest persons and rates.
        calendar: Of the past, and of as many days ahead as was asked for.
        trial: Refits the persons to other rates.
        numbers: Of the circumstances.
    """

    mixture: Mixture
    calendar: Calendar
    trial: "Trial"
    numbers: list[float]

    def with_rates(self, rates: Rates) -> Mixture:
        """Return the likeliest persons if the rates were *rates*."""
        return self.trial.fit(self.numbers, rates)[0]


def best_fit(past: Past, ahead: int) -> Fit:
    """
    Return the likeliest fit.

    Args:
        past: At least MIN_DAYS days of it.

        ahead: Days that the calendar of the fit has after today.
    """
    counts = past.counts()
    weekdays = weekday_shares(counts)
    around = Circumstances.of([*past.mails], [*past.quiet], past.today, len(counts))
    observed = past.observed()
    likely = [max(each, 1.0) for each in observed.values]
    session_days = session_length(past, counts, weekdays)
    trial = Trial(counts, observed, around, session_days, weekdays, likely)
    trial, numbers = trial.settle([each.mean for each in around.expected()], _ROUNDS)
    if observed.watched:
        free = attrs.evolve(trial, around=attrs.evolve(around, finds_rates=True))
        usual = free.around.expected()
        start = [usual[0].mean, *numbers[1:], *(each.mean for each in usual[len(numbers) :])]
        free, found = free.settle(start, _FREE_ROUNDS)
        if trial.misfit(numbers) - free.misfit(found) > _CLEARLY:
            trial, numbers = free, found
    whole = trial.around.calendar(numbers, trial.weekdays, ahead)
    return Fit(trial.fit(numbers)[0], whole, trial, numbers)


@attrs.frozen
class Trial:
    """
    Compares counts day by day with what habits and circumstances explain.

    Attributes:
        counts: Users who moved, of each day.
        observed: The same, split by when they came again.
        around: Mails and quiet times.
        session_days: How long a session of the old login lasts.
        weekdays: Visits of each weekday, from the first day on.
        likely: What *observed* has but for chance.
    """

    counts: Sequence[int]
    observed: Observed
    around: Circumstances
    session_days: int
    weekdays: list[float]
    likely: Sequence[float]

    def settle(self, numbers: Sequence[float], rounds: int) -> tuple["Trial", list[float]]:
        """Find the likeliest numbers, from *numbers* on, and the trial that they follow from."""
        trial, found = self, [*numbers]
        for _ in range(rounds):
            trial = trial.follow(found)
            found = descend(trial.residuals, found, _STEPS)
        return trial, found

    def fit(
        self, numbers: Sequence[float], rates: Rates | None = None
    ) -> tuple[Mixture, list[float]]:
        """
        Find the persons of each habit.

        Args:
            numbers: Of the circumstances.

            rates: By default those of *numbers*.

        Returns:
            The mixture, and what it explains of *observed*.
        """
        calendar = self.around.calendar(numbers, self.weekdays)
        rates = rates or self.around.rates(numbers)
        rows = split_curves(calendar, self.session_days, rates, self.observed.watched)
        seen = Observations(self.observed.values, self._variances(), rows)
        solved = solve(seen, expected_persons(self.counts))
        mixture = Mixture(solved.unknowns, self.session_days, rates)
        return mixture, mixture.add_up(rows)

    def residuals(self, numbers: Sequence[float]) -> list[float]:
        """Return what is not explained under *numbers*, in units of its deviation."""
        mixture, explained = self.fit(numbers)
        days = zip(self.observed.values, explained, self._variances(), strict=True)
        assumed = [*self.around.expected(), *expected_persons(self.counts)]
        values = [*numbers, *mixture.persons]
        return [
            *((count - told) / math.sqrt(variance) for count, told, variance in days),
            *((x - each.mean) / each.deviation for x, each in zip(values, assumed, strict=True)),
        ]

    def misfit(self, numbers: Sequence[float]) -> float:
        """Return the sum of squares of the residuals."""
        return sum(each * each for each in self.residuals(numbers))

    def follow(self, numbers: Sequence[float]) -> "Trial":
        """Return the trial with weekdays and chance as the fit under *numbers* has them."""
        mixture, explained = self.fit(numbers)
        told = mixture.moved(self.around.calendar(numbers, self.weekdays))
        visits = [
            share * (sum(self.counts[first::7]) + 0.5) / (sum(told[first::7]) + 0.5)
            for first, share in enumerate(self.weekdays)
        ]
        usual = median(visits)
        weekdays = [max(each / usual, LEAST_VISITS) for each in visits]
        return attrs.evolve(self, weekdays=weekdays, likely=explained)

    def _variances(self) -> list[float]:
        return [variance_of(each) for each in self.likely]
