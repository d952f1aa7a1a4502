"""
The tables of docs/cut-over.md, made from ``authcore.domain.services.moves``.

``make tables`` writes them.
"""

from collections.abc import Iterable
from typing import Final

from authcore.domain.model.readiness import ReadinessCheck
from authcore.domain.services.moves.readiness import SECTIONS
from authcore.domain.services.moves.runbook import RUNBOOK
from documentation.generated import GeneratedPart


_STAGES: Final = (
    "| stage | recognised by | next step | check | the way back |\n|---|---|---|---|---|"
)
_CHECKS: Final = "| check | question | otherwise | next step | see |\n|---|---|---|---|---|"


def stages() -> str:
    """One row a stage."""
    rows = (
        f"| {each.title} | {each.recognised} | {each.step} | {each.check}: `{each.command}` "
        f"| {each.back or 'nothing: the stage before changed nothing that must be undone'} |"
        for each in RUNBOOK
    )
    return "\n".join((_STAGES, *rows))


def checks() -> str:
    """One table a section, one row a check."""
    return "\n\n".join(f"### {title}\n\n{_table(each)}" for title, each in SECTIONS.items())


def _table(listed: Iterable[ReadinessCheck]) -> str:
    return "\n".join((_CHECKS, *map(_row, listed)))


def _row(check: ReadinessCheck) -> str:
    page, _, section = check.anchor.partition("#")
    target = f"#{section}" if page == CHECKS.page else check.anchor
    link = f"[{page.removesuffix('.md')}]({target})"
    return f"| `{check.id}` | {check.question} | {check.why} | {check.mend} | {link} |"


STAGES: Final = GeneratedPart("cut-over.md", "runbook", stages)
CHECKS: Final = GeneratedPart("cut-over.md", "readiness", checks)


if __name__ == "__main__":
    STAGES.write()
    CHECKS.write()
