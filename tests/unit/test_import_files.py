"""Files that a run makes of its plan."""

import csv
import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from authcore.adapters.runs.import_files import ImportFiles
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import PlannedUser, SourceUser
from authcore.domain.services.moves.import_parts import ImportPart, import_parts
from authcore.testing.contracts.move_runs import RUN
from authcore.testing.fakes.move_runs import InMemoryRun
from unit.move_world import HEADER, account, import_rows, planning_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / RUN.run_id


def _store(*accounts: int, refused: tuple[PlannedUser, ...] = ()) -> InMemoryRun:
    store = InMemoryRun()
    store.begin(RUN)
    planning = planning_for()
    planned = [planning.plan(n, SourceUser(account(each))) for n, each in enumerate(accounts, 1)]
    store.add_page([*planned, *refused], None)
    return store


def _content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_users_are_split_into_parts_that_the_run_notes(folder: Path) -> None:
    store = _store(1, 2, 3, 4, 5)

    ImportFiles(folder, max_rows=2).write(store, import_rows())

    parts = import_parts(store.noted())
    assert [(each.name, each.first, each.last, each.rows) for each in parts] == [
        ("part-001.csv", 1, 2, 2),
        ("part-002.csv", 3, 4, 2),
        ("part-003.csv", 5, 5, 1),
    ]
    for part in parts:
        content = folder.joinpath(part.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == part.sha256
        header, *rows = content.decode().removesuffix("\n").split("\n")
        assert header == ",".join(HEADER)
        assert len(rows) == part.rows


def test_a_part_is_no_longer_than_the_limit_header_and_line_feeds_counted(folder: Path) -> None:
    ImportFiles(folder).write(_store(1, 2), import_rows())
    size = folder.joinpath("part-001.csv").stat().st_size

    ImportFiles(folder, max_bytes=size).write(_store(1, 2), import_rows())
    assert not folder.joinpath("part-002.csv").exists()
    ImportFiles(folder, max_bytes=size - 1).write(_store(1, 2), import_rows())
    assert folder.joinpath("part-002.csv").stat().st_size <= size - 1


def test_files_are_of_their_owner_alone(folder: Path) -> None:
    ImportFiles(folder).write(_store(1), import_rows())

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_a_target_without_files_gets_only_the_rejected_rows(folder: Path) -> None:
    store = _store(1)

    ImportFiles(folder).write(store, None)

    assert [*_content(folder)] == ["rejected.csv"]
    assert store.noted() == {}


def test_a_rejected_row_is_named_by_id_or_place_with_reason_and_sentence(folder: Path) -> None:
    refused = (
        PlannedUser(1, "=cmd|' /C calc'!A0", None, "account_locked"),
        PlannedUser(2, None, None, "row_without_id", "line 4"),
    )

    ImportFiles(folder).write(_store(refused=refused), None)

    with folder.joinpath("rejected.csv").open(encoding="utf-8", newline="") as file:
        header, locked, unreadable = csv.reader(file)
    assert header == ["legacy_uid", "place", "reason", "sentence"]
    assert locked[:3] == ["'=cmd|' /C calc'!A0", "", "account_locked"]
    assert locked[3].startswith("The account is locked.")
    assert unreadable[:3] == ["", "line 4", "row_without_id"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_an_id_that_a_spreadsheet_would_calculate_begins_with_an_apostrophe(
    folder: Path, sign: str
) -> None:
    refused = (PlannedUser(1, f"{sign}SUM(1)", None, "account_locked"),)

    ImportFiles(folder).write(_store(refused=refused), None)

    rejected = folder.joinpath("rejected.csv").read_text(encoding="utf-8")
    assert f"\n'{sign}SUM(1)," in rejected


def test_rejected_rows_hold_nothing_of_an_account_but_its_id(folder: Path) -> None:
    planned = planning_for().plan(1, SourceUser(account(1, locked=True)))

    ImportFiles(folder).write(_store(refused=(planned,)), None)

    assert b"hartfield" not in folder.joinpath("rejected.csv").read_bytes()


def test_an_id_that_is_no_text_is_shown_without_it(folder: Path) -> None:
    ImportFiles(folder).write(
        _store(refused=(PlannedUser(1, "\ud800", None, "row_text_unusable"),)), None
    )

    assert b"\\ud800,,row_text_unusable" in folder.joinpath("rejected.csv").read_bytes()


class _KilledError(Exception):
    """Ends writing at any place."""


class _EndingRun(InMemoryRun):
    """Ends the process that reads its plan at one user."""

    ends_at = 0

    def planned(self, after: int = 0) -> Iterator[PlannedUser]:
        for each in super().planned(after):
            if each.number == self.ends_at:
                raise _KilledError
            yield each


@pytest.mark.parametrize("ends_at", range(1, 8))
def test_writing_that_was_killed_ends_with_the_same_bytes(folder: Path, ends_at: int) -> None:
    refused = PlannedUser(7, "7", None, "account_locked")
    store = _store(*range(1, 7), refused=(refused,))
    ImportFiles(folder.parent / "whole", max_rows=2).write(store, import_rows())
    killed = _EndingRun()
    killed.begin(RUN)
    killed.add_page([*store.planned()], None)
    killed.ends_at = ends_at

    with pytest.raises(_KilledError):
        ImportFiles(folder, max_rows=2).write(killed, import_rows())
    whole = {*_content(folder.parent / "whole").items()}
    kept = {each for each in _content(folder).items() if not each[0].endswith(".partial")}
    assert kept <= whole

    killed.ends_at = 0
    ImportFiles(folder, max_rows=2).write(killed, import_rows())
    assert {*_content(folder).items()} == whole
    assert killed.noted() == store.noted()


def test_a_part_of_another_plan_is_removed(folder: Path) -> None:
    ImportFiles(folder, max_rows=1).write(_store(1, 2), import_rows())

    ImportFiles(folder, max_rows=1).write(_store(1), import_rows())

    assert sorted(_content(folder)) == ["part-001.csv", "rejected.csv"]


def test_a_folder_that_cannot_be_written_to_asks_for_an_operator(tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()

    with pytest.raises(ConfigurationError, match="cannot be written"):
        ImportFiles(tmp_path / "file").write(_store(1), import_rows())


def test_progress_is_told_now_and_then(folder: Path) -> None:
    told: list[int] = []

    ImportFiles(folder).write(_store(*range(1, 2_101)), None, told.append)

    assert told == [1_000, 2_000]


def test_parts_are_in_the_order_of_their_numbers() -> None:
    part = ImportPart(name="part-999.csv", first=1, last=2, rows=2, sha256="0")
    noted = {each.name: each.as_note() for each in (attrs.evolve(part, name="part-1000.csv"), part)}

    assert [each.name for each in import_parts({**noted, "job": "x"})] == [
        "part-999.csv",
        "part-1000.csv",
    ]
