"""
When the rest of a move will be done.

The persons who moved each day are explained by habits (see ``habits``); what is left of each habit
continues.  Reasons and measurements: docs/adr/0039-cockpit.md.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from operator import mul
from typing import Final

import attrs

from authcore.domain.model.forecast import Forecast, ForecastDay
from authcore.domain.services.moves.habit_fit import Fit, best_fit
from authcore.domain.services.moves.habits import Calendar, Rates, curves
from authcore.domain.services.moves.mixture import Mixture
from authcore.domain.services.moves.past import MIN_DAYS, Past


SHARE: Final = 0.95
"""Of those who ever move on their own: their last few may take years."""

HORIZON: Final = 1826
"""Days that a forecast looks ahead."""

_DOUBT: Final = 1.3
_DOUBT_WITHOUT_RETURNS: Final = 1.5
"""Factor by which the spread or the slowest rate may be wrong: the interval spans what follows."""

_MARGIN: Final = 0.05
"""By which the interval is wider, of all days until its end."""

_CURVE_POINTS: Final = 60

_SETTLED: Final = 7
"""Days after which a count that differs is no matter of the start."""


def forecast(past: Past, share: float = SHARE) -> Forecast:
    """
    Say when *share* of those who ever move will have moved.

    It holds if nothing changes: no further mail, no import, no holiday that is not named.

    Args:
        past: At least MIN_DAYS days of it.

        share: Of those who ever move on their own; by default SHARE.
    """
    counts = past.counts()
    if past.waiting == 0:
        return Forecast(verdict="done", share=share, days=len(counts))
    if len(counts) < MIN_DAYS or sum(counts) == 0:
        return Forecast(verdict="too_early", share=share, days=len(counts), silent=past.waiting)
    return _forecast(past, counts, share)


def _forecast(past: Past, counts: Sequence[int], share: float) -> Forecast:
    fit = best_fit(past, HORIZON)
    moved = sum(counts)
    central, *outlooks = [
        _Outlook.of(each, fit.calendar, moved, past, share)
        for each in (fit.mixture, *_other_mixtures(fit))
    ]
    days = [each.days for each in (central, *outlooks)]
    earliest, latest = (
        _widen(min(days, key=_order), len(counts), -1),
        _widen(max(days, key=_order), len(counts), 1),
    )
    coming = round(central.coming)
    if central.days is None:
        verdict = "standing_still"
    else:
        verdict = "done" if central.days == 0 else "on_the_way"
    return Forecast(
        verdict=verdict,  # type: ignore[arg-type]
        share=share,
        expected=_day(past.today, central.days),
        earliest=_day(past.today, earliest),
        latest=_day(past.today, latest),
        coming=coming,
        silent=max(past.waiting - coming, 0),
        curve=_curve(past.today, moved, latest, central, outlooks),
        days=len(counts),
        watched=sum(past.returns.values()),
        unexplained=tuple(_unexplained(past, counts, fit)),
    )


def _other_mixtures(fit: Fit) -> Iterator[Mixture]:
    rates = fit.mixture.rates
    most = _DOUBT if fit.trial.observed.watched else _DOUBT_WITHOUT_RETURNS
    for doubt in (most, 1 / most):
        yield fit.with_rates(Rates(rates.visits, rates.spread * doubt))
        *others, slowest = rates.visits
        yield fit.with_rates(Rates((*others, slowest * doubt), rates.spread))


def _unexplained(past: Past, counts: Sequence[int], fit: Fit) -> Iterator[date]:
    """Yield the days that differ from *fit* by half and far more than by chance."""
    begin = past.today - timedelta(days=len(counts) - 1)
    told_by_day = fit.mixture.moved(fit.calendar)[: len(counts)]
    for day, (count, told) in enumerate(zip(counts, told_by_day, strict=True)):
        if day >= _SETTLED and abs(count - told) > max(0.5 * told, 6 * math.sqrt(told + 1)):
            yield begin + timedelta(days=day)


@attrs.frozen
class _Outlook:
    """What follows from one fit: days until the share is reached, and who moved by each day."""

    days: int | None
    coming: float
    moved: list[float]

    @classmethod
    def of(
        cls, mixture: Mixture, calendar: Calendar, moved: int, past: Past, share: float
    ) -> "_Outlook":
        rows = curves(calendar, mixture.session_days, mixture.rates)
        days = len(calendar.visits) - HORIZON
        left = sum(map(mul, mixture.persons, (max(1 - sum(row[:days]), 0.0) for row in rows)))
        daily = mixture.add_up([row[days:] for row in rows])
        scale = min(1.0, past.waiting / left) if left else 1.0
        by_day = [moved + each * scale for each in accumulate(daily)]
        target = share * (moved + left * scale)
        reached = [day for day, each in enumerate(by_day, 1) if each >= target]
        until = 0 if moved >= target else (reached[0] if reached else None)
        return cls(until, left * scale, by_day)


def _order(days: int | None) -> float:
    return math.inf if days is None else days


def _widen(days: int | None, past: int, direction: int) -> int | None:
    if days is None:
        return None
    return max(days + direction * round(_MARGIN * (days + past)), 0)


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def _curve(
    today: date, moved: int, latest: int | None, central: _Outlook, others: Sequence[_Outlook]
) -> tuple[ForecastDay, ...]:
    """
    Return days until *latest* or later, at most _CURVE_POINTS of them.

    Later is where a quarter more than until the expected day is further, or there is no latest day.
    """
    further = round(1.25 * (central.days or HORIZON / 5)) + 7
    until = min(HORIZON, max(further, latest or 0))
    step = -(-until // _CURVE_POINTS)
    points = []
    for number in range(1, -(-until // step) + 1):
        day = min(number * step, HORIZON)
        values = [each.moved[day - 1] for each in (central, *others)]
        low = moved + (min(values) - moved) * (1 - 2 * _MARGIN)
        high = moved + (max(values) - moved) * (1 + 2 * _MARGIN)
        points.append(
            ForecastDay(today + timedelta(days=day), round(values[0]), round(low), round(high))
        )
    return tuple(points)
