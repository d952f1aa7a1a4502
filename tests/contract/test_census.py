"""A census and its history: in memory, and in files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from authcore.adapters.runs.census_file import SqliteCensus
from authcore.adapters.runs.census_history import JsonLinesCensusHistory
from authcore.domain.errors import ConfigurationError
from authcore.ports.census import CensusStore
from authcore.testing.contracts.census import (
    CENSUS,
    LATER,
    NOON,
    CensusHistoryContract,
    CensusStoreContract,
    account,
    user,
)
from authcore.testing.fakes.census import InMemoryCensusHistory, InMemoryCensusStore
from authcore.testing.fakes.system import ScriptedEntropy


class TestInMemoryCensusStore(CensusStoreContract):
    @pytest.fixture
    def store(self) -> InMemoryCensusStore:
        return InMemoryCensusStore()

    @pytest.fixture
    def reopen(self, store: InMemoryCensusStore) -> Callable[[], CensusStore]:
        return lambda: store

    @pytest.fixture
    def break_store(self, store: InMemoryCensusStore) -> Callable[[], None]:
        def begin() -> None:
            store.is_usable = False

        return begin


def _census(path: Path, place: str = "pool legacy") -> SqliteCensus:
    return SqliteCensus(path, place=place, entropy=ScriptedEntropy())


class TestSqliteCensus(CensusStoreContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "census.work"

    @pytest.fixture
    def store(self, path: Path) -> SqliteCensus:
        return _census(path)

    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], CensusStore]:
        return lambda: _census(path)

    @pytest.fixture
    def break_store(self, path: Path) -> Callable[[], None]:
        return lambda: (path.write_bytes(b"no database" * 100), None)[1]

    def test_the_file_is_its_owners_and_holds_no_id(self, path: Path, store: SqliteCensus) -> None:
        store.open(NOON)
        store.add_accounts([account("legacy-uid-canary", "sub-canary")], None, LATER)
        store.add_users([user("sub-canary", "legacy-uid-canary")], None, LATER)

        files = [*path.parent.iterdir()]
        assert path.stat().st_mode & 0o777 == 0o600
        assert not any(b"canary" in file.read_bytes() for file in files)

    def test_a_census_of_another_place_is_neither_continued_nor_overwritten(
        self, path: Path, store: SqliteCensus
    ) -> None:
        store.open(NOON)

        with pytest.raises(ConfigurationError):
            _census(path, "other legacy").open(LATER)
        assert store.open(LATER).began_at == NOON

    def test_a_file_that_was_never_completed_is_made_again(self, path: Path) -> None:
        path.touch()

        assert _census(path).open(NOON).began_at == NOON

    def test_a_cleared_census_leaves_no_file(self, path: Path, store: SqliteCensus) -> None:
        store.open(NOON)
        store.clear()

        assert [*path.parent.iterdir()] == []


class TestInMemoryCensusHistory(CensusHistoryContract):
    @pytest.fixture
    def history(self) -> InMemoryCensusHistory:
        return InMemoryCensusHistory()

    @pytest.fixture
    def break_history(self, history: InMemoryCensusHistory) -> Callable[[], None]:
        def begin() -> None:
            history.is_usable = False

        return begin


class TestJsonLinesCensusHistory(CensusHistoryContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "census.jsonl"

    @pytest.fixture
    def history(self, path: Path) -> JsonLinesCensusHistory:
        return JsonLinesCensusHistory(path, pool_id="eu-west-1_one")

    @pytest.fixture
    def break_history(self, path: Path) -> Callable[[], None]:
        return path.mkdir

    def test_another_pools_census_is_passed_over(
        self, path: Path, history: JsonLinesCensusHistory
    ) -> None:
        JsonLinesCensusHistory(path, pool_id="eu-west-1_two").add(CENSUS)

        assert [*history.all()] == []

    def test_a_line_that_was_cut_off_is_dropped_and_replaced(
        self, path: Path, history: JsonLinesCensusHistory
    ) -> None:
        history.add(CENSUS)
        with path.open("ab") as file:
            file.write(b'{"pool":"eu-west-1_one","at":"2026')

        assert [*history.all()] == [CENSUS]
        history.add(CENSUS)
        assert [*history.all()] == [CENSUS, CENSUS]

    @pytest.mark.parametrize(
        "line",
        [
            b"{}\n" * 3 + b"no json\n",
            b"[]\n",
            b'{"pool":"eu-west-1_one"}\n',
            b'{"pool":"eu-west-1_one","at":"2026-11-30T12:00:00","persons":{}}\n',
            b"x" * 5000 + b"\n",
        ],
    )
    def test_a_line_that_is_no_census_is_not_passed_over(
        self, path: Path, history: JsonLinesCensusHistory, line: bytes
    ) -> None:
        path.write_bytes(line)

        with pytest.raises(ConfigurationError):
            history.all()

    def test_the_file_is_its_owners(self, path: Path, history: JsonLinesCensusHistory) -> None:
        previous = os.umask(0)
        try:
            history.add(CENSUS)
        finally:
            os.umask(previous)

        assert path.stat().st_mode & 0o777 == 0o600
