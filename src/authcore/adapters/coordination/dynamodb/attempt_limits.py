"""Limits on attempts between processes."""

from typing import Final

from authcore.adapters.coordination.dynamodb.expiry import values_until
from authcore.adapters.coordination.dynamodb.table import (
    ConditionFailedError,
    DynamoDbClient,
    DynamoDbTable,
    not_dynamodb,
)
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.ports.system import Clock


_COUNT: Final = "SET ends_at = :end, expires = :expires ADD attempts :one"
_IS_WITHIN: Final = "attribute_not_exists(attempts) OR attempts < :limit"


class DynamoDbAttemptLimiter(AttemptLimiter):
    """
    Counts attempts between processes, in one item for each key and window.

    Each attempt is one UpdateItem, a refused one too.  A clock that differs by a second counts the
    attempts of that second in the neighbouring window.

    Args:
        limit: Of each key.

        client: From ``dynamodb_client``.

        table: Name of the table.

        clock: Tells which window it is.
    """

    def __init__(
        self, limit: AttemptLimit, *, client: DynamoDbClient, table: str, clock: Clock
    ) -> None:
        self._limit = limit
        self._table = DynamoDbTable(client, table)
        self._clock = clock

    def admit(self, key: str) -> None:
        """See the port."""
        now = self._clock.now()
        number = self._limit.number_at(now)
        values = {
            **values_until(self._limit.end_of(number)),
            ":one": {"N": "1"},
            ":limit": {"N": str(self._limit.attempts)},
        }
        try:
            counted = self._table.update(f"attempts#{key}#{number}", _COUNT, _IS_WITHIN, values)
        except ConditionFailedError:
            raise self._limit.make_error(now) from None
        if counted.get("ends_at") != values[":end"] or "attempts" not in counted:
            raise not_dynamodb()
