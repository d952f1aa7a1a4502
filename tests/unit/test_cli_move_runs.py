"""``authcore move list`` and ``authcore move show``."""

import io
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.adapters.runs.import_files import ImportFiles
from authcore.domain.model.moves import SourceUser, UserOutcome
from authcore.domain.services.moves.planning import plan_run
from authcore.testing.contracts.move_runs import RUN
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from unit.move_world import PagedSource, account, import_rows, planning_for


FIRST, SECOND = "20261130-000001", "20261130-000002"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def runs(tmp_path: Path) -> RunsDirectory:
    return RunsDirectory(tmp_path / "runs")


def plan(runs: RunsDirectory, run_id: str) -> None:
    """Plan two users, one of them locked."""
    store = runs.begin(attrs.evolve(RUN, run_id=run_id, target="import"))
    source = PagedSource([SourceUser(account(1)), SourceUser(account(2, locked=True))])
    plan_run(source, store, planning_for())
    ImportFiles(runs.files_of(run_id)).write(store, import_rows())
    store.enter("planned")
    store.close()


def ask(folder: Path, *arguments: str, on: type[io.StringIO] = io.StringIO) -> Ran:
    out, err = on(), io.StringIO()
    context = CommandContext({"AUTHCORE_MOVE_RUNS": str(folder)}, io.StringIO(), out, err)
    status = run(["move", *arguments], context)
    return Ran(status, out.getvalue(), err.getvalue())


def test_a_folder_without_runs_lists_none(runs: RunsDirectory) -> None:
    assert ask(runs.folder, "list") == Ran(0, "", "")
    assert "no runs in" in ask(runs.folder, "list", on=Terminal).out
    assert not runs.folder.exists()


def test_runs_are_listed_also_while_one_of_them_is_written(runs: RunsDirectory) -> None:
    plan(runs, FIRST)
    plan(runs, SECOND)
    writer = runs.writer(FIRST)

    ran = ask(runs.folder, "list")
    on_terminal = ask(runs.folder, "list", on=Terminal).out
    writer.close()

    assert ran.status == 0
    assert [line["run"] for line in ran.lines] == [FIRST, SECOND]
    assert ran.lines[0]["counts"] == {"planned": {"ok": 1}, "rejected": {"account_locked": 1}}
    assert f"{FIRST}  planned    1 user to create, 1 row rejected" in on_terminal
    assert SECOND in on_terminal
    assert max(map(len, on_terminal.splitlines())) <= 80


def test_a_run_that_cannot_be_read_does_not_hide_the_others(runs: RunsDirectory) -> None:
    plan(runs, FIRST)
    runs.folder.joinpath("20200101-000000.run").write_bytes(b"no database")

    ran = ask(runs.folder, "list")

    assert ran.status == 2
    assert [line["run"] for line in ran.lines] == [FIRST]
    assert "20200101-000000.run" in ran.err


def test_a_run_that_cannot_be_read_is_not_called_none(runs: RunsDirectory) -> None:
    runs.folder.mkdir(exist_ok=True)
    runs.folder.joinpath("20200101-000000.run").write_bytes(b"no database")

    ran = ask(runs.folder, "list", on=Terminal)

    assert (ran.status, ran.out) == (2, "")


def test_a_run_is_shown_with_its_parts_and_outcomes(runs: RunsDirectory) -> None:
    plan(runs, FIRST)
    writer = runs.writer(FIRST)
    writer.enter("executing")
    writer.record([UserOutcome(1, "exists", "name_taken")])
    writer.close()

    ran = ask(runs.folder, "show", FIRST)
    on_terminal = ask(runs.folder, "show", FIRST, on=Terminal).out

    (line,) = ran.lines
    assert (ran.status, line["stage"], line["target"]) == (0, "executing", "import")
    assert line["counts"]["exists"] == {"name_taken": 1}
    assert json.loads(line["notes"]["part-001.csv"])["rows"] == 1
    assert "1 user to create" in on_terminal
    assert "account_locked" in on_terminal
    assert "exists   1 name_taken" in on_terminal


@pytest.mark.parametrize("run_id", ["20261130-ffffff", "../../etc/passwd"])
def test_a_run_that_does_not_exist_is_not_shown(runs: RunsDirectory, run_id: str) -> None:
    ran = ask(runs.folder, "show", run_id)

    assert (ran.status, ran.out) == (2, "")
