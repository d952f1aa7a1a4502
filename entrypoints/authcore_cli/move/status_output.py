"""Output of ``authcore move status``: bars on a terminal, one JSON document elsewhere."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from rich.bar import Bar
from rich.progress import TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore.domain.model.census import Census
from authcore.domain.model.census_entries import CensusProgress
from authcore_cli.links_output import describe_wait
from authcore_cli.move.cockpit import MAX_FAILURES, Cockpit
from authcore_cli.move.cockpit_texts import (
    STATE_NAMES,
    accuracy_sentence,
    cost_sentence,
    forecast_sentence,
    number,
    percent,
    progress_sentence,
)
from authcore_cli.process import CommandContext
from authcore_cli.progress_bar import make_bar


BAR_WIDTH = 24


class StatusReport(Protocol):
    """Receives each step."""

    def on_page(self, progress: CensusProgress) -> None:
        """Show that another page was read."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Show that a call got no answer and is repeated after *wait*."""

    def on_counted(self) -> None:
        """Show that the count ended, or was cut short."""

    def show(self, cockpit: Cockpit) -> None:
        """Show the answer."""


class StatusLines(StatusReport):
    """Writes one JSON document."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    def on_page(self, progress: CensusProgress) -> None:
        """See the protocol."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._context.complain(describe_wait(error, wait))

    def on_counted(self) -> None:
        """See the protocol."""

    def show(self, cockpit: Cockpit) -> None:
        """See the protocol."""
        self._context.say_json(document(cockpit))


class StatusTable(StatusReport):
    """Shows a bar while both systems are read, then the states, and sentences."""

    def __init__(self, context: CommandContext) -> None:
        self._console = context.answers
        self._progress = make_bar(self._console, TimeElapsedColumn())
        self._task = self._progress.add_task("reading", total=None)

    def on_page(self, progress: CensusProgress) -> None:
        """See the protocol."""
        self._progress.start()
        read = f"{number(progress.accounts)} accounts, {number(progress.users)} users"
        self._progress.update(self._task, description=read)

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._console.print(Text(describe_wait(error, wait), "yellow"))

    def on_counted(self) -> None:
        """See the protocol."""
        self._progress.stop()

    def show(self, cockpit: Cockpit) -> None:
        """See the protocol."""
        if cockpit.census is None:
            self._say("No count yet: authcore move status without --last takes one.")
        else:
            self._show_census(cockpit.census)
        if cockpit.forecast:
            self._say(forecast_sentence(cockpit.forecast))
        self._show_trends(cockpit)
        for cost in cockpit.costs:
            self._say(cost_sentence(cost))

    def _show_census(self, census: Census) -> None:
        table = Table.grid(padding=(0, 2))
        for state, name in STATE_NAMES.items():
            count = census.persons[state]
            bar = Bar(max(census.total, 1), 0, count, width=BAR_WIDTH)
            table.add_row(name, bar, Text(number(count), justify="right"))
        self._console.print(table)
        self._say(progress_sentence(census))
        if census.locked:
            self._say(f"Locked accounts, which never move: {number(census.locked)}.")
        self._say(accuracy_sentence(census))

    def _show_trends(self, cockpit: Cockpit) -> None:
        if cockpit.trends is None:
            return
        for (outcome, reason), count in cockpit.failures[:MAX_FAILURES]:
            self._say(f"{number(count)} {outcome}: {reason}")
        unread = sum(cockpit.trends.unreadable.values())
        if unread or cockpit.trends.repeated:
            self._say(
                f"{number(cockpit.trends.read)} lines of the audit stream counted, "
                f"{number(cockpit.trends.repeated)} repeated, {number(unread)} not readable"
            )

    def _say(self, sentence: str) -> None:
        self._console.print(Text(sentence))


def document(cockpit: Cockpit) -> Mapping[str, object]:
    """Return all of *cockpit* as JSON's types."""
    return {
        "at": cockpit.at.isoformat(),
        "pool": cockpit.pool_id,
        "census": None if cockpit.census is None else census_members(cockpit.census),
        "forecast": _forecast(cockpit),
        "sign_ins": [
            {"day": day.isoformat(), "door": door, "outcome": outcome, "count": count}
            for day, counts in cockpit.sign_ins.items()
            for (door, outcome), count in sorted(counts.items())
        ],
        "failures": [
            {"outcome": outcome, "reason": reason, "count": count}
            for (outcome, reason), count in cockpit.failures
        ],
        "costs": [
            {
                "month": f"{cost.month:%Y-%m}",
                "active_users": cost.users,
                "by_tools": cost.by_tools,
                "price": str(cost.price),
                "price_of_tools": str(cost.price_of_tools),
                "currency": cost.currency,
            }
            for cost in cockpit.costs
        ],
        "audit_lines": _lines(cockpit),
    }


def census_members(census: Census) -> Mapping[str, object]:
    """Return *census* as JSON's types."""
    return {
        "at": census.at.isoformat(),
        "began_at": census.began_at.isoformat() if census.began_at else None,
        "persons": {state: census.persons[state] for state in STATE_NAMES},
        "total": census.total,
        "moved_share": percent(census.gone_over, census.gone_over + census.waiting),
        "accounts": census.accounts,
        "users": census.users,
        "locked": census.locked,
        "changed_meanwhile": census.changed,
    }


def _forecast(cockpit: Cockpit) -> Mapping[str, object] | None:
    forecast = cockpit.forecast
    if forecast is None:
        return None
    days = {
        name: day.isoformat() if day else None
        for name, day in (
            ("expected", forecast.expected),
            ("earliest", forecast.earliest),
            ("latest", forecast.latest),
        )
    }
    return {
        "verdict": forecast.verdict,
        "share": forecast.share,
        **days,
        "coming": forecast.coming,
        "silent": forecast.silent,
        "days": forecast.days,
        "watched": forecast.watched,
        "unexplained": [day.isoformat() for day in forecast.unexplained],
    }


def _lines(cockpit: Cockpit) -> Mapping[str, object] | None:
    if cockpit.trends is None:
        return None
    return {
        "counted": cockpit.trends.read,
        "repeated": cockpit.trends.repeated,
        "unreadable": dict(cockpit.trends.unreadable),
    }
