"""
Charts as SVG, stretched to the width of the page.

Only shapes are drawn: every word and number stands in HTML beside them, so that it is never
stretched, and in a table, for readers who see no shapes.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

import attrs


WIDTH: Final = 1000
HEIGHT: Final = 400

Point = tuple[float, float]


@attrs.frozen
class Part:
    """
    A part of a bar or a column.

    Attributes:
        name: Shown.
        count: Its length.
        colour: Class of the style sheet.
    """

    name: str
    count: int
    colour: str


@attrs.frozen
class Column:
    """
    One day.

    Attributes:
        day: Of the axis.
        parts: From below.
    """

    day: date
    parts: tuple[Part, ...]


def stacked_bar(label: str, parts: Sequence[Part]) -> str:
    """Draw *parts* side by side."""
    total = sum(part.count for part in parts) or 1
    drawn, at = [], 0.0
    for part in parts:
        width = WIDTH * part.count / total
        drawn.append(_rectangle(part.colour, (at, 0), width, 60))
        at += width
    return _svg(label, "bar", 60, drawn)


def columns(label: str, days: Sequence[Column]) -> str:
    """Draw one column a day."""
    highest = max((sum(part.count for part in each.parts) for each in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    drawn = []
    for number, each in enumerate(days):
        top = float(HEIGHT)
        for part in each.parts:
            height = HEIGHT * part.count / highest
            top -= height
            drawn.append(_rectangle(part.colour, (number * step, top), step * 0.86, height))
    return _svg(label, "chart", HEIGHT, drawn)


@attrs.frozen
class Target:
    """
    A day of the axis that is expected, and its interval.

    Attributes:
        day: Marked.
        earliest: Lower end.
        latest: Upper end; None where it is later than the axis.
    """

    day: date
    earliest: date
    latest: date | None


@attrs.frozen(kw_only=True)
class Line:
    """
    Counts by day, of the past and ahead.

    Attributes:
        past: Day and count.
        ahead: Day, count, and the ends of the interval.
        highest: Top of the chart.
        target: A day that is marked; by default none.
    """

    past: Sequence[tuple[date, int]]
    ahead: Sequence[tuple[date, int, int, int]]
    highest: int
    target: Target | None = None

    @property
    def ends(self) -> tuple[date, date]:
        """First and last day."""
        days = [day for day, _ in self.past] + [day for day, *_ in self.ahead]
        return min(days), max(days)

    def place(self, day: date) -> float:
        """Return where *day* is on the axis: 0 on the left, 1 on the right."""
        first, last = self.ends
        return (day - first).days / max((last - first).days, 1)


def line(label: str, given: Line) -> str:
    """Draw a line, its continuation, the band of the interval, and the day that is marked."""
    highest = max(given.highest, 1)

    def at(day: date, count: float) -> Point:
        return WIDTH * given.place(day), HEIGHT * (1 - count / highest)

    past = [at(day, count) for day, count in given.past]
    now = past[-1:]
    upper = now + [at(day, high) for day, _, _, high in given.ahead]
    lower = now + [at(day, low) for day, _, low, _ in given.ahead]
    drawn = []
    if given.ahead:
        drawn.append(f'<polygon class="band" points="{_points(upper + lower[::-1])}"/>')
        ahead = now + [at(day, count) for day, count, _, _ in given.ahead]
        drawn.append(f'<polyline class="ahead" points="{_points(ahead)}"/>')
    if given.ends[0] == given.ends[1]:  # a line from a point to itself would not be seen
        past.extend((WIDTH, y) for _, y in past[:1])
    drawn.append(f'<polyline class="past" points="{_points(past)}"/>')
    if given.target:
        day, earliest, latest = given.target.day, given.target.earliest, given.target.latest
        ends = at(earliest, 0), at(latest or given.ends[1], 0)
        drawn.append(f'<polyline class="mark" points="{_points((at(day, 0), at(day, highest)))}"/>')
        drawn.append(f'<polyline class="interval" points="{_points(ends)}"/>')
    return _svg(label, "chart", HEIGHT, drawn)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _rectangle(colour: str, at: Point, width: float, height: float) -> str:
    if width <= 0 or height <= 0:
        return ""
    x, y = at
    return (
        f'<rect class="{colour}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" '
        f'height="{height:.2f}"/>'
    )


def _svg(label: str, style: str, height: int, shapes: Sequence[str]) -> str:
    return (
        f'<svg class="{style}" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none">{"".join(shapes)}</svg>'
    )
