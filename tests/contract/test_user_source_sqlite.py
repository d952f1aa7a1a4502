"""Sources on SQLite: the order of ids, rows that are none, and that nothing is written."""

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from authcore.adapters.sources.sql import SqlUserSource
from authcore.adapters.sources.sql_connections import open_database
from authcore.domain.errors import ConfigurationError, LegacyUnavailableError
from support.gate import AMPLE
from support.source_files import QUERY, insert, write_sqlite


ROW: Final = ("user", None, None, 0, None, None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.db"


def fill(path: Path, ids: Sequence[object], column: str = "") -> None:
    write_sqlite(path, (), column)
    connection = sqlite3.connect(path)
    insert(connection, [(each, *ROW) for each in ids])
    connection.close()


def source(
    path: Path, query: str = QUERY, page_size: int = 2, within: timedelta = AMPLE
) -> SqlUserSource:
    return SqlUserSource(open_database(f"sqlite:///{path}", within), query, page_size=page_size)


def rows(found: SqlUserSource) -> tuple[list[str], list[tuple[str, str]]]:
    """Ids and refusals, after a look at whether every page begins where the one before ends."""
    pages = list(found.pages())
    for number, page in enumerate(pages[:-1], 1):
        assert list(found.pages(page.next)) == pages[number:]
    ids = [user.account.legacy_uid for page in pages for user in page.users]
    return ids, [(row.place, row.reason) for page in pages for row in page.unreadable]


@pytest.mark.parametrize(
    ("column", "ids", "order"),
    [
        ("integer primary key", [10, 9, 2**62, -1], ["-1", "9", "10", str(2**62)]),
        ("text", ["9", "10", "a", 11], ["10", "11", "9", "a"]),
        ("", [10, "a", 9, "10", "9a"], ["9", "10", "10", "9a", "a"]),
        ("integer", ["10", "a", 9, "9a"], ["9", "10", "9a", "a"]),
        ("text collate nocase", ["b", "A", "B", "a"], ["A", "B", "a", "b"]),
        ("text collate rtrim", ["a ", "a", "b ", "b"], ["a", "a ", "b", "b "]),
        ("text", ["ä", "z", "é", "\U0001f40e", "\uffee"], ["z", "ä", "é", "\uffee", "\U0001f40e"]),
    ],
)
@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_numbers_come_before_texts_and_texts_by_bytes(
    path: Path, column: str, ids: Sequence[object], order: Sequence[str], page_size: int
) -> None:
    fill(path, ids, column)

    assert rows(source(path, page_size=page_size)) == (order, [])


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_rows_without_an_id_come_last_and_are_counted(path: Path, page_size: int) -> None:
    fill(path, [None, 2, None, 1, None])

    refused = [(f"row {number}", "row_without_id") for number in (3, 4, 5)]
    assert rows(source(path, page_size=page_size)) == (["1", "2"], refused)


def test_a_table_without_any_id_has_no_user(path: Path) -> None:
    fill(path, [None, None, None])

    assert rows(source(path)) == ([], [(f"row {each}", "row_without_id") for each in (1, 2, 3)])


def test_an_empty_table_has_one_empty_page(path: Path) -> None:
    fill(path, [])

    (page,) = source(path).pages()

    assert (page.users, page.unreadable, page.next) == ((), (), None)
    assert source(path).count() == 0


@pytest.mark.parametrize("page_size", [2, 3, 4, 100])
def test_rows_of_one_id_are_all_refused_wherever_a_page_ends(path: Path, page_size: int) -> None:
    fill(path, ["a", "b", "b", "c", "d", "d", "e"])

    refused = [(f"row {each}", "row_id_repeated") for each in (2, 3, 5, 6)]
    assert rows(source(path, page_size=page_size)) == (["a", "c", "e"], refused)
    told = [row.account for page in source(path).pages() for row in page.unreadable]
    assert [account and account.legacy_uid for account in told] == ["b", "b", "d", "d"]


def test_rows_of_one_id_keep_what_they_have_for_the_pool(path: Path) -> None:
    fill(path, ["a", "b", "b"])
    query = f"SELECT *, 'joe' AS preferred_username FROM ({QUERY})"

    told = [row.attributes for page in source(path, query).pages() for row in page.unreadable]

    assert told == [{"preferred_username": "joe"}] * 2


def test_more_rows_of_one_id_than_a_page_holds_are_a_wrong_join(path: Path) -> None:
    fill(path, ["a", "b", "b", "b"])

    with pytest.raises(ConfigurationError, match="a join may be wrong"):
        list(source(path).pages())


@pytest.mark.parametrize("page_size", [1, 100])
@pytest.mark.parametrize("octets", [b"a\xff", b"a\0b", b"a\xed\xa0\x80", b"\xc0\x80"])
def test_an_id_that_is_no_text_is_refused_and_no_place_to_get_lost_at(
    path: Path, octets: bytes, page_size: int
) -> None:
    fill(path, ["A", "z"], "text")
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO users (legacy_uid, locked) VALUES (CAST(? AS TEXT), 0)", [octets]
    )
    connection.commit()
    connection.close()

    ids, refused = rows(source(path, page_size=page_size))

    assert ids == ["A", "z"]
    assert [reason for _, reason in refused] == ["row_id_unusable"]


@pytest.mark.parametrize(("length", "reason"), [(64, None), (65, "row_id_unusable")])
def test_an_id_has_at_most_64_characters(path: Path, length: int, reason: str | None) -> None:
    fill(path, ["x" * length, "y", "z"])

    ids, refused = rows(source(path, page_size=1))

    assert (len(ids), [each for _, each in refused]) == (
        2 if reason else 3,
        [reason] * bool(reason),
    )


def test_a_page_that_ends_with_an_endless_id_needs_another_column(path: Path) -> None:
    fill(path, ["x" * 301, "y"])

    with pytest.raises(ConfigurationError, match="row 1 is longer than 300 characters"):
        list(source(path, page_size=1).pages())


@pytest.mark.parametrize("value", [1.5, b"blob"])
def test_an_id_of_another_type_must_be_cast(path: Path, value: object) -> None:
    fill(path, [1, value])

    with pytest.raises(ConfigurationError, match="cast it"):
        list(source(path).pages())


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("SELECT legacy_uid, username, email, locked FROM users", "email_verified"),
        (QUERY.replace(" FROM", ", 1 AS lockd FROM"), "lockd"),
        (QUERY.replace(" FROM", ", 1 AS legacy_uid FROM"), "legacy_uid:1"),
    ],
)
def test_columns_are_checked_also_where_there_is_no_row(
    path: Path, query: str, column: str
) -> None:
    fill(path, [])

    with pytest.raises(ConfigurationError, match=column):
        list(source(path, query).pages())


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM users RETURNING *",
        f"{QUERY}; DELETE FROM users",
        f"{QUERY}) AS source; DELETE FROM users; SELECT * FROM ({QUERY}",
        "WITH x AS (DELETE FROM users RETURNING *) SELECT * FROM x",
        "nonsense",
        "",
        ";",
        f"{QUERY} /*",
        "SELECT * FROM no_such_table",
    ],
)
def test_what_is_no_query_is_refused(path: Path, query: str) -> None:
    fill(path, [1])

    with pytest.raises(ConfigurationError):
        list(source(path, query).pages())
    assert rows(source(path)) == (["1"], [])


def test_the_connection_cannot_write(path: Path) -> None:
    fill(path, [1])
    database = open_database(f"sqlite:///{path}", AMPLE)

    refused = pytest.raises(ConfigurationError, match="SQLITE_READONLY")
    with refused, database.connection() as connection:
        connection.exec_driver_sql("DELETE FROM users")


def test_no_file_is_made_where_there_is_none(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SQLITE_CANTOPEN"):
        list(source(path).pages())
    assert not path.exists()


def test_a_refusal_of_sqlite_speaks_of_no_certificate(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run the query there by hand") as caught:
        list(source(path.with_name("not-there.db")).pages())

    assert "certificate" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("legacy_uid,username\n" * 99, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="SQLITE_NOTADB"):
        list(source(path).pages())


def test_a_database_that_another_process_writes_is_an_outage(path: Path) -> None:
    fill(path, [1])
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")

    with pytest.raises(LegacyUnavailableError) as caught:
        list(source(path, within=timedelta(milliseconds=10)).pages())
    writer.close()
    assert caught.value.detail == "SQLITE_BUSY"


def test_a_query_that_takes_too_long_is_an_outage(path: Path) -> None:
    fill(path, [1])
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT max(i) AS legacy_uid, '' AS username, '' AS email, 0 AS email_verified, "
        "0 AS locked FROM n"
    )

    with pytest.raises(LegacyUnavailableError) as caught:
        list(source(path, endless, within=timedelta(milliseconds=10)).pages())
    assert caught.value.detail == "SQLITE_INTERRUPT"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:canary@host/users",
        "postgresql+asyncpg://user:canary@host/users",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:users.db?mode=rwc&uri=true",
        "canary",
        "postgresql://user:canary@host:port/users",
    ],
)
def test_other_databases_are_refused_without_a_word_of_the_url(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_database(url, AMPLE)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "after",
    ["", "null", "[]", "[1]", '["1", "a", null]', "[1, null, null]", '[1, "a", 2]', "[1, 2, true]",
     "[true, 1, null]", "[1, 1.5, null]", "[1, [], null]", '[1, null, "2"]', "{}"],
)  # fmt: skip
def test_a_cursor_of_another_form_is_refused(path: Path, after: str) -> None:
    fill(path, [1, 2, 3])

    with pytest.raises(ConfigurationError, match="none of this query"):
        list(source(path).pages(after))
