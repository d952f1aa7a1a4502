"""Runs: in memory, and in a SQLite file."""

import contextlib
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from authcore.adapters.runs.run_file import VERSION
from authcore.adapters.runs.sqlite_run import SqliteRun
from authcore.domain.errors import ConfigurationError, LeaseHeldError
from authcore.domain.model.moves import PlannedUser
from authcore.ports.move_runs import RunStore
from authcore.testing.contracts.move_runs import HASHED, RUN, RunStoreContract, planned
from authcore.testing.fakes.move_runs import InMemoryRun


class TestInMemoryRun(RunStoreContract):
    @pytest.fixture
    def store(self) -> InMemoryRun:
        return InMemoryRun()

    @pytest.fixture
    def killed(self, store: InMemoryRun) -> Callable[[], RunStore]:
        return lambda: store

    @pytest.fixture
    def outage(self, store: InMemoryRun) -> Callable[[], None]:
        return lambda: setattr(store, "is_usable", False)


class TestSqliteRun(RunStoreContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "20261130-7f3a9c.run"

    @pytest.fixture
    def store(self, path: Path) -> Iterator[SqliteRun]:
        store = SqliteRun(path)
        yield store
        store.close()

    @pytest.fixture
    def killed(
        self, store: SqliteRun, path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Callable[[], RunStore]]:
        """What is on the disk at this moment, opened by a writer."""
        opened: list[SqliteRun] = []

        def copy() -> SqliteRun:
            place = tmp_path_factory.mktemp("killed")
            for each in path.parent.glob(f"{path.name}*"):
                if not each.name.endswith("-shm"):
                    shutil.copy(each, place)
            opened.append(SqliteRun(place / path.name))
            return opened[-1]

        yield copy
        for each in opened:
            each.close()

    @pytest.fixture
    def outage(self, store: SqliteRun, path: Path) -> Callable[[], None]:
        def destroy() -> None:
            store._file.connection().close()

        return destroy

    def test_the_file_and_its_log_are_of_their_owner_alone(
        self, begun: SqliteRun, path: Path
    ) -> None:
        begun.add_page([planned(1)], None)

        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert f"{path.name}-wal" in modes
        assert {*modes.values()} == {0o600}

    def test_one_process_writes_a_run_and_others_read_it(
        self, begun: SqliteRun, path: Path
    ) -> None:
        with pytest.raises(LeaseHeldError):
            SqliteRun(path)

        reader = SqliteRun(path, is_reader=True)
        begun.add_page([planned(1)], None)
        assert reader.run() == RUN
        assert reader.cursor() == (1, None)
        with pytest.raises(ConfigurationError):
            reader.enter("planned")
        reader.close()

    def test_a_run_whose_writer_was_killed_is_read_without_it(
        self, begun: SqliteRun, path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        begun.add_page([planned(1)], "after 1")
        place = tmp_path_factory.mktemp("killed")
        for each in (path, path.with_name(f"{path.name}-wal")):
            shutil.copy(each, place)

        reader = SqliteRun(place / path.name, is_reader=True)
        assert reader.cursor() == (1, "after 1")
        reader.close()

    def test_a_closed_run_can_be_written_by_another_process(
        self, begun: SqliteRun, path: Path
    ) -> None:
        begun.close()

        other = SqliteRun(path)
        other.enter("planned")
        other.close()
        with pytest.raises(ConfigurationError):
            begun.run()

    def test_a_run_of_another_version_is_refused_with_what_to_do(
        self, begun: SqliteRun, path: Path
    ) -> None:
        begun.close()
        with contextlib.closing(sqlite3.connect(path)) as file:
            file.execute(f"PRAGMA user_version = {VERSION + 1}")

        other = SqliteRun(path)
        with pytest.raises(ConfigurationError, match="the authcore that began it"):
            other.run()
        other.close()

    @pytest.mark.parametrize("content", [b"", b"name,email\n" * 100])
    def test_a_file_that_holds_no_run_is_refused(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)

        store = SqliteRun(path)
        with pytest.raises(ConfigurationError):
            store.run()
        store.close()

    def test_a_run_that_was_killed_while_it_began_can_begin(
        self, store: SqliteRun, path: Path
    ) -> None:
        path.touch(0o600)

        store.begin(RUN)
        assert store.run() == RUN

    def test_a_page_that_was_half_written_is_absent(
        self, begun: SqliteRun, killed: Callable[[], RunStore]
    ) -> None:
        begun.add_page([planned(1)], "after 1")
        torn: list[RunStore] = []

        def killed_half_way() -> Iterator[PlannedUser]:
            yield planned(2)
            torn.append(killed())

        rows = killed_half_way()
        with begun._file.writing() as connection:
            for each in rows:
                connection.execute("INSERT INTO claims VALUES (?, ?)", (b"x", each.number))
        assert torn[0].cursor() == (1, "after 1")
        assert [*torn[0].planned()] == [planned(1)]

    def test_an_executed_runs_files_hold_no_password_hash(
        self, begun: SqliteRun, path: Path
    ) -> None:
        begun.add_page([attrs.evolve(planned(1), user=HASHED)], None)
        begun.enter("executing")
        assert b"$2b$10$hash" in _content(path)

        begun.enter("executed")
        assert b"$2b$10$hash" not in _content(path)

    def test_a_full_disk_asks_for_an_operator_and_shows_nothing(self, begun: SqliteRun) -> None:
        begun._file.connection().execute("PRAGMA max_page_count = 1")

        with pytest.raises(ConfigurationError) as raised:
            begun.add_page([planned(each) for each in range(1, 500)], None)
        assert "SQLITE_FULL" in str(raised.value)
        assert "example.com" not in str(raised.value)
        assert begun.cursor() == (0, None)

    def test_a_folder_that_cannot_be_written_to_asks_for_an_operator(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="No such file or directory"):
            SqliteRun(tmp_path / "missing" / "20261130-7f3a9c.run")


def _content(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_a_question_about_one_user_reads_no_other(tmp_path: Path) -> None:
    asked: list[str] = []
    with contextlib.closing(SqliteRun(tmp_path / "20261130-7f3a9c.run")) as store:
        store.begin(RUN)
        store.add_page([planned(number) for number in range(1, 5)], None)
        store._file.connection().set_trace_callback(asked.append)

        assert next(store.planned(2)).number == 3
        assert [each.number for each in store.planned(2)] == [3, 4]

    limits = [each.rpartition(" ")[2] for each in asked if "LIMIT" in each]
    assert limits[:2] == ["1", "1"]
