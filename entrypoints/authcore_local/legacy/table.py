"""The legacy user table, in SQLite."""

import sqlite3
import threading
import weakref
from typing import Final

import attrs

from authcore_local.legacy.people import SeedUser


_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS users (
    userid TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    email TEXT UNIQUE,
    email_verified INTEGER NOT NULL,
    display_name TEXT,
    cognito_id TEXT UNIQUE,
    locked INTEGER NOT NULL
)
"""
_COLUMNS: Final = (
    "userid, username, password_hash, email, email_verified, display_name, cognito_id, locked"
)


@attrs.frozen
class Row:
    """One user, in the order of the columns."""

    userid: str
    username: str
    password_hash: str = attrs.field(repr=False)
    email: str | None
    email_verified: bool = attrs.field(converter=bool)
    display_name: str | None
    cognito_id: str | None
    locked: bool = attrs.field(converter=bool)


class UserTable:
    """Users by name or e-mail address.  Safe to share between threads."""

    def __init__(self, database: str) -> None:
        """Open *database*: a file name, or ``:memory:``."""
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, check_same_thread=False)
        self._connection.execute(_SCHEMA)
        weakref.finalize(self, self._connection.close)

    def put(self, user: SeedUser, password_hash: str) -> None:
        """Insert *user*, or replace the one with this id."""
        values = (
            user.userid,
            user.username,
            password_hash,
            user.email,
            user.email_verified,
            user.display_name,
            None,
            user.locked,
        )
        with self._lock, self._connection:
            self._connection.execute(
                f"INSERT OR REPLACE INTO users ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed columns
                values,
            )

    def find(self, name: str) -> Row | None:
        """The user with this login name, or else with this e-mail address."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM users WHERE username = ? OR email = ?"  # noqa: S608 - fixed columns
                " ORDER BY username = ? DESC LIMIT 1",
                (name, name, name),
            ).fetchall()
        return Row(*rows[0]) if rows else None
