"""
Explains the persons who moved each day by habits, and finds how many persons each habit has.

See ``habits`` for the curves, and docs/adr/0039-cockpit.md for how the numbers were chosen.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final

import attrs

from authcore.domain.services.moves.circumstances import Circumstances
from authcore.domain.services.moves.descent import descend
from authcore.domain.services.moves.habits import Bins, Calendar, Rates, curves
from authcore.domain.services.moves.least_squares import Expected, Observations, Solution, solve


MIN_DAYS: Final = 21
"""Days of the past that it needs: three of each weekday."""

MAX_DAYS: Final = 1096
"""Days of the past that are looked at."""

MAIL_DAYS: Final = 25
"""Days on which a mail may still call somebody."""

SESSION_DAYS: Final = (0, 7, 14, 30)
"""How long a session of the old login may last; the likeliest one counts.  One day is like none."""

_SHARES: Final = ((0.17, 0.3), (0.22, 0.3), (0.27, 0.3), (0.2, 0.15))
"""Expected share of each habit in all persons, and its deviation: hardly a restriction."""

_UNEXPLAINED: Final = 0.01
"""Part of a count that no habit explains, besides chance."""

_LEAST_VISITS: Final = 0.02

_ROUNDS: Final = 3
_STEPS: Final = 2
"""Of each round.  Between rounds, weekdays and chance follow what was found."""


@attrs.frozen(kw_only=True)
class Past:
    """
    What is known of a move.

    Attributes:
        moved: Persons who moved, by day; days without one may be missing.
        first_day: On which sign-ins began to move users.
        today: The last day that is complete.
        waiting: Persons who have not moved and are not locked.
        mails: Days on which users were told to sign in; none by default.
        quiet: Days on which fewer users than usually came, e.g. holidays; none by default.
    """

    moved: Mapping[date, int]
    first_day: date
    today: date
    waiting: int
    mails: Collection[date] = ()
    quiet: Collection[date] = ()

    def counts(self) -> list[int]:
        """Return the persons of each day, of the last MAX_DAYS at most."""
        days = min((self.today - self.first_day).days + 1, MAX_DAYS)
        begin = self.today - timedelta(days=days - 1)
        return [self.moved.get(begin + timedelta(days=day), 0) for day in range(days)]


@attrs.frozen
class Fit:
    """How many persons each habit has, and under which calendar."""

    persons: list[float]
    calendar: Calendar
    session_days: int
    rates: Rates
    misfit: float

    def told(self) -> list[float]:
        """Return the persons of each day as this fit has them."""
        return _sum_up(self.persons, curves(self.calendar, self.session_days, self.rates))

    def ahead(self, days: int, weekdays: Sequence[float]) -> tuple[float, list[float]]:
        """Return who is still to come, and how many of them each of the next *days* days."""
        past = len(self.calendar.visits)
        coming = [weekdays[(past + day) % 7] for day in range(days)]
        whole = Calendar((*self.calendar.visits, *coming), (*self.calendar.calls, *([0.0] * days)))
        rows = curves(whole, self.session_days, self.rates)
        left = sum(
            persons * max(1 - sum(row[:past]), 0.0)
            for persons, row in zip(self.persons, rows, strict=True)
        )
        return left, _sum_up(self.persons, [row[past:] for row in rows])


def _sum_up(persons: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    return [
        sum(x * share for x, share in zip(persons, day, strict=True))
        for day in zip(*rows, strict=True)
    ]


def best_fit(past: Past, counts: Sequence[int]) -> tuple[Fit, list[float]]:
    """Return the likeliest fit and the visits of each weekday, from the first day on."""
    days = len(counts)
    weekdays = weekday_shares(counts)
    plain = Calendar(tuple(weekdays[day % 7] for day in range(days)), (0.0,) * days)
    special = _special_days(past, days)
    usual = min(
        (fit_persons(counts, plain, each, Rates(), special) for each in SESSION_DAYS),
        key=lambda each: each.misfit,
    )
    around = Circumstances.of([*past.mails], [*past.quiet], past.today, days)
    trial = _Trial(
        counts, around, usual.session_days, weekdays, [max(each, 1.0) for each in counts]
    )
    numbers = [each.mean for each in around.expected()]
    for _ in range(_ROUNDS):
        trial = trial.after(trial.fit(numbers))
        numbers = descend(trial.residuals, numbers, _STEPS)
    return trial.fit(numbers), trial.weekdays


@attrs.frozen
class _Trial:
    """
    Compares counts day by day with what habits and circumstances explain.

    Attributes:
        counts: Persons who moved, of each day.
        around: Mails and quiet times.
        session_days: How long a session of the old login lasts.
        weekdays: Visits of each weekday, from the first day on.
        likely: How many persons each day has but for chance.
    """

    counts: Sequence[int]
    around: Circumstances
    session_days: int
    weekdays: list[float]
    likely: Sequence[float]

    def fit(self, numbers: Sequence[float]) -> Fit:
        """Find the persons of each habit under *numbers*."""
        calendar = self.around.calendar(numbers, self.weekdays)
        rates = self.around.rates(numbers)
        rows = curves(calendar, self.session_days, rates)
        solved = solve(Observations(self.counts, self._variances(), rows), _expected(self.counts))
        return Fit(solved.unknowns, calendar, self.session_days, rates, solved.misfit)

    def residuals(self, numbers: Sequence[float]) -> list[float]:
        """Return what is not explained under *numbers*, in units of its deviation."""
        fit = self.fit(numbers)
        days = zip(self.counts, fit.told(), self._variances(), strict=True)
        assumed = [*self.around.expected(), *_expected(self.counts)]
        values = [*numbers, *fit.persons]
        return [
            *((count - told) / math.sqrt(variance) for count, told, variance in days),
            *((x - each.mean) / each.deviation for x, each in zip(values, assumed, strict=True)),
        ]

    def after(self, fit: Fit) -> "_Trial":
        """Return the trial with weekdays and chance as *fit* has them."""
        told = fit.told()
        visits = [
            share * (sum(self.counts[first::7]) + 0.5) / (sum(told[first::7]) + 0.5)
            for first, share in enumerate(self.weekdays)
        ]
        usual = median(visits)
        weekdays = [max(each / usual, _LEAST_VISITS) for each in visits]
        return attrs.evolve(self, weekdays=weekdays, likely=told)

    def _variances(self) -> list[float]:
        return [_variance(each) for each in self.likely]


def fit_persons(
    counts: Sequence[int],
    calendar: Calendar,
    session_days: int,
    rates: Rates,
    without: Collection[int],
) -> Fit:
    """Find the persons of each habit; bins with a day of *without* do not count."""
    bins = Bins.of(len(counts))
    used = [
        number
        for number, (begin, end) in enumerate(zip(bins.edges, bins.edges[1:], strict=False))
        if not any(day in without for day in range(begin, end))
    ]
    if len(used) < MIN_DAYS // 2:
        used = [*range(len(bins.edges) - 1)]
    values = bins.sums(counts)
    rows = [bins.sums(row) for row in curves(calendar, session_days, rates)]
    measured = [values[number] for number in used]
    solved: Solution = solve(
        Observations(
            values=measured,
            variances=[_variance(each) for each in measured],
            columns=[[row[number] for number in used] for row in rows],
        ),
        _expected(counts),
    )
    return Fit(solved.unknowns, calendar, session_days, rates, solved.misfit)


def _variance(count: float) -> float:
    return max(count, 1.0) + (_UNEXPLAINED * count) ** 2


def _expected(counts: Sequence[int]) -> list[Expected]:
    total = float(max(sum(counts), 1)) / 0.6
    return [Expected(mean * total, deviation * total) for mean, deviation in _SHARES]


def _special_days(past: Past, days: int) -> frozenset[int]:
    """Return the days that mails and quiet times change, counted from the first one."""
    begin = past.today - timedelta(days=days - 1)
    called = {(mail - begin).days + later for mail in past.mails for later in range(MAIL_DAYS)}
    quiet = {(day - begin).days for day in past.quiet}
    return frozenset(day for day in called | quiet if 0 <= day < days)


def weekday_shares(counts: Sequence[int]) -> list[float]:
    """Return the visits of each weekday as a share of the median one's, from the first day on."""
    shares: list[list[float]] = [[] for _ in range(7)]
    for day in range(3, len(counts) - 3):
        if week := sum(counts[day - 3 : day + 4]):
            shares[day % 7].append(counts[day] * 7 / week)
    medians = [median(each) if each else 1.0 for each in shares]
    usual = median(medians)
    return [max(each / usual, _LEAST_VISITS) if usual else 1.0 for each in medians]
