"""
Connections that can only read, to SQLite and PostgreSQL.

SQLite is opened with ``mode=ro``.  PostgreSQL is asked for a READ ONLY transaction, and asked
whether it is one; nothing is set for the session, which a pooler may give to others.  Every
statement has a time limit.  No text of a database gets into an error, because it may quote a row;
the name of its error does.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import attrs
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from authcore.adapters.error_classes import error_class
from authcore.adapters.system import monotonic
from authcore.domain.errors import ConfigurationError, LegacyUnavailableError
from authcore.domain.model.urls import is_loopback


ADDRESS: Final = "AUTHCORE_SOURCE_SQL_URL"
QUERY: Final = "AUTHCORE_SOURCE_SQL_QUERY"

CONNECT_SECONDS: Final = 10
"""For one address of the server."""

_PLACES: Final = ("host", "hostaddr", "port", "dbname", "service")

KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""A server that is gone is noticed within 25 seconds."""

STEPS: Final = 100_000
"""Instructions of SQLite between two looks at the clock."""

_LATER: Final = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE that pass by themselves.  See: PostgreSQL "Error Codes"."""

_NOT_NOW: Final = ("starting up", "shutting down", "recovery", "too many", "connection slots")
"""Of the answers to a connection, for which libpq gives no SQLSTATE: those that pass."""

_NO_TLS: Final = ("certificate", "SSL was required")
"""Of what libpq says about a server that it does not trust, or that has no TLS."""

CERTIFICATE_HINT: Final = (
    "; without sslmode in the URL, the certificate of another machine is checked"
)

_LATER_IN_SQLITE: Final = (
    "SQLITE_BUSY",
    "SQLITE_FULL",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
)


@attrs.frozen(eq=False)
class ReadOnlyDatabase:
    """
    A database of the operator's.

    Attributes:
        engine: Makes connections.
        timeout: Of one statement, and of one fetch.
        is_sqlite: Whether it is SQLite; PostgreSQL otherwise.
        place: Names the database: its URL without user and password.
        watch: Begins the time limit of the next fetch, where the database has none of its own.
    """

    engine: Engine = attrs.field(repr=False)
    timeout: timedelta
    is_sqlite: bool
    place: str
    watch: Callable[[], None] = attrs.field(default=lambda: None, repr=False)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """
        Open a connection with a read-only transaction, and close it.

        Raises:
            LegacyUnavailableError: The database gives no answer, now or in the block.

            ConfigurationError: It refuses the address, the credentials or the statement.
        """
        with translate_sql_errors(), self.engine.connect() as connection:
            if not self.is_sqlite:
                self._begin(connection)
            yield connection

    def _begin(self, connection: Connection) -> None:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        limit = int(self.timeout.total_seconds() * 1000)
        connection.execute(text(f"SET LOCAL statement_timeout = {limit}"))
        if connection.scalar(text("SHOW transaction_read_only")) != "on":
            raise ConfigurationError([f"{ADDRESS}: the database does not read only"])


def open_database(url: str, timeout: timedelta) -> ReadOnlyDatabase:
    """
    Prepare a database, without a connection.

    Args:
        url: ``sqlite:////path`` or ``postgresql+psycopg://…``; holds a password.

        timeout: Of one statement, and of one fetch.

    Raises:
        ConfigurationError: Another database, no file, or no driver.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError([f"{ADDRESS} is no URL of a database"]) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite(parsed.database or "", timeout)
    if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ConfigurationError([f"{ADDRESS} must be of sqlite or postgresql+psycopg"])
    engine = _postgresql(_trusting(parsed.set(drivername="postgresql+psycopg")))
    return ReadOnlyDatabase(engine, timeout, is_sqlite=False, place=_place(parsed))


def _trusting(url: URL) -> URL:
    """
    Let libpq check the certificate of another machine, unless *url* says what to check.

    Also where *url* names none: the environment may.  For a Unix socket libpq ignores it.
    """
    named = (url.host, *_texts(url.query.get("host")), *_texts(url.query.get("hostaddr")))
    hosts = [host for host in named if host]
    is_local = all(host[0] == "/" or host == "::1" or is_loopback(host) for host in hosts)
    if "sslmode" in url.query or (hosts and is_local):
        return url
    return url.update_query_dict({"sslmode": "verify-full"})


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the hosts of a parameter, which may hold several."""
    given = (value,) if isinstance(value, str) else value or ()
    return tuple(host for each in given for host in each.split(","))


def _place(url: URL) -> str:
    """Name the database of *url*; libpq also reads a password from the query of a URL."""
    named = [url.host, url.port, url.database, *(url.query.get(name) for name in _PLACES)]
    return " ".join(str(each) for each in named if each)


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "authcore",
                "client_encoding": "utf8",
                **KEEPALIVE,
            },
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise ConfigurationError([f"{ADDRESS} needs the driver psycopg: install psycopg"]) from None


def _sqlite(path: str, timeout: timedelta) -> ReadOnlyDatabase:
    if path in ("", ":memory:") or path.startswith("file:"):
        raise ConfigurationError([f"{ADDRESS} must name the file of the database: sqlite:////path"])
    limit = _TimeLimit(timeout)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=timeout.total_seconds()
        )
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        connection.set_progress_handler(limit.is_over, STEPS)
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    return ReadOnlyDatabase(engine, timeout, is_sqlite=True, place=path, watch=limit.begin)


class _TimeLimit:
    """Tells SQLite to stop."""

    def __init__(self, timeout: timedelta) -> None:
        self._seconds = timeout.total_seconds()
        self._until = float("inf")

    def begin(self) -> None:
        self._until = monotonic() + self._seconds

    def is_over(self) -> bool:
        return monotonic() > self._until


@contextmanager
def translate_sql_errors() -> Iterator[None]:
    """
    Turn errors of SQLAlchemy inside the block into errors of the domain.

    Raises:
        LegacyUnavailableError: It may pass by itself: no connection, a time limit, a busy database.

        ConfigurationError: It stays until an operator acts.
    """
    try:
        yield
    except DBAPIError as error:
        raise _domain_error(error.orig) from None
    except (SQLAlchemyError, UnicodeError) as error:
        raise ConfigurationError([_problem(error_class(type(error).__name__))]) from None


def _domain_error(error: object) -> LegacyUnavailableError | ConfigurationError:
    state = getattr(error, "sqlstate", None)
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        passes, shown = name.startswith(_LATER_IN_SQLITE), name
    else:
        passes = state.startswith(_LATER) if isinstance(state, str) else not _is_refused(error)
        shown = error_class(type(error).__name__)
    if passes:
        return LegacyUnavailableError("the database gave no usable answer", detail=shown)
    return ConfigurationError([_problem(shown, hint="" if name else CERTIFICATE_HINT)])


def _is_refused(error: object) -> bool:
    """Whether a server answered and lets this user in at no time, or has no right certificate."""
    told = str(error)
    is_answer = "FATAL" in told and not any(words in told for words in _NOT_NOW)
    return is_answer or any(words in told for words in _NO_TLS)


def _problem(shown: str, hint: str = "") -> str:
    return (
        f"the database refuses {QUERY} or {ADDRESS} ({shown}): run the query there by hand, as the "
        f"same user{hint}"
    )
