"""The questions of ``authcore move ready``, and the runbook, name what there is."""

import re
from pathlib import Path

import pytest

from authcore.adapters.audit.history_prometheus import QUERY
from authcore.domain.model.readiness import ReadinessCheck
from authcore.domain.model.runbook import Stage
from authcore.domain.services.moves.readiness import CHECKS, WHAT_IT_NEEDS
from authcore.domain.services.moves.runbook import RUNBOOK
from authcore.domain.services.moves.way_back import KEEP_RUNNING, LOCK
from authcore.settings import describe_variables
from documentation.variables import Everything


DOCS = Path(__file__).parents[2] / "docs"
VARIABLE = re.compile(r"AUTHCORE_[A-Z_]+[A-Z]")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}


def _known() -> set[str]:
    described = describe_variables(Everything)
    return {form for name, about, _ in described for form in about.names(name)}


def _is_a_section(anchor: str) -> bool:
    page, _, section = anchor.partition("#")
    return not section or section in _anchors(DOCS / page)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_question_names_a_section_there_is_and_variables_there_are(check: ReadinessCheck) -> None:
    assert _is_a_section(check.anchor)
    assert {*VARIABLE.findall(f"{check.mend} {check.needs}")} <= _known()
    assert check.question.endswith("?")


@pytest.mark.parametrize("stage", RUNBOOK, ids=lambda stage: stage.id)
def test_a_stage_names_variables_and_commands_there_are(stage: Stage) -> None:
    told = f"{stage.recognised} {stage.step} {stage.check} {stage.back}"

    assert {*VARIABLE.findall(told)} <= _known()
    assert stage.command.startswith("authcore ")


def test_what_must_not_be_forgotten_names_variables_there_are() -> None:
    assert {*VARIABLE.findall(f"{KEEP_RUNNING} {LOCK}")} <= _known()
    assert _is_a_section(WHAT_IT_NEEDS)


def test_the_guide_asks_prometheus_what_the_reader_expects() -> None:
    page = (DOCS / "cut-over.md").read_text(encoding="utf-8")

    assert f"```text{QUERY}```" in page
