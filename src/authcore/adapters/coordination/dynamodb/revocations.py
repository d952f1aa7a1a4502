"""Revoked sessions, shared by processes."""

from datetime import datetime
from typing import Final

from authcore.adapters.coordination.dynamodb.expiry import (
    CLOCK_SKEW,
    milliseconds,
    milliseconds_in,
    moment,
    values_until,
)
from authcore.adapters.coordination.dynamodb.table import (
    ConditionFailedError,
    DynamoDbClient,
    DynamoDbTable,
    Item,
    not_dynamodb,
)
from authcore.domain.model.tokens import AccessClaims
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


_END: Final = "SET ends_at = :end, expires = :expires"
_MOMENT: Final = "SET signed_in_until = :moment"
_UNDATED: Final = "undated_until"
_BOTH: Final = f"{_END}, signed_in_until = :moment REMOVE {_UNDATED}"

_ENDS_EARLIER: Final = "attribute_not_exists(ends_at) OR ends_at < :end"
_REACHES_LESS_FAR: Final = "attribute_not_exists(signed_in_until) OR signed_in_until < :moment"
_WITHDRAW: Final = f"REMOVE {_UNDATED}"
_IS_ADMITTED: Final = f"{_UNDATED} >= :zero"
_ADMIT_UNDATED: Final = f"SET {_UNDATED} = :undated"
_ADMITS_LESS: Final = (
    f"attribute_exists(pk) AND (attribute_not_exists({_UNDATED}) OR {_UNDATED} < :undated)"
)
_NOTHING_IS_LATER: Final = (
    "attribute_not_exists(pk) OR (ends_at <= :end AND signed_in_until <= :moment)"
)


class DynamoDbRevocationList(RevocationList):
    """
    Remembers revocations between processes.

    ``is_revoked`` is one BatchGetItem of at most two items, read consistently: two read units.  An
    entry counts for CLOCK_SKEW beyond its end, for processes whose clock is ahead.

    Of several revocations of a session or a user the latest end and the latest sign-in time count,
    in any order of arrival: a call only ever raises either value.

    Args:
        client: From ``dynamodb_client``.

        table: Name of the table.

        clock: Differs by at most CLOCK_SKEW from that of every other process.
    """

    def __init__(self, *, client: DynamoDbClient, table: str, clock: Clock) -> None:
        self._table = DynamoDbTable(client, table)
        self._clock = clock

    def is_revoked(self, access: AccessClaims) -> bool:
        """See the port."""
        user, session = _user(access.subject), _session(access.origin_jti or "")
        found = self._table.items(user, *([session] if access.origin_jti else []))
        return self._counts(found.get(session)) or self._covers(found.get(user), access)

    def is_user_revoked(self, subject: str, *, signed_in_at: datetime | None = None) -> bool:
        """See the port.  Takes no permission that ``is_revoked`` does not take: one read unit."""
        user = _user(subject)
        entry = self._table.items(user).get(user)
        reach = self._reach(entry)
        if entry is None or reach is None:
            return False
        if signed_in_at is not None:
            return milliseconds(signed_in_at) <= reach
        return _UNDATED not in entry or reach > milliseconds_in(entry, _UNDATED)

    def admit_undated(self, subject: str, *, revoked_until: datetime) -> None:
        """See the port.  Has no effect where no revocation is stored."""
        self._raise(
            _user(subject), _ADMIT_UNDATED, _ADMITS_LESS, {":undated": moment(revoked_until)}
        )

    def _covers(self, entry: Item | None, access: AccessClaims) -> bool:
        reach = self._reach(entry)
        return reach is not None and milliseconds(access.signed_in_at) <= reach

    def _reach(self, entry: Item | None) -> int | None:
        """Return the latest revoked sign-in time; None without an entry that counts."""
        if entry is None or not self._counts(entry):
            return None
        return milliseconds_in(entry, "signed_in_until")

    def _counts(self, entry: Item | None) -> bool:
        latest = milliseconds(self._clock.now() - CLOCK_SKEW)
        return entry is not None and milliseconds_in(entry, "ends_at") > latest

    def revoke_session(self, origin_jti: str, *, until: datetime) -> None:
        """See the port."""
        self._raise(_session(origin_jti), _END, _ENDS_EARLIER, values_until(until))

    def revoke_user(self, subject: str, *, signed_in_until: datetime, until: datetime) -> None:
        """See the port.  One call to DynamoDB; four if a later revocation is stored."""
        pk = _user(subject)
        reached = {":moment": moment(signed_in_until)}
        ending = values_until(until)
        if not self._raise(pk, _BOTH, _NOTHING_IS_LATER, {**ending, **reached}):
            self._raise(pk, _END, _ENDS_EARLIER, ending)
            self._raise(pk, _MOMENT, _REACHES_LESS_FAR, reached)
            self._withdraw(pk)

    def _withdraw(self, pk: str) -> None:
        """Undo ``admit_undated``."""
        try:
            entry = self._table.update(pk, _WITHDRAW, _IS_ADMITTED, {":zero": {"N": "0"}})
        except ConditionFailedError:
            return
        if _UNDATED in entry or "signed_in_until" not in entry:
            raise not_dynamodb()

    def _raise(self, pk: str, update: str, condition: str, values: Item) -> bool:
        """Whether *update* was made; if not, the stored value is as late or later."""
        try:
            entry = self._table.update(pk, update, condition, values)
        except ConditionFailedError:
            return False
        shown = {
            ":end": entry.get("ends_at"),
            ":moment": entry.get("signed_in_until"),
            ":undated": entry.get(_UNDATED),
        }
        if any(values.get(name, value) != value for name, value in shown.items()):
            raise not_dynamodb()
        return True


def _session(origin_jti: str) -> str:
    return f"revoked#session#{origin_jti}"


def _user(subject: str) -> str:
    return f"revoked#user#{subject}"
