"""
The tables of docs/doctor.md, made from ``authcore.domain.services.doctor.registry``.

``make tables`` writes them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from authcore.domain.model.checks import Check
from authcore.domain.services.doctor.registry import SECTIONS


PAGE: Final = Path(__file__).parents[2] / "docs" / "doctor.md"
BEGIN: Final = "<!-- checks: written by `make tables` -->"
END: Final = "<!-- end of checks -->"

_TITLES: Final = ("check", "severity", "question", "otherwise", "while users move", "see")
_HEAD: Final = f"| {' | '.join(_TITLES)} |\n{'|---' * len(_TITLES)}|"


def tables() -> str:
    """One table a section, one row a check."""
    return "\n\n".join(f"### {title}\n\n{_table(checks)}" for title, checks in SECTIONS.items())


def _table(checks: Iterable[Check]) -> str:
    return "\n".join((_HEAD, *map(_row, checks)))


def _row(check: Check) -> str:
    page, _, section = check.anchor.partition("#")
    target = f"#{section}" if page == PAGE.name else check.anchor
    link = f"[{page.removesuffix('.md')}]({target})"
    cells = (
        f"`{check.id}`",
        check.severity,
        check.question,
        check.why,
        check.during_migration,
        link,
    )
    return f"| {' | '.join(cells)} |"


def page_with_tables(page: str) -> str:
    """*page* with what stands between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
