"""
The old login, while its users move.

The pool keeps the password of a user who moved: it is checked and changed through the auth service.
Without an answer no such user is signed in: the hash of this system may be stale.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.legacy.account_access import Access
from authcore_local.legacy.operations import authenticate
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.pool_passwords import ChangeVerdict, PoolPasswords, Verdict
from authcore_local.legacy.user_table import Row, UserTable


WRONG: Final = "That user name and password do not go together."
NEW_LOGIN: Final = "This account needs more than a password: sign in at the new login."
LATER: Final = "We cannot check passwords now. Please try again in a few minutes."
WRONG_CURRENT: Final = "Your present password is not right."
POLICY: Final = "The new system does not accept this password. Please choose a longer one."
REFUSED: Final = "The password of this account cannot be changed now. Please call us."
UNKNOWN: Final = (
    "We do not know whether your password has changed. Sign in with the new one; if it is not "
    "taken, with the present one."
)

_PROBLEMS: Final[Mapping[Verdict, str]] = {
    "wrong": WRONG,
    "needs_new_login": NEW_LOGIN,
    "no_answer": LATER,
}
_CHANGE_PROBLEMS: Final[Mapping[ChangeVerdict, str]] = {
    "policy": POLICY,
    "refused": REFUSED,
    "no_answer": UNKNOWN,
}


@attrs.frozen(eq=False, repr=False)
class OldLogin:
    """
    Checks and changes passwords for this system's own pages.

    ``/api/login`` checks this system's own hashes only: Cognito calls it about users who have not
    moved, and would be asked in return.

    Attributes:
        pool: The auth service; None while no user has moved.
    """

    _users: UserTable
    _access: Access
    _passwords: PasswordHashing
    _pool: PoolPasswords | None

    def sign_in(self, username: str, password: str) -> Row | str:
        """Return the user of this password, or what to say."""
        moved = self._find_moved(username)
        if moved is None:
            return authenticate(username, password, self._users, self._passwords) or WRONG
        verdict = self._check(moved, password)
        return moved if verdict == "right" else _PROBLEMS.get(verdict, WRONG)

    def change_password(self, user: Row, current: str, new: str) -> str | None:
        """Change the password of a signed-in user; return what to say, None where it changed."""
        verdict = self._check(user, current)
        if verdict != "right":
            return WRONG_CURRENT if verdict == "wrong" else _PROBLEMS[verdict]
        changed: ChangeVerdict = "own"
        if self._pool is not None and user.cognito_id:
            changed = self._pool.change(user.userid, user.cognito_id, new)
        if changed in (
            "changed",
            "own",
        ):  # kept for a pool user without a password, and for a way back
            self._access.change_password(user.userid, self._passwords.hash(new))
        return _CHANGE_PROBLEMS.get(changed)

    def _find_moved(self, username: str) -> Row | None:
        """Return the one user of this name, if it moved and may sign in."""
        rows = self._users.matching(username)
        row = rows[0] if len(rows) == 1 else None
        return row if row and self._pool and row.cognito_id and not row.locked else None

    def _check(self, user: Row, password: str) -> Verdict:
        verdict: Verdict = "own"
        if self._pool is not None and user.cognito_id:
            verdict = self._pool.verify(user.userid, user.cognito_id, password)
        if verdict != "own":
            return verdict
        return "right" if self._passwords.matches(password, user.password_hash) else "wrong"
