"""A file of a run that cannot be used says so in plain words."""

import sqlite3
from pathlib import Path

import attrs
import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.adapters.runs.sqlite_problems import describe_problem
from authcore.adapters.runs.sqlite_run import SqliteRun
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import PlannedUser
from authcore.testing.contracts.move_runs import RUN


def _rows(count: int) -> list[PlannedUser]:
    return [PlannedUser(number, "x" * 500, None, "account_locked") for number in range(1, count)]


def test_a_full_disk_is_named_and_what_was_kept_stays(tmp_path: Path) -> None:
    store = RunsDirectory(tmp_path).begin(RUN)
    connection = store._file.connection()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    with pytest.raises(ConfigurationError, match=r"the disk is full: make room.*SQLITE_FULL"):
        store.add_page(_rows(1_000), None)
    store.add_page(_rows(3), "2")

    assert store.cursor() == (2, "2")
    store.close()


def test_a_run_that_could_not_begin_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authcore.adapters.runs.run_file.SCHEMA", "CREATE TABLE run (nothing);")

    with pytest.raises(ConfigurationError):
        RunsDirectory(tmp_path).begin(RUN)

    assert [each.name for each in tmp_path.iterdir()] == [f"{RUN.run_id}.lock"]


def test_a_run_that_there_is_already_stays(tmp_path: Path) -> None:
    RunsDirectory(tmp_path).begin(RUN).close()

    with pytest.raises(ConfigurationError, match="holds a run already"):
        RunsDirectory(tmp_path).begin(attrs.evolve(RUN, source="another"))

    store = RunsDirectory(tmp_path).reader(RUN.run_id)
    assert store.run() == RUN
    store.close()


def test_a_file_of_another_kind_stays_too(tmp_path: Path) -> None:
    file = tmp_path / f"{RUN.run_id}.run"
    file.write_bytes(b"not a run" * 1_000)

    with pytest.raises(ConfigurationError, match=r"holds no run, or is damaged.*NOTADB"):
        RunsDirectory(tmp_path).begin(RUN)

    assert file.read_bytes() == b"not a run" * 1_000


def test_a_run_on_a_disk_that_no_process_writes_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RunsDirectory(tmp_path).begin(RUN).close()
    monkeypatch.setattr("os.access", lambda *_: False)

    store = SqliteRun(tmp_path / f"{RUN.run_id}.run", is_reader=True)

    assert store.run() == RUN
    assert [each.name for each in tmp_path.iterdir() if "-" in each.suffix] == []
    store.close()


def test_a_code_that_has_no_sentence_is_said_itself() -> None:
    error = sqlite3.OperationalError("secret content")

    assert describe_problem(error) == "OperationalError"
