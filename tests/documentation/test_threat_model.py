"""The threat model names every requirement, and none that there is not."""

from pathlib import Path

from documentation.requirement_rows import DEMANDS, ROW_ID, rows_named


PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"


def test_every_requirement_answers_a_threat_and_every_threat_names_requirements() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert rows_named(text) == {*DEMANDS}
    assert {*ROW_ID.findall(text)} <= {*DEMANDS}
