"""
Draw the sequence diagrams of docs/images from their sources in docs/diagrams.

``make tables`` draws them.  A source has a title, a description, the actors (``*`` marks a part of
authcore) and one line for each step::

    title: Refresh
    desc: The guard finds the session due ...
    actors: browser | guard* | auth service*
    browser > guard: GET /articles
    guard < auth service: tokens
    = only where the session is due
    guard: checks the tokens itself

``a > b`` is a call of a, ``a < b`` the answer of b to it, ``=`` a remark across, and an actor alone
does something by itself.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Final

import attrs


DOCS: Final = Path(__file__).parents[2] / "docs"
COLUMN: Final = 210
ROW: Final = 44
HEAD: Final = 70
BOX: Final = 168

STYLE: Final = re.sub(
    r"\n\s*",
    "",
    """
    .diagram{font:14px system-ui,sans-serif;color-scheme:light dark}
    .paper{fill:#fff;stroke:none}.box{fill:#fff;stroke:#57606a}.own{fill:#ddf4ff;stroke:#0969da}
    .ink{fill:#1f2328}.soft{fill:#57606a;font-size:12px}.line{stroke:#57606a;fill:none}
    .head{fill:#57606a;stroke:none}
    .soft,.remark{stroke:#fff;stroke-width:4px;paint-order:stroke}
    @media (prefers-color-scheme:dark){.paper{fill:#0d1117}.box{fill:#161b22;stroke:#8b949e}
    .own{fill:#0c2d4a;stroke:#58a6ff}.ink{fill:#e6edf3}.soft{fill:#9da7b3}.line{stroke:#9da7b3}
    .head{fill:#9da7b3}.soft,.remark{stroke:#0d1117}}
    """,
).strip()

_STEP: Final = re.compile(r"(?P<left>[^<>:]+) (?P<way>[<>]) (?P<right>[^<>:]+): (?P<text>.+)")


@attrs.frozen
class Diagram:
    """
    A sequence diagram.

    Attributes:
        name: Of its files.
        title: For screen readers, as *desc*.
        desc: The whole story in sentences.
        actors: Whether each, from left to right, is a part of authcore.
        steps: Lines of the source.
    """

    name: str
    title: str
    desc: str
    actors: Mapping[str, bool]
    steps: tuple[str, ...]

    @classmethod
    def read(cls, name: str, source: str) -> "Diagram":
        """Read *source*."""
        title, desc, actors, *steps = source.strip().splitlines()
        names = actors.removeprefix("actors: ").split(" | ")
        return cls(
            name,
            title.removeprefix("title: "),
            desc.removeprefix("desc: "),
            {each.rstrip("*"): each.endswith("*") for each in names},
            tuple(steps),
        )

    def draw(self) -> str:
        """Give the SVG."""
        width, height = len(self.actors) * COLUMN, HEAD + ROW * (len(self.steps) + 1)
        rows = (line for row, step in enumerate(self.steps) for line in self._step(row, step))
        parts = (*self._begin(width, height), *self._actors(height), *rows, "</svg>\n")
        return "\n".join(parts)

    def _begin(self, width: int, height: int) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'role="img" aria-labelledby="{self.name}-title {self.name}-desc" class="diagram">'
        )
        yield f'<title id="{self.name}-title">{escape(self.title)}</title>'
        yield f'<desc id="{self.name}-desc">{escape(self.desc)}</desc>'
        yield f"<style>{STYLE}</style>"
        yield (
            f'<defs><marker id="{self.name}-head" viewBox="0 0 8 8" refX="8" refY="4" '
            'markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" '
            'class="head"/></marker></defs>'
        )
        yield f'<rect width="{width}" height="{height}" class="paper"/>'

    def _x(self, actor: str) -> int:
        return list(self.actors).index(actor) * COLUMN + COLUMN // 2

    def _actors(self, height: int) -> Iterator[str]:
        for actor, is_own in self.actors.items():
            x, kind = self._x(actor), "own" if is_own else "box"
            yield f'<path d="M{x} 50V{height - 12}" class="line" stroke-dasharray="2 5"/>'
            yield (
                f'<rect x="{x - BOX // 2}" y="12" width="{BOX}" height="38" rx="8" class="{kind}" '
                'stroke-width="1.5"/>'
            )
            yield f'<text x="{x}" y="36" text-anchor="middle" class="ink">{escape(actor)}</text>'

    def _step(self, row: int, step: str) -> Iterator[str]:
        y = HEAD + ROW * (row + 1)
        if step.startswith("= "):
            width = len(self.actors) * COLUMN
            yield f'<path d="M16 {y - 8}H{width - 16}" class="line" stroke-dasharray="8 5"/>'
            yield from self._text(width // 2, y - 15, step.removeprefix("= "), "ink remark")
        elif match := _STEP.fullmatch(step):
            yield from self._arrow(y, match)
        else:
            actor, _, text = step.partition(": ")
            x = self._x(actor)
            yield f'<circle cx="{x}" cy="{y - 12}" r="5" class="head"/>'
            yield from self._text(x, y - 24, text, "soft")

    def _arrow(self, y: int, match: re.Match[str]) -> Iterator[str]:
        left, right = self._x(match["left"]), self._x(match["right"])
        is_call = match["way"] == ">"
        begin, end = (left, right) if is_call else (right, left)
        gap = 2 if begin < end else -2
        dashes = "" if is_call else ' stroke-dasharray="6 4"'
        yield (
            f'<path d="M{begin + gap} {y - 8}H{end - gap}" class="line" stroke-width="1.5"{dashes} '
            f'marker-end="url(#{self.name}-head)"/>'
        )
        yield from self._text((left + right) // 2, y - 16, match["text"], "soft")

    def _text(self, x: int, y: int, text: str, kind: str) -> Iterator[str]:
        yield f'<text x="{x}" y="{y}" text-anchor="middle" class="{kind}">{escape(text)}</text>'


def drawings() -> dict[Path, str]:
    """Give the text of each drawing, by its file."""
    return {
        DOCS / "images" / f"{source.stem}.svg": Diagram.read(
            source.stem, source.read_text(encoding="utf-8")
        ).draw()
        for source in sorted((DOCS / "diagrams").glob("*.txt"))
    }


if __name__ == "__main__":
    for path, text in drawings().items():
        path.write_text(text, encoding="utf-8")
