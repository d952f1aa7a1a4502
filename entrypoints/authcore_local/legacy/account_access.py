"""Sign-in methods and sessions of legacy accounts."""

from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.legacy.sqlite_database import Store


_RESET: Final = (
    "DELETE FROM sessions WHERE userid = ?",
    "DELETE FROM email_changes WHERE userid = ?",
    "DELETE FROM identities WHERE userid = ?",
    """
    UPDATE users SET password_hash = NULL
    WHERE userid = ? AND (password_mailed_to IS NULL OR password_mailed_to IS NOT email)
    """,
)


@attrs.frozen(eq=False, repr=False)
class Access:
    """
    Passwords, sessions, pending e-mail changes and identities at social providers.

    A user with a session can add to all of them, and a verified address does not prove that its
    owner opened the session.  Only a password set through mail to the address is its owner's.
    """

    _store: Store
    _entropy: Entropy
    _clock: Clock

    def open_session(self, userid: str) -> str:
        """Open a session and return its token."""
        token = self._entropy.token()
        now = int(self._clock.now().timestamp())
        self._do("INSERT INTO sessions VALUES (?, ?, ?)", token, userid, str(now))
        return token

    def sessions(self, userid: str) -> list[str]:
        """Return the tokens of all open sessions of one user."""
        return [row[0] for row in self._do("SELECT token FROM sessions WHERE userid = ?", userid)]

    def whose_session(self, token: str) -> str | None:
        """Return the user id of an open session; None without one."""
        found = self._do("SELECT userid FROM sessions WHERE token = ?", token)
        return found[0][0] if found else None

    def signed_in_at(self, token: str) -> int | None:
        """Return when an open session began, in seconds since 1970; None without one."""
        found = self._do("SELECT signed_in_at FROM sessions WHERE token = ?", token)
        return int(found[0][0]) if found else None

    def end_session(self, token: str) -> None:
        """End the session of *token*; do nothing without one."""
        self._do("DELETE FROM sessions WHERE token = ?", token)

    def request_email_change(self, userid: str, email: str) -> str:
        """Store a pending change and return the token that is mailed to *email*."""
        token = self._entropy.token()
        self._do("INSERT INTO email_changes VALUES (?, ?, ?)", token, userid, email)
        return token

    def confirm_email_change(self, token: str) -> bool:
        """Return whether *token* was valid; then the address is changed and verified."""
        with self._store.transaction():
            pending = self._do("SELECT email, userid FROM email_changes WHERE token = ?", token)
            for change in pending:
                self._do("UPDATE users SET email = ?, email_verified = 1 WHERE userid = ?", *change)
            self._do("DELETE FROM email_changes WHERE token = ?", token)
            return bool(pending)

    def request_password_reset(self, userid: str) -> str:
        """Store a reset and return the token that is mailed to the account's address."""
        token = self._entropy.token()
        self._do(
            "INSERT INTO password_resets SELECT ?, userid, email FROM users"
            " WHERE userid = ? AND email IS NOT NULL",
            token,
            userid,
        )
        return token

    def reset_password(self, token: str, password_hash: str) -> bool:
        """Set the password and verify the address, if *token* was mailed to the current address."""
        with self._store.transaction():
            asked = self._do(
                "SELECT userid, email FROM password_resets NATURAL JOIN users WHERE token = ?",
                token,
            )
            for userid, email in asked:
                self._do(
                    "UPDATE users SET password_hash = ?, password_mailed_to = ?, email_verified = 1"
                    " WHERE userid = ?",
                    password_hash,
                    email,
                    userid,
                )
            self._do("DELETE FROM password_resets WHERE token = ?", token)
            return bool(asked)

    def change_password(self, userid: str, password_hash: str) -> None:
        """Set a password, as a user with a session may."""
        self._do(
            "UPDATE users SET password_hash = ?, password_mailed_to = NULL WHERE userid = ?",
            password_hash,
            userid,
        )

    def verify_email(self, userid: str) -> None:
        """Count the address as verified."""
        self._do("UPDATE users SET email_verified = 1 WHERE userid = ?", userid)

    def add_identity(self, userid: str, provider: str, user_id: str) -> None:
        """Add an identity at *provider*, which may then sign in."""
        self._do("INSERT INTO identities VALUES (?, ?, ?)", userid, provider, user_id)

    def identities(self, userid: str) -> list[tuple[str, str]]:
        """Return provider and user id of each identity."""
        found = self._do("SELECT provider, user_id FROM identities WHERE userid = ?", userid)
        return [(provider, user_id) for provider, user_id in found]

    def pending_email(self, userid: str) -> str | None:
        """Return the new address of a pending change; None without one."""
        found = self._do("SELECT email FROM email_changes WHERE userid = ?", userid)
        return found[-1][0] if found else None

    def reset(self, userid: str) -> None:
        """End all sessions; delete pending changes, identities and passwords not set by mail."""
        with self._store.transaction():
            for statement in _RESET:
                self._do(statement, userid)

    def _do(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        with self._store.transaction() as connection:
            return connection.execute(statement, values).fetchall()
