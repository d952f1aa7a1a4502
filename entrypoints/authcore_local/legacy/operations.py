"""Operations of the legacy HTTP API, without the HTTP.  See: docs/legacy-api.yaml."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

import attrs

from authcore_local.legacy.account_access import Access
from authcore_local.legacy.link_lookup import Links
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.requests import (
    Asked,
    Members,
    identity_or_none,
    ids,
    sound,
    sound_or_none,
    truth,
)
from authcore_local.legacy.user_table import NewUser, Row, UserTable


PAGE_SIZE: Final = 100
MAX_DISPLAY_NAME: Final = 100

Said = dict[str, Any]
"""A response body of the contract; None in its place means a malformed request."""


@attrs.frozen
class Operation:
    """
    One operation of the API.

    Attributes:
        path: Of its URL.
        members: Of its body.
        decide: Takes the body and the idempotency key; returns the response body.
    """

    path: str
    members: Members
    decide: Callable[[Asked, str | None], Said | None]


class Operations:
    """All operations on one table."""

    def __init__(
        self, users: UserTable, links: Links, access: Access, passwords: PasswordHashing
    ) -> None:
        self._users = users
        self._links = links
        self._access = access
        self._passwords = passwords
        self.all: Final = (
            Operation("/api/login", {"username": sound, "password": sound}, self._login),
            Operation("/api/cognito_helper", {"username": sound}, self._find),
            Operation(
                "/api/cognito_helper/match",
                {"cognito_id": sound, "identity": identity_or_none, "email": sound_or_none},
                self._match,
            ),
            Operation(
                "/api/cognito_helper/attach",
                {"userid": sound, "cognito_id": sound, "reset_access": truth},
                self._attach,
            ),
            Operation(
                "/api/cognito_helper/detach",
                {"userid": sound, "cognito_id": sound},
                self._detach,
            ),
            Operation(
                "/api/create_legacy_account",
                {
                    "cognito_id": sound,
                    "identity": identity_or_none,
                    "username": sound_or_none,
                    "email": sound_or_none,
                    "email_verified": truth,
                    "display_name": sound_or_none,
                },
                self._create,
            ),
            Operation("/api/cognito_helper/list", {"after": sound_or_none}, self._list),
            Operation("/api/cognito_helper/profiles", {"userids": ids}, self._profiles),
            Operation("/api/session", {"session": sound}, self._session),
            Operation("/api/session/end", {"session": sound}, self._end_session),
        )

    def _login(self, asked: Asked, _: str | None) -> Said:
        row = authenticate(asked["username"], asked["password"], self._users, self._passwords)
        return (
            {"status": "authenticated", "user": user_members(row)}
            if row
            else {"status": "rejected"}
        )

    def _find(self, asked: Asked, _: str | None) -> Said:
        rows = self._users.matching(asked["username"])
        if len(rows) != 1:
            return {"status": "ambiguous" if rows else "not_found"}
        return {"status": "found", "user": user_members(rows[0])}

    def _match(self, asked: Asked, _: str | None) -> Said:
        found = self._links.match(**asked)
        if found is None:
            return {"status": "ambiguous"}
        ways = attrs.asdict(found, recurse=False)
        return {
            "status": "matches",
            **{way: row and user_members(row) for way, row in ways.items()},
        }

    def _attach(self, asked: Asked, _: str | None) -> Said:
        row = self._links.attach(**asked)
        return (
            {"status": row}
            if isinstance(row, str)
            else {"status": "attached", "user": user_members(row)}
        )

    def _detach(self, asked: Asked, _: str | None) -> Said:
        row = self._links.detach(**asked)
        return (
            {"status": row}
            if isinstance(row, str)
            else {"status": "detached", "user": user_members(row)}
        )

    def _create(self, asked: Asked, key: str | None) -> Said | None:
        if not key:
            return None
        identity = asked.pop("identity")
        row = self._links.create(NewUser(**asked, created_under=key), identity)
        return (
            {"status": "taken"} if row is None else {"status": "created", "user": user_members(row)}
        )

    def _list(self, asked: Asked, _: str | None) -> Said | None:
        after = asked["after"] or "0"
        if not (after.isascii() and after.isdecimal() and len(after) <= 18):
            return None
        rows = self._users.page(int(after), PAGE_SIZE + 1)
        page, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
        return {
            "status": "listed",
            "users": [user_members(row) for row in page],
            "next": str(page[-1].number) if more else None,
        }

    def _profiles(self, asked: Asked, _: str | None) -> Said:
        userids = dict.fromkeys(asked["userids"])
        rows = [row for userid in userids for row in self._users.where("userid", userid)]
        deleted = [row for userid in userids if (row := self._users.find_deleted(userid))]
        return {
            "status": "profiles",
            "users": [user_members(row) for row in rows],
            "deleted": [attrs.asdict(row) for row in deleted],
        }

    def _session(self, asked: Asked, _: str | None) -> Said:
        session = asked["session"]
        userid = self._access.whose_session(session)
        rows = self._users.where("userid", userid) if userid else []
        if not rows or rows[0].locked:
            return {"status": "signed_out"}
        digest = hashlib.sha256(session.encode()).hexdigest()
        return {
            "status": "signed_in",
            "session_sha256": digest,
            "signed_in_at": self._access.signed_in_at(session),
            "user": user_members(rows[0]),
        }

    def _end_session(self, asked: Asked, _: str | None) -> Said:
        self._access.end_session(asked["session"])
        return {"status": "ended"}


def authenticate(
    username: str, password: str, users: UserTable, passwords: PasswordHashing
) -> Row | None:
    """Return the user of this password; unknown and known users cost the same work."""
    rows = users.matching(username)
    row = rows[0] if len(rows) == 1 else None
    right = passwords.matches(password, row.password_hash if row else None)
    return row if row and right and not row.locked else None


def user_members(row: Row) -> dict[str, object]:
    """Return *row* as the contract describes a user."""
    return {
        "userid": row.userid,
        "username": row.username,
        "display_name": row.display_name and row.display_name[:MAX_DISPLAY_NAME],
        "email": row.email,
        "email_verified": row.email_verified,
        "cognito_id": row.cognito_id,
        "locked": row.locked,
    }
