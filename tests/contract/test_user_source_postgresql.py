"""Sources on PostgreSQL: the contract, the order of ids, and that nothing is written."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from authcore.adapters.sources.sql import SqlUserSource
from authcore.adapters.sources.sql_connections import open_database, translate_sql_errors
from authcore.domain.errors import ConfigurationError, LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.testing.contracts.user_source import SOURCE_ACCOUNTS, UserSourceContract
from support.gate import AMPLE
from support.postgresql import NEEDS_POSTGRESQL, execute, postgresql
from support.source_files import QUERY, row


pytestmark = NEEDS_POSTGRESQL

ELSEWHERE: Final = "postgresql://reader:canary@db.example.com/users"
MANY: Final = (
    "SELECT {} AS legacy_uid, 'user' AS username, NULL AS email, NULL AS email_verified, "
    "false AS locked FROM (VALUES {}) AS v (id)"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql() as url:
        execute(
            url,
            "CREATE TABLE users (legacy_uid text PRIMARY KEY, username text, email text, "
            "email_verified boolean, locked boolean, display_name text, cognito_id text)",
            "CREATE SEQUENCE numbers",
            "CREATE ROLE nothing LOGIN",
        )
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO users VALUES (%s, %s, %s, %s, %s, %s, %s)", map(row, SOURCE_ACCOUNTS)
            )
        yield url


def source(url: str, query: str, within: timedelta = AMPLE, page_size: int = 2) -> SqlUserSource:
    return SqlUserSource(open_database(url, within), query, page_size=page_size)


class TestSqlUserSourceOfPostgresql(UserSourceContract):
    @pytest.fixture
    def expected(self) -> Sequence[LegacyAccount]:
        return SOURCE_ACCOUNTS

    @pytest.fixture
    def source(self, url: str) -> SqlUserSource:
        return source(url, QUERY, page_size=40)

    @pytest.fixture
    def go_down(self, url: str, source: SqlUserSource) -> Callable[[], None]:
        def unplug() -> None:
            source._database = open_database(url.replace("host=/", "host=/no/such"), AMPLE)

        return unplug


def ids(found: SqlUserSource) -> list[str]:
    """Every id, read anew from every page on."""
    pages = list(found.pages())
    for number, page in enumerate(pages[:-1], 1):
        assert list(found.pages(page.next)) == pages[number:]
    return [user.account.legacy_uid for page in pages for user in page.users]


@pytest.mark.parametrize(
    ("column", "values", "order"),
    [
        ("id::int", ["9", "10", "-3", "2"], ["-3", "2", "9", "10"]),
        ("id::int8", ["5000000000", "9"], ["9", "5000000000"]),
        ("id::text", ["9", "10", "a", "B", "b", "A"], ["10", "9", "A", "B", "a", "b"]),
        ("id::varchar(9)", ["b", "a b", "a", "a:b", "50%"], ["50%", "a", "a b", "a:b", "b"]),
        ('id::text COLLATE "und-x-icu"', ["b", "B", "a", "A"], ["A", "B", "a", "b"]),
        (
            "id::uuid",
            [f"{digit}0000000-0000-4000-8000-000000000000" for digit in "b0a"],
            [f"{digit}0000000-0000-4000-8000-000000000000" for digit in "0ab"],
        ),
    ],
)
def test_ids_are_ordered_by_their_type_and_texts_by_bytes(
    url: str, column: str, values: Sequence[str], order: Sequence[str]
) -> None:
    listed = ", ".join(f"('{value}')" for value in values)

    assert ids(source(url, MANY.format(column, listed))) == order


@pytest.mark.parametrize("column", ["id::numeric", "id::float", "id::char(9)", "id::date"])
def test_ids_of_another_type_must_be_cast(url: str, column: str) -> None:
    found = source(url, MANY.format(column, "('20261130')"))

    with pytest.raises(ConfigurationError, match="cast it"):
        list(found.pages())


def test_ids_that_a_collation_holds_for_one_are_two(url: str) -> None:
    execute(
        url,
        "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', "
        "deterministic = false)",
        "CREATE TABLE folded (id text COLLATE folded)",
        "INSERT INTO folded VALUES ('a'), ('B'), ('A'), ('b')",
    )
    query = MANY.partition("(VALUES")[0].format("id").replace("FROM ", "FROM folded")

    assert ids(source(url, query, page_size=1)) == ["A", "B", "a", "b"]


def test_the_text_of_a_query_reaches_the_database_as_it_is(url: str) -> None:
    query = MANY.format(r"id::text || E':x%s%%\\:after' || '::y'", "('1')")

    assert ids(source(url, query)) == [r"1:x%s%%\:after::y"]


def test_a_few_pages_are_in_memory_and_never_the_table(url: str) -> None:
    series = MANY.partition("(VALUES")[0].format("id") + "generate_series(1, 5000) AS id"
    found = source(url, series, page_size=50)
    next(found.pages())  # what is imported and kept once
    tracemalloc.start()

    read = sum(len(page.users) for page in found.pages())

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == 5000
    assert peak < 500_000


def test_a_semicolon_may_stand_at_the_end_of_a_query(url: str) -> None:
    assert ids(source(url, MANY.format("id::text", "('1')") + " ;\n")) == ["1"]


def test_a_comment_at_the_end_of_a_query_hides_nothing(url: str) -> None:
    assert ids(source(url, MANY.format("id::text", "('1'), ('2'), ('3')") + " -- all")) == [
        "1",
        "2",
        "3",
    ]


@pytest.mark.parametrize(
    "query",
    [
        MANY.format("nextval('numbers')", "('1')"),
        MANY.format("id::int", "('1')") + "; DELETE FROM users",
        "DELETE FROM users RETURNING *",
        f"WITH gone AS (DELETE FROM users RETURNING *) {QUERY.replace('users', 'gone')}",
        f"{QUERY}) AS source; COMMIT; DELETE FROM users; SELECT * FROM ({QUERY}",
        MANY.format("id::int", "('1')")
        + " WHERE set_config('transaction_read_only', 'off', true) > ''",
    ],
)
def test_a_query_that_writes_is_refused(url: str, query: str) -> None:
    with pytest.raises(ConfigurationError):
        list(source(url, query).pages())

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchall() == [
            (len(SOURCE_ACCOUNTS),)
        ]
        assert connection.execute("SELECT is_called FROM numbers").fetchall() == [(False,)]


def test_a_statement_that_takes_too_long_is_an_outage(url: str) -> None:
    slow = MANY.format("pg_sleep(60)::text", "('1')")

    with pytest.raises(LegacyUnavailableError) as caught:
        list(source(url, slow, timedelta(milliseconds=50)).pages())
    assert caught.value.detail == "QueryCanceled"


@pytest.mark.parametrize(
    ("old", "new"), [("owner:", "nobody:"), ("/postgres?", "/nowhere?"), ("owner:", "nothing:")]
)
def test_whom_the_server_never_lets_in_is_no_outage(url: str, old: str, new: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        list(source(url.replace(old, new), QUERY).pages())
    assert "canary" not in str(caught.value)


def test_a_server_that_is_not_there_is_an_outage() -> None:
    gone = source("postgresql://owner:canary-password@/postgres?host=/no/such/folder", QUERY)

    with pytest.raises(LegacyUnavailableError) as caught:
        list(gone.pages())
    assert "canary" not in f"{caught.value} {caught.value.detail} {gone._database!r}"


def test_what_a_database_says_about_a_row_is_not_passed_on(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        list(source(url, MANY.format("id::int", "('canary of a row')")).pages())
    assert "canary" not in str(caught.value)
    assert "InvalidTextRepresentation" in str(caught.value)


@pytest.mark.parametrize(
    ("address", "mode"),
    [
        (ELSEWHERE, "verify-full"),
        (ELSEWHERE + "?sslrootcert=/ca.pem", "verify-full"),
        (ELSEWHERE + "?sslmode=require", "require"),
        ("postgresql://reader@/users?host=/run/postgresql", None),
        ("postgresql://reader@/users?host=/run/postgresql&host=db.example.com", "verify-full"),
        ("postgresql://reader@/users?host=127.0.0.1,db.example.com", "verify-full"),
        ("postgresql://reader@localhost/users", None),
        ("postgresql://reader@localhost/users?hostaddr=10.0.0.1", "verify-full"),
        ("postgresql:///users", "verify-full"),
        ("postgresql://reader@[::1]/users", None),
    ],
)
def test_the_certificate_of_another_machine_is_checked(address: str, mode: str | None) -> None:
    assert open_database(address, AMPLE).engine.url.query.get("sslmode") == mode


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ('root certificate file "/ca.pem" does not exist', ConfigurationError),
        ("SSL error: certificate verify failed", ConfigurationError),
        ("server does not support SSL, but SSL was required", ConfigurationError),
        ('FATAL:  database "canary" does not exist', ConfigurationError),
        ("FATAL:  the database system is starting up", LegacyUnavailableError),
        ("FATAL:  sorry, too many clients already", LegacyUnavailableError),
        ("FATAL:  remaining connection slots are reserved", LegacyUnavailableError),
        ("Connection refused", LegacyUnavailableError),
        ("could not translate host name", LegacyUnavailableError),
    ],
)
def test_a_connection_that_fails_is_an_outage_unless_an_operator_must_act(
    told: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught, translate_sql_errors():
        raise OperationalError("canary", None, psycopg.OperationalError(f"canary {told}"))
    assert "canary" not in str(caught.value)
