"""The legacy user table.  E-mail addresses are not unique in it."""

from contextlib import AbstractContextManager
from typing import Final

import attrs

from authcore_local.legacy.seed_users import SeedUser
from authcore_local.legacy.sqlite_database import Store


FIRST_NEW_ID: Final = 100_000

_COLUMNS: Final = (
    "number, userid, username, email, email_verified, display_name, cognito_id, locked, "
    "password_hash, created_under"
)
_DOMAIN_FOLDED: Final = (
    "substr(email, 1, instr(email, '@')) || lower(substr(email, instr(email, '@') + 1))"
)

_TABLES: Final = ("users", "identities", "sessions", "email_changes", "password_resets")
"""All tables that hold something of a user."""

_MEANT: Final = (
    "email = ?",
    "username = ?",
    "folded(email) = folded(?)",
    "folded(username) = folded(?)",
)
"""Conditions that find a user by name, the most exact first."""


@attrs.frozen
class Row:
    """
    One user, in the order of the columns.

    Attributes:
        number: Order of arrival.
        userid: The public primary key.
        username: The login name.
        email: None where there is none.
        email_verified: Whether the user proved control of *email* here.
        display_name: For greetings.
        cognito_id: ``sub``, once linked.
        locked: The user may not sign in, even with the right password.
        password_hash: None for accounts without a password.
        created_under: Idempotency key of the call that created it, if any.
    """

    number: int
    userid: str
    username: str
    email: str | None
    email_verified: bool = attrs.field(converter=bool)
    display_name: str | None
    cognito_id: str | None
    locked: bool = attrs.field(converter=bool)
    password_hash: str | None = attrs.field(repr=False)
    created_under: str | None


@attrs.frozen
class DeletedRow:
    """
    A user who was deleted.

    Attributes:
        userid: Never used again.
        cognito_id: ``sub``, if the user was linked.
    """

    userid: str
    cognito_id: str | None


@attrs.frozen(kw_only=True)
class NewUser:
    """
    A user to be inserted.

    Attributes:
        username: The wanted name; another one is chosen if it is taken, missing or looks like an
            e-mail address, which would shadow the user of that address.
        email: None where there is none.
        email_verified: Whether *email* counts as verified here from now on.
        display_name: For greetings.
        cognito_id: ``sub`` to attach at once.
        password_hash: None for an account without a password.
        created_under: Idempotency key.
    """

    username: str | None = None
    email: str | None = None
    email_verified: bool = False
    display_name: str | None = None
    cognito_id: str | None = None
    password_hash: str | None = attrs.field(default=None, repr=False)
    created_under: str | None = None


@attrs.frozen(eq=False, repr=False)
class UserTable:
    """The users, found by name, address, identity or column."""

    _store: Store

    def put(self, user: SeedUser, password_hash: str | None) -> None:
        """Insert *user*, or replace the one with this id; without a hash, no password opens it."""
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO users (userid, username, email, email_verified,"
                " display_name, locked, password_hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    user.userid,
                    user.username,
                    user.email,
                    user.email_verified,
                    user.display_name,
                    user.locked,
                    password_hash,
                ),
            )

    def insert(self, user: NewUser) -> Row:
        """Insert *user* under an id that was never used."""
        with self._store.transaction() as connection:
            count = connection.execute(
                "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM deleted_users)"
            ).fetchone()[0]
            userid = str(FIRST_NEW_ID + count)
            connection.execute(
                "INSERT INTO users (userid, username, email, email_verified, display_name,"
                " cognito_id, locked, password_hash, created_under)"
                " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                (
                    userid,
                    self._free_name(user.username, userid),
                    user.email,
                    user.email_verified,
                    user.display_name,
                    user.cognito_id,
                    user.password_hash,
                    user.created_under,
                ),
            )
            return self.where("userid", userid)[0]

    def set_cognito_id(self, userid: str, cognito_id: str | None) -> None:
        """Attach *cognito_id*; None empties the column."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE users SET cognito_id = ? WHERE userid = ?", (cognito_id, userid)
            )

    def set_locked(self, userid: str, *, locked: bool) -> None:
        """Lock the user, or unlock it."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE users SET locked = ? WHERE userid = ?", (locked, userid))

    def delete(self, userid: str) -> None:
        """Delete the user, with sessions and identities; id and Cognito id stay known."""
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO deleted_users"
                " SELECT userid, cognito_id FROM users WHERE userid = ?",
                (userid,),
            )
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE userid = ?", (userid,))  # noqa: S608 - fixed texts

    def find_deleted(self, userid: str) -> DeletedRow | None:
        """Return what is known of a deleted user; None for others."""
        with self._store.transaction() as connection:
            found = connection.execute(
                "SELECT userid, cognito_id FROM deleted_users WHERE userid = ?", (userid,)
            ).fetchone()
        return DeletedRow(*found) if found else None

    def set_display_name(self, userid: str, name: str | None) -> None:
        """Set the name for greetings."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE users SET display_name = ? WHERE userid = ?", (name, userid))

    def set_profile(self, user: Row) -> None:
        """Write address and name of *user*."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE users SET email = ?, email_verified = ?, display_name = ? WHERE userid = ?",
                (user.email, user.email_verified, user.display_name, user.userid),
            )

    def transaction(self) -> AbstractContextManager[object]:
        """Open a transaction that the methods of this class, and of Access, join."""
        return self._store.transaction()

    def matching(self, name: str) -> list[Row]:
        """Return the users of the first condition that finds any."""
        for condition in _MEANT:
            if found := self._rows(f"WHERE {condition}", (name,)):
                return found
        return []

    def with_email(self, email: str) -> list[Row]:
        """Return users with this address; the letter case of the domain does not matter."""
        return self._rows(f"WHERE {_DOMAIN_FOLDED} = ?", (email,))

    def with_identity(self, provider: str, user_id: str) -> list[Row]:
        """Return users with this identity; letter case matters in the id, not in the provider."""
        return self._rows(
            "WHERE userid IN (SELECT userid FROM identities"
            " WHERE lower(provider) = lower(?) AND user_id = ?)",
            (provider, user_id),
        )

    def where(self, column: str, value: str) -> list[Row]:
        """Return users whose *column*, a name from this file's list, is *value*."""
        return self._rows(f"WHERE {column} = ?", (value,))

    def page(self, after: int, size: int) -> list[Row]:
        """Return at most *size* users after number *after*."""
        return self._rows("WHERE number > ? ORDER BY number LIMIT ?", (after, size))

    def _rows(self, condition: str, values: tuple[object, ...]) -> list[Row]:
        with self._store.transaction() as connection:
            query = f"SELECT {_COLUMNS} FROM users {condition}"  # noqa: S608 - fixed texts
            return [Row(*row) for row in connection.execute(query, values).fetchall()]

    def _free_name(self, wish: str | None, userid: str) -> str:
        if wish is None or "@" in wish:
            return f"user-{userid}"
        return f"{wish[:100]}-{userid}" if self.where("username", wish) else wish
