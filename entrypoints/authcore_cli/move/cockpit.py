"""What ``authcore move status`` and ``authcore move report`` show, put together."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import attrs

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import Census
from authcore.domain.model.cost import MonthlyCost, PriceList
from authcore.domain.model.forecast import Forecast
from authcore.domain.model.trends import Door, Trends
from authcore.domain.services.moves.cost import monthly_costs
from authcore.domain.services.moves.forecast import forecast
from authcore.domain.services.moves.past import Past
from authcore.domain.services.moves.trends import failures, sign_ins, trends_of
from authcore.ports.audit_history import AuditHistory
from authcore.ports.census import CensusHistory
from authcore.ports.system import Clock


MAX_FAILURES: Final = 12
"""Reasons that are shown; the others are added up."""


@attrs.frozen(kw_only=True)
class CockpitSources:
    """
    Where the numbers come from.

    Attributes:
        history: Counts of earlier censuses.
        open_audit: Opens files of the audit stream.
        prices: None where no price list is set.
        clock: Tells what is today.
        pool_id: Of the pool.
    """

    history: CensusHistory
    open_audit: Callable[[Sequence[Path]], AuditHistory]
    prices: PriceList | None
    clock: Clock
    pool_id: str


@attrs.frozen(kw_only=True)
class Question:
    """
    What an operator adds.

    Attributes:
        audit: Files of the audit stream; none by default.
        mails: Days on which users were told to sign in.
        quiet: Days on which fewer users come than usually, past and coming.
    """

    audit: tuple[Path, ...] = ()
    mails: tuple[date, ...] = ()
    quiet: tuple[date, ...] = ()


@attrs.frozen(kw_only=True)
class Cockpit:
    """
    All that is shown.

    Attributes:
        at: When it was put together.
        pool_id: Of the pool.
        censuses: The oldest first; empty where none was taken.
        moved: Persons who moved, by day.
        forecast: None without a census.
        trends: None without an audit stream.
        sign_ins: By day, door and outcome.
        failures: By outcome and reason, the most frequent first.
        costs: By month; empty without prices.
    """

    at: datetime
    pool_id: str
    censuses: Sequence[Census]
    moved: Mapping[date, int]
    forecast: Forecast | None
    trends: Trends | None
    sign_ins: Mapping[date, Counter[tuple[Door, Outcome]]]
    failures: Sequence[tuple[tuple[Outcome, str], int]]
    costs: Sequence[MonthlyCost]

    @property
    def census(self) -> Census | None:
        """The newest one."""
        return self.censuses[-1] if self.censuses else None


def put_together(sources: CockpitSources, question: Question) -> Cockpit:
    """
    Read history and audit stream, and conclude from them.

    Raises:
        ConfigurationError: One of them cannot be read.
    """
    censuses = sources.history.all()
    trends = trends_of(sources.open_audit(question.audit).lines()) if question.audit else None
    moved = trends.moved if trends and trends.moved else moved_between(censuses)
    returns = trends.returns if trends and trends.moved else {}
    now = sources.clock.now()
    can_price = sources.prices is not None and trends is not None
    return Cockpit(
        at=now,
        pool_id=sources.pool_id,
        censuses=censuses,
        moved=moved,
        forecast=_forecast(moved, returns, censuses, question, now),
        trends=trends,
        sign_ins=sign_ins(trends) if trends else {},
        failures=failures(trends).most_common() if trends else [],
        costs=monthly_costs(trends.active, sources.prices)
        if can_price and trends and sources.prices
        else (),
    )


def moved_between(censuses: Sequence[Census]) -> Mapping[date, int]:
    """Spread what one census has more than the one before over the days between them."""
    moved: Counter[date] = Counter()
    for before, after in pairwise(censuses):
        further = max(after.gone_over - before.gone_over, 0)
        days = [*_days(before.at.date(), after.at.date())]
        for number, day in enumerate(days):
            moved[day] += further * (number + 1) // len(days) - further * number // len(days)
    return dict(sorted(moved.items()))


def _days(before: date, after: date) -> Iterator[date]:
    """Yield the days after *before* until *after*; *after* where both are one day."""
    if before == after:
        yield after
    while before < after:
        before += timedelta(days=1)
        yield before


def _forecast(
    moved: Mapping[date, int],
    returns: Mapping[tuple[date, date | None], int],
    censuses: Sequence[Census],
    question: Question,
    now: datetime,
) -> Forecast | None:
    """Conclude from complete days: today's is not over."""
    if not censuses:
        return None
    yesterday = now.date() - timedelta(days=1)
    complete = {day: count for day, count in moved.items() if day <= yesterday}
    first, last = min(complete, default=yesterday), max(complete, default=yesterday)
    return forecast(
        Past(
            moved=complete,
            first_day=first,
            today=last,
            waiting=censuses[-1].waiting,
            mails=question.mails,
            quiet=question.quiet,
            returns=returns,
        )
    )
