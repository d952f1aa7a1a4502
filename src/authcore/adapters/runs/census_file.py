"""A census in a SQLite file."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, get_args

from authcore.adapters.runs.census_facts import PERSONS
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.census_entries import (
    AccountEntry,
    CensusProgress,
    PersonFacts,
    UserEntry,
    Word,
)
from authcore.ports.census import CensusStore
from authcore.ports.system import Entropy


MAX_AGE: Final = timedelta(hours=1)
"""Since the last page.  The census begins again when it is older."""

CACHE_KIB: Final = 32 * 1024
"""Memory for pages of the file, however many entries it has."""

_VERSION: Final = 1
_OWNER_ONLY: Final = 0o600
_WORDS: Final[tuple[Word, ...]] = get_args(Word)
_NAMES: Final[tuple[Literal["nothing", "gone", "there"], ...]] = ("nothing", "gone", "there")

_SCHEMA: Final = """
CREATE TABLE census (
  place TEXT NOT NULL, secret TEXT NOT NULL, began_at TEXT NOT NULL, kept_at TEXT NOT NULL,
  side TEXT, after TEXT, accounts INTEGER NOT NULL, users INTEGER NOT NULL, fresh INTEGER NOT NULL
);
CREATE TABLE accounts (
  id BLOB PRIMARY KEY, names BLOB, is_locked INTEGER NOT NULL, is_reachable INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (
  id BLOB PRIMARY KEY, names BLOB, word INTEGER NOT NULL, is_fresh INTEGER NOT NULL,
  is_external INTEGER NOT NULL
) WITHOUT ROWID;
"""
_INDEXES: Final = """
CREATE INDEX IF NOT EXISTS accounts_by_name ON accounts (names) WHERE names IS NOT NULL;
CREATE INDEX IF NOT EXISTS users_by_name ON users (names) WHERE names IS NOT NULL;
"""
_PAGE: Final = """
UPDATE census SET after = ?, side = ?, kept_at = ?, accounts = accounts + ?, users = users + ?
"""
_ROW: Final = (
    "SELECT began_at, accounts, users, fresh, after, side, place, secret, kept_at FROM census"
)


class SqliteCensus(CensusStore):
    """
    One file, which ``clear`` deletes.

    Ids are kept as keyed digests of 16 bytes; no name, address or id stands in the file but a
    listing's cursor.  Readable by its owner only.  A million accounts with their users take about
    100 MB there, and never more than CACHE_KIB of memory.

    A page is written in one transaction.  A process that is killed loses none; a machine that loses
    its power may lose the file, and the census begins again.
    """

    def __init__(self, path: Path, *, place: str, entropy: Entropy) -> None:
        """
        Keep a census in *path*.

        Args:
            path: In a folder that exists.

            place: Names the pool and the legacy system.  Another place's census is refused.

            entropy: Makes the key of the digests.
        """
        self._path = path
        self._place = place
        self._entropy = entropy
        self._key = b""

    def open(self, now: datetime) -> CensusProgress:
        """See the port."""
        with self._usable():
            if self._path.exists() and not self._is_fresh(now):
                self.clear()
            if not self._path.exists():
                self._create(now)
            with self._use_connection() as connection:
                return self._progress(connection)

    def add_accounts(
        self, entries: Sequence[AccountEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """See the port."""
        rows = [
            (
                *(self._digest("account", each.legacy_uid), self._digest("user", each.cognito_id)),
                *(each.is_locked, each.is_reachable),
            )
            for each in entries
        ]
        with self._usable(), self._use_connection() as connection, connection:
            new = _put(connection, "accounts", rows)
            side = "users" if after is None else "accounts"
            connection.execute(_PAGE, (after, side, now.isoformat(), new, 0))
            return self._progress(connection)

    def add_users(
        self, entries: Sequence[UserEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """See the port."""
        rows = [
            (
                *(self._digest("user", each.subject), self._digest("account", each.legacy_uid)),
                *(_WORDS.index(each.word), each.is_fresh, each.is_external),
            )
            for each in entries
        ]
        with self._usable(), self._use_connection() as connection, connection:
            new = _put(connection, "users", rows)
            side = None if after is None else "users"
            connection.execute(_PAGE, (after, side, now.isoformat(), 0, new))
            if side is None:
                connection.execute(
                    "UPDATE census SET fresh = (SELECT COUNT(*) FROM users WHERE is_fresh)"
                )
            return self._progress(connection)

    def persons(self) -> Iterator[tuple[PersonFacts, int]]:
        """See the port."""
        with self._usable(), self._use_connection() as connection:
            connection.executescript(_INDEXES)
            rows = connection.execute(PERSONS).fetchall()
        for row in rows:
            yield _facts(*row[:-1]), row[-1]

    def clear(self) -> None:
        """See the port."""
        with self._usable():
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _create(self, now: datetime) -> None:
        self._path.touch(_OWNER_ONLY)
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute(
                "INSERT INTO census VALUES (?, ?, ?, ?, 'accounts', NULL, 0, 0, 0)",
                (self._place, self._entropy.token(), now.isoformat(), now.isoformat()),
            )

    def _is_fresh(self, now: datetime) -> bool:
        """Whether the file holds a census that can continue."""
        with closing(self._connect()) as connection:
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                return False  # the process was killed while it made the file
            row = connection.execute(_ROW).fetchone()
        if row is None:
            return False
        if row[6] != self._place:
            raise ConfigurationError([f"{self._path} is about another pool or legacy system"])
        return now - datetime.fromisoformat(row[8]) <= MAX_AGE

    def _progress(self, connection: sqlite3.Connection) -> CensusProgress:
        began_at, accounts, users, fresh, after, side, _, secret, _ = connection.execute(
            _ROW
        ).fetchone()
        self._key = secret.encode()
        return CensusProgress(
            began_at=datetime.fromisoformat(began_at),
            accounts=accounts,
            users=users,
            fresh=fresh,
            after=after,
            side=side,
        )

    def _digest(self, kind: str, identifier: str | None) -> bytes | None:
        if identifier is None:
            return None
        text = f"{kind}:{identifier}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key, digest_size=16).digest()

    def _connect(self) -> sqlite3.Connection:
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True)
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute("PRAGMA synchronous = OFF")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _use_connection(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            if not self._key:
                self._progress(connection)
            yield connection

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, ValueError, TypeError):
            raise ConfigurationError(
                [f"{self._path} cannot be used for a census: not readable, not writable, or none"]
            ) from None


def _put(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Write *rows*; return how many of them are new."""
    if not rows:
        return 0
    places = ", ".join("?" * len(rows[0]))
    command = f"INTO {table} VALUES ({places})"  # the table is one of our own two names
    new = connection.executemany(f"INSERT OR IGNORE {command}", rows).rowcount
    if new < len(rows):
        connection.executemany(f"INSERT OR REPLACE {command}", rows)
    return new


def _facts(
    kind: int,
    is_reachable: int,
    names: int,
    named_by: int,
    is_mutual: int,
    is_shared: int,
    word: int,
    is_fresh: int,
    is_external: int,
) -> PersonFacts:
    kinds: tuple[Literal["open", "locked"] | None, ...] = ("open", "locked", None)
    return PersonFacts(
        account=kinds[kind],
        is_reachable=bool(is_reachable),
        names=_NAMES[names],
        named_by=named_by,
        is_mutual=bool(is_mutual),
        is_shared=bool(is_shared),
        word=_WORDS[word],
        is_fresh=bool(is_fresh),
        is_external=bool(is_external),
    )
