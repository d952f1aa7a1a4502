"""Replay memory between processes."""

from datetime import timedelta
from typing import Final

from authcore.adapters.coordination.dynamodb.endings import IS_OVER, values_between
from authcore.adapters.coordination.dynamodb.table import (
    ConditionFailedError,
    DynamoDbClient,
    DynamoDbTable,
    not_dynamodb,
)
from authcore.ports.ambient import Clock
from authcore.ports.coordination import SeenBefore


_NOTE: Final = "SET ends_at = :end, expires = :expires"


class DynamoDbSeenBefore(SeenBefore):
    """
    Replay memory between processes.

    A question whose answer is lost raises CoordinationUnavailableError, and has perhaps been
    remembered: who asks again may hear "seen", never twice "first".

    Args:
        client: From ``dynamodb_client``.

        table: Its name.

        clock: Tells when a key has had its time.
    """

    def __init__(self, *, client: DynamoDbClient, table: str, clock: Clock) -> None:
        self._table = DynamoDbTable(client, table)
        self._clock = clock

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        now = self._clock.now()
        values = values_between(now, now + ttl)
        try:
            noted = self._table.updated(f"seen#{key}", _NOTE, IS_OVER, values)
        except ConditionFailedError:
            return False
        if noted.get("ends_at") != values[":end"]:
            raise not_dynamodb()
        return True
