"""Match, create, attach and detach legacy accounts, within the guarantees of a mode."""

from typing import Literal

import attrs

from authcore_local.legacy.account_access import Access
from authcore_local.legacy.sqlite_database import Store
from authcore_local.legacy.user_table import NewUser, Row, UserTable


Mode = Literal["unique", "idempotent", "lookup", "none"]
"""
Guarantees of the legacy system.

``unique``: one account per Cognito id and per identity.  ``idempotent``: one per idempotency key,
and per identity.  ``lookup``: accounts are found by Cognito id and identity, every create makes
an account.  ``none``: every create makes an account, and only e-mail addresses can be looked up.
"""

Identity = tuple[str, str]
"""Provider and user id."""


@attrs.frozen
class Found:
    """The user that each look-up finds; at most one each."""

    by_cognito_id: Row | None
    by_identity: Row | None
    by_email: Row | None


@attrs.frozen(eq=False, repr=False)
class Links:
    """Matches, creates and attaches accounts, each in one transaction."""

    _store: Store
    _users: UserTable
    _access: Access
    _mode: Mode
    _unique_emails: bool = attrs.field(kw_only=True)

    def match(
        self, cognito_id: str | None, identity: Identity | None, email: str | None
    ) -> Found | None:
        """Return the matching users; None if a look-up is ambiguous."""
        with self._store.transaction():
            mine = self._with_cognito_id(cognito_id)
            identified = self._with_identity(identity)
            addressed = self._users.with_email(email) if email else []
        if len(addressed) > 1 and (mine or identified):
            addressed = []
        if max(map(len, (mine, identified, addressed))) > 1:
            return None
        return Found(_only(mine), _only(identified), _only(addressed))

    def create(self, user: NewUser, identity: Identity | None) -> Row | None:
        """Create the user, or return it from an earlier call with the same key; None if taken."""
        with self._store.transaction():
            before = self._created_before(user)
            if before:
                return before[0] if before[0].cognito_id == user.cognito_id else None
            if self._mode in {"unique", "idempotent"} and self._with_identity(identity):
                return None
            if self._unique_emails and user.email and self._users.with_email(user.email):
                return None
            row = self._users.insert(user)
            if identity:
                self._access.add_identity(row.userid, *identity)
            return row

    def attach(
        self, userid: str, cognito_id: str, *, reset_access: bool
    ) -> Row | Literal["not_found", "locked", "taken"]:
        """Attach the id and return the user, or the reason against it."""
        with self._store.transaction():
            row = _only(self._users.where("userid", userid))
            if row is None:
                return "not_found"
            if row.locked:
                return "locked"
            others = [each for each in self._with_cognito_id(cognito_id) if each.userid != userid]
            if row.cognito_id not in {None, cognito_id} or others:
                return "taken"
            self._users.set_cognito_id(userid, cognito_id)
            if reset_access:
                self._access.reset(userid)
            return self._users.where("userid", userid)[0]

    def detach(self, userid: str, cognito_id: str) -> Row | Literal["not_found", "taken"]:
        """Empty the id if it is *cognito_id*, and return the user, or the reason against it."""
        with self._store.transaction():
            row = _only(self._users.where("userid", userid))
            if row is None:
                return "not_found"
            if row.cognito_id not in {None, cognito_id}:
                return "taken"
            self._users.set_cognito_id(userid, None)
            return self._users.where("userid", userid)[0]

    def _created_before(self, user: NewUser) -> list[Row]:
        if self._mode == "unique":
            return self._with_cognito_id(user.cognito_id)
        if self._mode == "idempotent" and user.created_under:
            before = self._users.where("created_under", user.created_under)
            return before or (self._with_cognito_id(user.cognito_id) if self._unique_emails else [])
        return []

    def _with_cognito_id(self, cognito_id: str | None) -> list[Row]:
        if cognito_id is None or self._mode == "none":
            return []
        return self._users.where("cognito_id", cognito_id)

    def _with_identity(self, identity: Identity | None) -> list[Row]:
        if identity is None or self._mode == "none":
            return []
        return self._users.with_identity(*identity)


def _only(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
