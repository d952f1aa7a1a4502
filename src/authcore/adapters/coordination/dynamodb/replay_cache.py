"""Replay cache and begun creates between processes."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from authcore.adapters.coordination.dynamodb.expiry import (
    CLOCK_SKEW,
    IS_OVER,
    milliseconds,
    milliseconds_in,
    moment,
    values_between,
)
from authcore.adapters.coordination.dynamodb.table import (
    AnswerLostError,
    ConditionFailedError,
    DynamoDbClient,
    DynamoDbTable,
    Item,
    not_dynamodb,
)
from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.coordination import CreateIntents, ReplayCache
from authcore.ports.system import Clock, Entropy


_NOTE: Final = (
    "SET holder = :holder, noted_at = :now, ends_at = :end, expires = :expires REMOVE created"
)
_END: Final = "SET ends_at = :past"
_IS_OURS: Final = "holder = :holder"
_WAS_NOTED: Final = "ends_at >= :latest AND noted_at <= :until"

_COMPLETE: Final = "SET created = :created"
_IS_REMEMBERED: Final = "ends_at > :time"

_NEVER: Final = {"N": "0"}


class DynamoDbReplayCache(ReplayCache):
    """
    Remembers keys between processes.

    If the answer to a call is lost, the call is repeated once with the same holder name, which the
    first one may have stored.  If that answer is lost too, the key is removed again and
    CoordinationUnavailableError raised.  If the removal fails, the key stays although no caller got
    True: later callers may get False, but never two callers True.

    A ``forget`` that arrives late removes no key that was recorded after it was called.

    Args:
        client: From ``dynamodb_client``.

        table: Name of the table.

        clock: Tells when a key expires.

        entropy: Makes holder names.
    """

    def __init__(
        self, *, client: DynamoDbClient, table: str, clock: Clock, entropy: Entropy
    ) -> None:
        self._table = DynamoDbTable(client, table)
        self._clock = clock
        self._entropy = entropy

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        holder = self._entropy.token()
        with suppress(AnswerLostError):
            return self._note(key, holder, ttl)
        try:
            return self._note(key, holder, ttl)
        except AnswerLostError:
            self._take_back(key, holder)
            raise

    def forget(self, key: str) -> bool:
        """See the port."""
        now = self._clock.now()
        values = {
            ":past": _NEVER,
            ":latest": moment(now - CLOCK_SKEW),
            ":until": moment(now + CLOCK_SKEW),
        }
        try:
            forgotten = self._update(key, _END, _WAS_NOTED, values)
        except ConditionFailedError:
            return False
        if forgotten.get("ends_at") != _NEVER:
            raise not_dynamodb()
        return True

    def _note(self, key: str, holder: str, ttl: timedelta) -> bool:
        now = self._clock.now()
        values = {
            **values_between(now, now + ttl),
            ":holder": {"S": holder},
            ":now": moment(now),
        }
        try:
            noted = self._update(key, _NOTE, f"{IS_OVER} OR {_IS_OURS}", values)
        except ConditionFailedError:
            return False
        if (noted.get("holder"), noted.get("ends_at")) != (values[":holder"], values[":end"]):
            raise not_dynamodb()
        return True

    def _take_back(self, key: str, holder: str) -> None:
        values = {":past": _NEVER, ":holder": {"S": holder}}
        with suppress(ConditionFailedError, CoordinationUnavailableError):
            self._update(key, _END, _IS_OURS, values)

    def _update(self, key: str, update: str, condition: str, values: Item) -> Item:
        return self._table.update(_pk(key), update, condition, values)


class DynamoDbCreateIntents(DynamoDbReplayCache, CreateIntents):
    """Keeps the result of a create in the item of its key."""

    def complete(self, key: str, result: str) -> None:
        """See the port."""
        values = {":created": {"S": result}, ":time": moment(self._clock.now())}
        with suppress(ConditionFailedError):
            completed = self._update(key, _COMPLETE, _IS_REMEMBERED, values)
            if completed.get("created") != values[":created"]:
                raise not_dynamodb()

    def result_of(self, key: str) -> str | None:
        """See the port.  Reads consistently."""
        item = self._table.item(_pk(key))
        if item is None or milliseconds_in(item, "ends_at") <= milliseconds(self._clock.now()):
            return None
        return item.get("created", {}).get("S")


def _pk(key: str) -> str:
    return f"seen#{key}"
