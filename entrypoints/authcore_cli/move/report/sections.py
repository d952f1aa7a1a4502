"""The sections of the report, each as HTML; empty where there is nothing to show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import accumulate
from typing import Final

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import Census
from authcore.domain.model.forecast import Forecast
from authcore.domain.model.trends import Door
from authcore_cli.move.cockpit import MAX_FAILURES, Cockpit
from authcore_cli.move.cockpit_texts import (
    DOOR_NAMES,
    STATE_NAMES,
    accuracy_sentence,
    forecast_sentence,
    money,
    number,
    percent,
)
from authcore_cli.move.report.charts import Column, Line, Part, Target, columns, line, stacked_bar


MAX_DAYS: Final = 400
"""Days of a chart of columns: the last ones."""

MAX_POINTS: Final = 500
"""Days of a line; more are thinned out."""

_TARGET_CAPTION: Final = (
    " Upright: the expected day; thick below: between the earliest and the latest day."
)

Cell = str | int


def states(census: Census) -> str:
    """Draw where each person is."""
    parts = [
        Part(name, census.persons[state], f"f{index}")
        for index, (state, name) in enumerate(STATE_NAMES.items())
    ]
    rows = "".join(
        f"<tr><td>{_key(part.colour)}{escape(part.name)}</td>"
        f'<td class="n">{number(part.count)}</td>'
        f'<td class="n">{percent(part.count, census.total)}</td></tr>'
        for part in parts
    )
    locked = (
        f'<p class="soft">Locked accounts, which never move: {number(census.locked)}.</p>'
        if census.locked
        else ""
    )
    return (
        "<section><h2>Where the persons are</h2><figure>"
        f"{stacked_bar('Persons by state; the table has the numbers', parts)}</figure>"
        '<table><thead><tr><th>state</th><th class="n">persons</th><th class="n">share</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>{locked}"
        f'<p class="soft">{escape(accuracy_sentence(census))}</p></section>'
    )


def progress(cockpit: Cockpit) -> str:
    """Draw who has moved, day by day, and the forecast."""
    census, forecast = cockpit.census, cockpit.forecast
    if census is None or forecast is None or not cockpit.moved:
        return ""
    sentence = f"<p>{escape(forecast_sentence(forecast))}</p>"
    added = accumulate(cockpit.moved.values())
    past = [*zip(cockpit.moved, added, strict=True)]
    offset = max(census.gone_over - past[-1][1], 0)
    past = _thin([(day, count + offset) for day, count in past])
    ahead = [
        (each.day, each.moved + offset, each.lowest + offset, each.highest + offset)
        for each in forecast.curve
    ]
    goal = census.gone_over + census.waiting
    shape = Line(past=past, ahead=ahead, highest=goal, target=_target(forecast))
    first, last = shape.ends
    rows = [(f"{day:%Y-%m-%d}", number(count), "") for day, count in past[-31:]] + [
        (f"{day:%Y-%m-%d}", number(count), f"{number(low)} to {number(high)}")
        for day, count, low, high in ahead
    ]
    numbers = _details("Moved, day by day", ("day", "moved", "between"), rows)
    label = "Accounts that have moved, by day, and the forecast; the table has the numbers"
    return (
        f"<section><h2>Who has moved, and when the rest will</h2>{sentence}<figure>"
        f'<div class="axis"><span>{number(goal)} accounts that can move</span></div>'
        f"{line(label, shape)}{_target_day(shape)}{_axis(first, last)}"
        "<figcaption>Line: moved. Dashed: forecast, with its interval, if nothing changes."
        f"{_TARGET_CAPTION if shape.target else ''}</figcaption></figure>{numbers}</section>"
    )


def _target(forecast: Forecast) -> Target | None:
    if forecast.expected is None or forecast.earliest is None or not forecast.curve:
        return None
    return Target(forecast.expected, forecast.earliest, forecast.latest)


def _target_day(shape: Line) -> str:
    """Write the expected day below its mark."""
    if shape.target is None:
        return ""
    place = f"--place: {100 * shape.place(shape.target.day):.1f}%"
    return f'<div class="target"><span style="{place}">{shape.target.day}</span></div>'


def doors(cockpit: Cockpit) -> str:
    """Draw the accepted sign-ins of each day, by door."""
    days = [*cockpit.sign_ins.items()][-MAX_DAYS:]
    if not days:
        return ""
    colours = {door: f"f{index}" for index, door in enumerate(DOOR_NAMES)}
    drawn = [
        Column(
            day,
            tuple(
                Part(DOOR_NAMES[door], counts[door, "accepted"], colour)
                for door, colour in colours.items()
            ),
        )
        for day, counts in days
    ]
    highest = max(sum(part.count for part in each.parts) for each in drawn)
    keys = " ".join(
        f'<span class="legend">{_key(colours[door])}{escape(name)}</span>'
        for door, name in DOOR_NAMES.items()
    )
    rows = [
        (
            f"{each.day:%Y-%m-%d}",
            *(number(part.count) for part in each.parts),
            number(_count_refused(counts)),
        )
        for each, (_, counts) in zip(drawn, days, strict=True)
    ]
    numbers = _details("Sign-ins, day by day", ("day", *DOOR_NAMES.values(), "not accepted"), rows)
    label = "Accepted sign-ins of each day by door; the table has the numbers"
    return (
        "<section><h2>Sign-ins by door</h2><figure>"
        f'<div class="axis"><span>{number(highest)} a day</span></div>'
        f"{columns(label, drawn)}{_axis(drawn[0].day, drawn[-1].day)}"
        f"<figcaption>{keys}</figcaption></figure>"
        f"{numbers}</section>"
    )


def failures(cockpit: Cockpit) -> str:
    """List what was not accepted."""
    if cockpit.trends is None:
        return ""
    shown = cockpit.failures[:MAX_FAILURES]
    rest = sum(count for _, count in cockpit.failures[MAX_FAILURES:])
    rows: list[Sequence[Cell]] = [
        (reason, outcome, number(count)) for (outcome, reason), count in shown
    ]
    if rest:
        rows.append(("other reasons", "", number(rest)))
    body = (
        _table("Reasons", ("reason", "outcome", "decisions"), rows)
        if rows
        else "<p>Every decision was accepted.</p>"
    )
    trends = cockpit.trends
    unread = sum(trends.unreadable.values())
    return (
        f"<section><h2>What was refused, and why</h2>{body}"
        f'<p class="soft">{number(trends.read)} lines of the audit stream counted, '
        f"{number(trends.repeated)} repeated, {number(unread)} not readable.</p></section>"
    )


def costs(cockpit: Cockpit) -> str:
    """List what each month cost."""
    if not cockpit.costs:
        return ""
    rows: list[Sequence[Cell]] = [
        (
            f"{cost.month:%Y-%m}",
            number(cost.users),
            number(cost.by_tools),
            money(cost.price, cost.currency),
        )
        for cost in cockpit.costs
    ]
    return (
        "<section><h2>Cost so far</h2>"
        f"{_table('Months', ('month', 'active users', 'by own calls', 'price'), rows)}"
        '<p class="soft">Active users are estimated from the audit stream, with a standard error '
        "of 0.8 %, and priced by the list that the settings give.</p></section>"
    )


def _count_refused(counts: Mapping[tuple[Door, Outcome], int]) -> int:
    return sum(count for (_, outcome), count in counts.items() if outcome != "accepted")


def _thin(points: list[tuple[date, int]]) -> list[tuple[date, int]]:
    step = -(-len(points) // MAX_POINTS)
    return [*points[:-1:step], points[-1]]


def _key(colour: str) -> str:
    return (
        f'<svg class="key" viewBox="0 0 8 8" aria-hidden="true">'
        f'<rect class="{colour}" width="8" height="8"/></svg>'
    )


def _axis(first: date, last: date) -> str:
    return f'<div class="axis"><span>{first}</span><span>{last}</span></div>'


def _details(label: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    return f"<details><summary>The numbers</summary>{_table(label, heads, rows)}</details>"


def _table(label: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    first, *others = heads
    head = f"<th>{escape(first)}</th>" + "".join(f'<th class="n">{escape(h)}</th>' for h in others)
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[Cell]) -> str:
    first, *others = map(str, row)
    cells = "".join(f'<td class="n">{escape(each)}</td>' for each in others)
    return f"<td>{escape(first)}</td>{cells}"
