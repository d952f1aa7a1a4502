"""A first look at the counts: weekdays, and how long a session of the old login lasts."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from statistics import median
from typing import Final

from authcore.domain.services.moves.habits import Bins, Calendar, Rates, curves
from authcore.domain.services.moves.least_squares import Observations, solve
from authcore.domain.services.moves.mixture import expected_persons, variance_of
from authcore.domain.services.moves.past import MIN_DAYS, Past


MAIL_DAYS: Final = 25
"""Days on which a mail may still call users; before mails are fitted, they do not count."""

SESSION_DAYS: Final = (0, 7, 14, 30)
"""How long a session of the old login may last; the likeliest one counts.  One day is like none."""

LEAST_VISITS: Final = 0.02
"""Of a weekday, as a share of the median one's."""


def session_length(past: Past, counts: Sequence[int], weekdays: Sequence[float]) -> int:
    """Return the likeliest of SESSION_DAYS."""
    days = len(counts)
    calendar = Calendar(tuple(weekdays[day % 7] for day in range(days)), (0.0,) * days)
    special = _special_days(past, days)
    return min(SESSION_DAYS, key=lambda each: _misfit(counts, calendar, each, special))


def _misfit(
    counts: Sequence[int], calendar: Calendar, session_days: int, without: Collection[int]
) -> float:
    """Return what habits leave unexplained; bins with a day of *without* do not count."""
    bins = Bins.of(len(counts))
    used = [
        number
        for number, (begin, end) in enumerate(zip(bins.edges, bins.edges[1:], strict=False))
        if not any(day in without for day in range(begin, end))
    ]
    if len(used) < MIN_DAYS // 2:
        used = [*range(len(bins.edges) - 1)]
    values = bins.sums(counts)
    rows = [bins.sums(row) for row in curves(calendar, session_days, Rates())]
    measured = [values[number] for number in used]
    return solve(
        Observations(
            values=measured,
            variances=[variance_of(each) for each in measured],
            columns=[[row[number] for number in used] for row in rows],
        ),
        expected_persons(counts),
    ).misfit


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
    return [max(each / usual, LEAST_VISITS) if usual else 1.0 for each in medians]
