"""
The tables of docs/doctor.md, made from ``authcore.domain.services.doctor.registry``.

``make tables`` writes them.
"""

from collections.abc import Iterable
from typing import Final

from authcore.domain.model.checks import Check
from authcore.domain.services.doctor.registry import SECTIONS
from documentation.generated import GeneratedPart


_TITLES: Final = ("check", "severity", "question", "otherwise", "while users move", "see")
_HEAD: Final = f"| {' | '.join(_TITLES)} |\n{'|---' * len(_TITLES)}|"


def tables() -> str:
    """One table a section, one row a check."""
    return "\n\n".join(f"### {title}\n\n{_table(checks)}" for title, checks in SECTIONS.items())


def _table(checks: Iterable[Check]) -> str:
    return "\n".join((_HEAD, *map(_row, checks)))


def _row(check: Check) -> str:
    page, _, section = check.anchor.partition("#")
    target = f"#{section}" if page == PART.page else check.anchor
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


PART: Final = GeneratedPart("doctor.md", "checks", tables)


if __name__ == "__main__":
    PART.write()
