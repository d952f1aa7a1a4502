"""
The tables of docs/reasons.md, made from ``authcore.domain.model.reasons``.

``make tables`` writes them.
"""

from collections.abc import Iterable
from typing import Final

from authcore.domain.model.reasons import SECTIONS, Reason
from documentation.generated import GeneratedPart


_HEAD: Final = (
    "| reason | outcome | where | the user sees | the operator does |\n|---|---|---|---|---|"
)


def tables() -> str:
    """One table a section, one row a reason."""
    parts = (f"## {heading}\n\n{_table(reasons)}" for heading, reasons in SECTIONS.items())
    return "\n\n".join(parts)


def _table(reasons: Iterable[Reason]) -> str:
    return "\n".join((_HEAD, *map(_row, reasons)))


def _row(reason: Reason) -> str:
    cells = (
        f"`{reason.code}`",
        _listed(reason.outcomes) or "in answers only",
        _listed(reason.actions),
        reason.user,
        reason.operator,
    )
    return f"| {' | '.join(cells)} |"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name if " " in name else f"`{name}`" for name in names)


PART: Final = GeneratedPart("reasons.md", "reasons", tables)


if __name__ == "__main__":
    PART.write()
