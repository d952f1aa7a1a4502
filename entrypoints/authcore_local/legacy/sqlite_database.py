"""The legacy system's database, in SQLite."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS users (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    userid TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    email TEXT,
    email_verified INTEGER NOT NULL,
    display_name TEXT,
    cognito_id TEXT,
    locked INTEGER NOT NULL,
    password_hash TEXT,
    password_mailed_to TEXT,
    created_under TEXT
);
CREATE TABLE IF NOT EXISTS deleted_users (
    userid TEXT PRIMARY KEY, cognito_id TEXT
);
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, userid TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS identities (
    userid TEXT NOT NULL,
    provider TEXT NOT NULL,
    user_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY, userid TEXT NOT NULL, signed_in_at INTEGER
);
CREATE TABLE IF NOT EXISTS email_changes (
    token TEXT PRIMARY KEY, userid TEXT NOT NULL, email TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS password_resets (
    token TEXT PRIMARY KEY, userid TEXT NOT NULL, email TEXT NOT NULL
);
"""


def _casefold(text: str | None) -> str | None:
    """Return *text* without letter case, beyond ASCII too."""
    return None if text is None else text.casefold()


class Store:
    """One connection, which threads use in turn."""

    def __init__(self, database: str) -> None:
        """Open *database*: a file name, or ``:memory:``."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.create_function("folded", 1, _casefold, deterministic=True)
        self._connection.executescript(_SCHEMA)
        weakref.finalize(self, self._connection.close)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction; a nested block joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
