"""
The seed's GET forms, for trying SeedDialectLegacyLinks.

Personal data and a password travel in URLs here; see authcore.adapters.legacy.seed_dialect.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.legacy.link_lookup import Links
from authcore_local.legacy.operations import Said
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.user_table import NewUser


HELPER_PATH: Final = "/api/cognito_helper"
CREATE_PATH: Final = "/api/create_legacy_account"

_CREATE_MEMBERS: Final = {"name", "username", "email", "pw"}


@attrs.frozen(eq=False, repr=False)
class SeedDialect:
    """Answers GET requests as the seed's legacy system did."""

    _links: Links
    _passwords: PasswordHashing

    def decide(self, path: str, asked: Mapping[str, str]) -> Said | None:
        """Return the answer; None if the seed has no such form."""
        if path == CREATE_PATH:
            return self._create(asked)
        if asked.keys() == {"provider", "user_id"}:
            return self._look_up(asked)
        if asked.keys() == {"cognito_id", "user_id"}:
            return self._attach(asked)
        return None

    def _look_up(self, asked: Mapping[str, str]) -> Said:
        found = self._links.match(None, (asked["provider"], asked["user_id"]), None)
        if found is None or found.by_identity is None:
            return {"success": 0}
        row = found.by_identity
        return {"success": 1, "user": {"id": row.userid, "username": row.username}}

    def _attach(self, asked: Mapping[str, str]) -> Said:
        row = self._links.attach(asked["user_id"], asked["cognito_id"], reset_access=False)
        return {"success": 0 if isinstance(row, str) else 1}

    def _create(self, asked: Mapping[str, str]) -> Said | None:
        others = asked.keys() - _CREATE_MEMBERS
        column = next(iter(others), "")
        if len(asked) != len(_CREATE_MEMBERS) + 1 or not column.endswith("_uid"):
            return None
        user = NewUser(
            username=asked["username"],
            email=asked["email"] or None,
            email_verified=asked["email"] != "",
            display_name=asked["name"] or None,
            password_hash=self._passwords.hash(asked["pw"]),
        )
        row = self._links.create(user, (column.removesuffix("_uid"), asked[column]))
        return {"status": "failed"} if row is None else {"status": "created", "userid": row.userid}
