"""The contract of sources on files and on SQLite."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from authcore.adapters.sources.files import FileUserSource
from authcore.adapters.sources.sql import SqlUserSource
from authcore.adapters.sources.sql_connections import open_database
from authcore.domain.model.accounts import LegacyAccount
from authcore.testing.contracts.user_source import SOURCE_ACCOUNTS, UserSourceContract
from support.gate import AMPLE
from support.source_files import QUERY, write_csv, write_json_lines, write_sqlite


class OfAFile(UserSourceContract):
    @pytest.fixture
    def expected(self) -> Sequence[LegacyAccount]:
        return SOURCE_ACCOUNTS

    @pytest.fixture
    def go_down(self, path: Path) -> Callable[[], None]:
        return path.unlink


class TestFileUserSourceOfCsv(OfAFile):
    @pytest.fixture
    def path(self, tmp_path: Path, expected: Sequence[LegacyAccount]) -> Path:
        return write_csv(tmp_path / "users.csv", expected)

    @pytest.fixture
    def source(self, path: Path) -> FileUserSource:
        return FileUserSource(str(path), page_size=40)


class TestFileUserSourceOfJsonLines(OfAFile):
    @pytest.fixture
    def path(self, tmp_path: Path, expected: Sequence[LegacyAccount]) -> Path:
        return write_json_lines(tmp_path / "users.jsonl", expected)

    @pytest.fixture
    def source(self, path: Path) -> FileUserSource:
        return FileUserSource(str(path), page_size=40)


class TestSqlUserSourceOfSqlite(OfAFile):
    @pytest.fixture
    def path(self, tmp_path: Path, expected: Sequence[LegacyAccount]) -> Path:
        return write_sqlite(tmp_path / "users.db", expected)

    @pytest.fixture
    def source(self, path: Path) -> SqlUserSource:
        return SqlUserSource(open_database(f"sqlite:///{path}", AMPLE), QUERY, page_size=40)
