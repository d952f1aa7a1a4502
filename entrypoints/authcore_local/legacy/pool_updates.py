"""Take over what users changed in Cognito.  See: docs/legacy-api.yaml, ``update``."""

from typing import Final

import attrs

from authcore_local.legacy.operations import Operation, Said, user_members
from authcore_local.legacy.outbox import Outbox
from authcore_local.legacy.requests import Asked, sound, sound_or_none
from authcore_local.legacy.user_table import Row, UserTable


PATH: Final = "/api/cognito_helper/update"


@attrs.frozen(eq=False, repr=False)
class PoolUpdates:
    """Writes each update in one transaction, with the message that the account changed."""

    _users: UserTable
    _outbox: Outbox
    _unique_emails: bool = attrs.field(kw_only=True)

    @property
    def operation(self) -> Operation:
        """The operation of the API."""
        members = {
            "userid": sound,
            "cognito_id": sound,
            "email": sound_or_none,
            "display_name": sound_or_none,
        }
        return Operation(PATH, members, self._decide)

    def _decide(self, asked: Asked, _: str | None) -> Said:
        with self._users.transaction():
            row = next(iter(self._users.where("userid", asked["userid"])), None)
            if row is None or row.cognito_id != asked["cognito_id"]:
                return {"status": "not_linked"}
            if row.locked:
                return {"status": "locked"}
            email, name = asked["email"], asked["display_name"]
            if self._is_taken(row, email):
                return {"status": "taken"}
            return self._update(row, email, name)

    def _is_taken(self, row: Row, email: str | None) -> bool:
        if not self._unique_emails or email is None:
            return False
        return any(each.userid != row.userid for each in self._users.with_email(email))

    def _update(self, row: Row, email: str | None, name: str | None) -> Said:
        wanted = attrs.evolve(
            row,
            email=email or row.email,
            email_verified=row.email_verified or email is not None,
            display_name=name or row.display_name,
        )
        if wanted == row:
            return {"status": "unchanged", "user": user_members(row)}
        self._users.set_profile(wanted)
        self._outbox.add(row.userid)
        return {"status": "updated", "user": user_members(wanted)}
