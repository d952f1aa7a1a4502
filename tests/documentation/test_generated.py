"""Tables in docs are those that the code, the tests and the policies make."""

import pytest

from documentation import (
    checks,
    legacy_checks,
    move_reasons,
    permissions,
    reasons,
    requirement_rows,
    runbook,
    variables,
)
from documentation.generated import GeneratedPart


TABLES = (checks, legacy_checks, move_reasons, permissions, reasons, requirement_rows, variables)
PARTS = (*(each.PART for each in TABLES), runbook.STAGES, runbook.CHECKS)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_table_is_current(part: GeneratedPart) -> None:
    assert part.read() == part.page_as_generated(), "run `make tables`"
