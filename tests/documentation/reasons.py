"""
The tables of docs/reasons.md, made from ``authcore.domain.model.reasons``.

``make tables`` writes them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from authcore.domain.model.reasons import SECTIONS, Reason


PAGE: Final = Path(__file__).parents[2] / "docs" / "reasons.md"
BEGIN: Final = "<!-- reasons: written by `make tables` -->"
END: Final = "<!-- end of reasons -->"

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


def page_with_tables(page: str) -> str:
    """*page* with what stands between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
