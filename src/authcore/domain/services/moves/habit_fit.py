"""
Explains the persons who moved each day by habits, and finds how many persons each habit has.

See ``habits`` for the curves, and docs/adr/0039-cockpit.md for how the numbers were chosen.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from statistics import median
from typing import Final

import attrs

from authcore.domain.services.moves.habits import Bins, Calendar, Rates, curves
from authcore.domain.services.moves.least_squares import Expected, Observations, Solution, solve


MIN_DAYS: Final = 21
"""Days of the past that it needs: three of each weekday."""

MAX_DAYS: Final = 1096
"""Days of the past that are looked at."""

MAIL_DAYS: Final = 25
"""Days on which a mail may still call somebody."""

SESSION_DAYS: Final = (0, 1, 7, 14, 30)
"""How long a session of the old login may last; the likeliest one counts."""

_SHARES: Final = ((0.17, 0.3), (0.22, 0.3), (0.27, 0.3), (0.2, 0.15))
"""Expected share of each habit in all persons, and its deviation: hardly a restriction."""

_UNEXPLAINED: Final = 0.01
"""Part of a count that no habit explains, besides chance."""

_STRENGTHS: Final = (0.0, 0.03, 0.06, 0.1, 0.14, 0.18, 0.23, 0.28, 0.34, 0.4, 0.47, 0.55)
"""Rates at which a mail may call all who are left."""

_DELAYS: Final = (1.5, 2.5, 4.0)
"""Days after which a mail is answered, on average."""

_ROUNDS: Final = 3


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
        daily = [
            sum(persons * row[day] for persons, row in zip(self.persons, rows, strict=True))
            for day in range(past, past + days)
        ]
        return left, daily


def best_fit(past: Past, counts: Sequence[int], weekdays: Sequence[float]) -> Fit:
    """Fit every length of a session, then quiet days and mails to the best one."""
    usual = tuple(weekdays[day % 7] for day in range(len(counts)))
    plain = Calendar(usual, (0.0,) * len(counts))
    special = _special_days(past, len(counts))
    best = min(
        (fit_persons(counts, plain, each, Rates(), special) for each in SESSION_DAYS),
        key=lambda each: each.misfit,
    )
    if special:
        best = fit_persons(counts, plain, best.session_days, Rates(), frozenset())
    for _ in range(_ROUNDS if special else 0):
        for mail in sorted(past.mails):
            best = _with_mail(past, counts, best, mail)
        calendar = _with_quiet(past, counts, best, usual)
        best = fit_persons(counts, calendar, best.session_days, Rates(), frozenset())
    return best


def _with_mail(past: Past, counts: Sequence[int], fit: Fit, mail: date) -> Fit:
    """Find how many a mail called, and how soon, by the least misfit."""
    first = (mail - past.today).days + len(counts) - 1
    window = range(max(first, 0), min(first + MAIL_DAYS, len(counts)))
    if not window:
        return fit
    others = [0.0 if day in window else call for day, call in enumerate(fit.calendar.calls)]
    found = [fit]
    for strength, delay in product(_STRENGTHS, _DELAYS):
        decay = math.exp(-1 / delay)
        calls = list(others)
        for day in window:
            calls[day] = strength * (1 - decay) * decay ** (day - first)
        calendar = Calendar(fit.calendar.visits, tuple(calls))
        found.append(fit_persons(counts, calendar, fit.session_days, fit.rates, frozenset()))
    return min(found, key=lambda each: each.misfit)


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
    total = float(max(sum(counts), 1)) / 0.6
    solved: Solution = solve(
        Observations(
            values=measured,
            variances=[max(each, 1.0) + (_UNEXPLAINED * each) ** 2 for each in measured],
            columns=[[row[number] for number in used] for row in rows],
        ),
        [Expected(mean * total, deviation * total) for mean, deviation in _SHARES],
    )
    return Fit(solved.unknowns, calendar, session_days, rates, solved.misfit)


def _special_days(past: Past, days: int) -> frozenset[int]:
    """Return the days that mails and quiet times change, counted from the first one."""
    begin = past.today - timedelta(days=days - 1)
    called = {(mail - begin).days + later for mail in past.mails for later in range(MAIL_DAYS)}
    quiet = {(day - begin).days for day in past.quiet}
    return frozenset(day for day in called | quiet if 0 <= day < days)


def _with_quiet(past: Past, counts: Sequence[int], fit: Fit, usual: Sequence[float]) -> Calendar:
    """Return the calendar under which *fit* explains the quiet days."""
    rows = curves(fit.calendar, fit.session_days, fit.rates)
    visits = list(fit.calendar.visits)
    for quiet in past.quiet:
        day = (quiet - past.today).days + len(counts) - 1
        if 0 <= day < len(counts):
            told = sum(persons * row[day] for persons, row in zip(fit.persons, rows, strict=True))
            factor = visits[day] / usual[day] * counts[day] / max(told, 1e-9)
            visits[day] = usual[day] * min(max(factor, 0.05), 1.0)
    return Calendar(tuple(visits), fit.calendar.calls)


def weekday_shares(counts: Sequence[int]) -> list[float]:
    """Return the visits of each weekday as a share of the median one's, from the first day on."""
    shares: list[list[float]] = [[] for _ in range(7)]
    for day in range(3, len(counts) - 3):
        if week := sum(counts[day - 3 : day + 4]):
            shares[day % 7].append(counts[day] * 7 / week)
    medians = [median(each) if each else 1.0 for each in shares]
    usual = median(medians)
    return [max(each / usual, 0.02) if usual else 1.0 for each in medians]
