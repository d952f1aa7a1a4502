"""F2 in short: every answer, person, source and repetition, with less time for those that hang."""

from typing import Final

import pytest

from authcore_lambda import user_migration
from faults.migration_suite import run_column
from faults.migration_table import ANSWERS, CANARY, CELLS, Left, tempting
from support.gate import AMPLE
from support.scripted_server import answer


BRIEFLY: Final = Left(300)
"""Milliseconds: 50 for a call that is not to be answered anyhow."""


@pytest.mark.parametrize("said", ANSWERS)
def test_nobody_is_created_without_an_exact_yes_and_no_password_leaks(said: str) -> None:
    # MG-01, MG-02, MG-04, MG-08, LT-01, LT-02
    cells = [cell for cell in CELLS if cell.said == said]

    left = None if said.startswith("200") else BRIEFLY
    failures, _ = run_column(said, cells, left, AMPLE.total_seconds())

    assert failures == []
    assert len(cells) == 42


def test_the_table_notices_a_false_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A legacy system that says yes to everybody gets people in who must stay out."""
    monkeypatch.setitem(ANSWERS, "200 yes", lambda request: (answer(200, tempting(request)),))
    cells = [cell for cell in CELLS if (cell.said, cell.case) == ("200 yes", "wrong")]

    failures, _ = run_column("200 yes", cells, None, AMPLE.total_seconds())

    assert {wrong for failure in failures for wrong in failure.violations} == {"false accept"}


def test_the_table_notices_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error text that holds the password is in every traceback."""
    monkeypatch.setattr(user_migration, "OUTAGE_TEXT", CANARY)
    cells = [cell for cell in CELLS if (cell.said, cell.case) == ("503", "right")]

    failures, _ = run_column("503", cells, BRIEFLY, AMPLE.total_seconds())

    assert {wrong for failure in failures for wrong in failure.violations} == {"leak: the password"}
