"""
Line charts as SVG: readable at the width of a phone, in light and dark, and without colour.

The file loads nothing, and says in words what it shows.  Lines differ by dashes as well as by
colour, and the legend below the chart shows both.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

import attrs


WIDTH: Final = 480
PLOT_HEIGHT: Final = 250
LEFT: Final = 62
RIGHT: Final = 14
TOP: Final = 66
LINE: Final = 20
"""All in units of the drawing, which is as wide as a phone's column of text."""

WRAP: Final = 52
"""Characters of a title on one line."""

STYLE: Final = re.sub(
    r"\n\s*",
    "",
    """
    .chart{font:14px system-ui,sans-serif;color-scheme:light dark}
    .paper{fill:#fff}.ink{fill:#1f2328}.soft{fill:#57606a;font-size:12px}.bold{font-weight:600}
    .grid{stroke:#d0d7de}.axis{stroke:#57606a}
    .limit{stroke:#cf222e;stroke-dasharray:2 4;stroke-width:2;fill:none}
    .limit-ink{fill:#cf222e;font-size:12px;stroke:#fff;stroke-width:3px;paint-order:stroke}
    .line{fill:none;stroke-width:2.5;stroke-linejoin:round}
    .line0{stroke:#0969da}.line1{stroke:#bc4c00;stroke-dasharray:9 4}
    .line2{stroke:#1a7f37;stroke-dasharray:3 3}.line3{stroke:#8250df;stroke-dasharray:12 4 2 4}
    @media (prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#e6edf3}.soft{fill:#9da7b3}
    .grid{stroke:#30363d}.axis{stroke:#9da7b3}.limit{stroke:#ff7b72}.limit-ink{fill:#ff7b72;stroke:#0d1117}
    .line0{stroke:#58a6ff}.line1{stroke:#f0883e}.line2{stroke:#3fb950}.line3{stroke:#d2a8ff}}
    """,
).strip()

Points = tuple[tuple[float, float], ...]


@attrs.frozen(kw_only=True)
class Chart:
    """
    One chart.

    Attributes:
        name: Of its file.
        title: What it shows, one or two lines.
        desc: The same in sentences with figures, for screen readers.
        across: Name and unit of the horizontal axis.
        up: Name and unit of the vertical axis.
        lines: Points by the name of the line, four lines at most.
        limits: Horizontal lines, by name; none by default.
        top: Highest value that is shown; by default that of all points.
    """

    name: str
    title: str
    desc: str
    across: str
    up: str
    lines: Mapping[str, Points]
    limits: Mapping[str, float] = attrs.field(factory=dict)
    top: float | None = None

    def draw(self) -> str:
        """Give the SVG."""
        height = TOP + PLOT_HEIGHT + 52 + LINE * len(self.lines)
        parts = (
            *self._begin(height),
            *self._rows(),
            *self._columns(),
            *self._drawn_lines(),
            *self._limits(),
            *self._legend(),
            "</svg>\n",
        )
        return "\n".join(parts)

    def _begin(self, height: int) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-desc" class="chart">'
        )
        yield f'<title id="{self.name}-title">{escape(self.title)}</title>'
        yield f'<desc id="{self.name}-desc">{escape(self.desc)}</desc>'
        yield f"<style>{STYLE}</style>"
        yield f'<rect width="{WIDTH}" height="{height}" class="paper"/>'
        for number, line in enumerate(_wrapped(self.title)):
            yield _text(12, 20 + LINE * number, line, "ink bold")
        yield _text(12, TOP - 10, self.up, "soft")

    def _rows(self) -> Iterator[str]:
        for value in ticks(self._top):
            y = self._y(value)
            yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" class="grid"/>'
            yield _text(LEFT - 6, y + 4, short(value), "soft", "end")

    def _columns(self) -> Iterator[str]:
        bottom = TOP + PLOT_HEIGHT
        yield f'<path d="M{LEFT} {bottom}H{WIDTH - RIGHT}" class="axis"/>'
        for value in ticks(self._last):
            x = self._x(value)
            yield f'<path d="M{x} {bottom}v5" class="axis"/>'
            yield _text(x, bottom + 18, short(value), "soft", "middle")
        yield _text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, self.across, "soft", "middle")

    def _limits(self) -> Iterator[str]:
        for name, value in self.limits.items():
            y = self._y(value)
            yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" class="limit"/>'
            yield _text(WIDTH - RIGHT - 2, y - 5, name, "limit-ink", "end")

    def _drawn_lines(self) -> Iterator[str]:
        for number, points in enumerate(self.lines.values()):
            steps = " ".join(f"{self._x(x)},{self._y(min(y, self._top))}" for x, y in points)
            yield f'<polyline points="{steps}" class="line line{number}"/>'

    def _legend(self) -> Iterator[str]:
        for number, name in enumerate(self.lines):
            y = TOP + PLOT_HEIGHT + 58 + LINE * number
            yield f'<path d="M14 {y - 4}h34" class="line line{number}"/>'
            yield _text(56, y, name, "ink")

    _top: float = attrs.field(init=False)
    _last: float = attrs.field(init=False)

    @_top.default
    def _highest(self) -> float:
        highest = max(y for points in self.lines.values() for _, y in points)
        return self.top or max(highest, *self.limits.values(), 0.0) or 1.0

    @_last.default
    def _rightmost(self) -> float:
        return max(x for points in self.lines.values() for x, _ in points)

    def _x(self, value: float) -> float:
        return round(LEFT + value / self._last * (WIDTH - RIGHT - LEFT), 1)

    def _y(self, value: float) -> float:
        return round(TOP + PLOT_HEIGHT * (1 - value / self._top), 1)


def ticks(highest: float) -> list[float]:
    """Return four to eight round values from 0 to *highest*."""
    step = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    for part in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5):
        if highest / (step * part) <= 7:
            return [step * part * number for number in range(int(highest / (step * part)) + 1)]
    return [0.0, highest]


def short(value: float) -> str:
    """Write *value* as labels do: ``2.5 M``, ``400 k``, ``12``."""
    for size, unit in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def _wrapped(title: str) -> list[str]:
    lines = [""]
    for word in title.split():
        if len(f"{lines[-1]} {word}") > WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'
