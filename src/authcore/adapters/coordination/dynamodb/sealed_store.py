"""Sealed texts between processes."""

from datetime import datetime
from typing import Final

from authcore.adapters.coordination.dynamodb.expiry import (
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
from authcore.adapters.coordination.text_length import check_length
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock


_IS_LIVE: Final = "ends_at > :now"
_IS_NOT_LIVE: Final = "attribute_not_exists(pk) OR ends_at <= :now"


class DynamoDbSealedStore(SealedStore):
    """
    Keeps texts between processes, one item each.

    A text expires by the clock of the calling process, though DynamoDB may keep it for days.  With
    a clock that is ahead it expires early, which is the safe side.  A text takes one write unit for
    each KiB, and one read unit for each 4 KiB.

    Args:
        client: From ``dynamodb_client``.

        table: Name of the table.

        clock: Tells when a text expires.
    """

    def __init__(self, *, client: DynamoDbClient, table: str, clock: Clock) -> None:
        self._table = DynamoDbTable(client, table)
        self._clock = clock

    def get(self, key: str) -> str | None:
        """See the port.  Reads consistently."""
        item = self._table.item(_pk(key))
        if item is None or milliseconds_in(item, "ends_at") <= milliseconds(self._clock.now()):
            return None
        return _text(item)

    def put(self, key: str, text: str, *, until: datetime) -> None:
        """See the port."""
        check_length(text)
        self._table.put(_pk(key), _attributes(text, until))

    def add(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        return self._put_if(_IS_NOT_LIVE, key, text, until)

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        return self._put_if(_IS_LIVE, key, text, until)

    def drop(self, key: str) -> None:
        """See the port."""
        self._table.delete(_pk(key))

    def _put_if(self, condition: str, key: str, text: str, until: datetime) -> bool:
        check_length(text)
        now = {":now": moment(self._clock.now())}
        try:
            self._table.put(_pk(key), _attributes(text, until), condition=condition, values=now)
        except ConditionFailedError:
            return False
        return True


def _pk(key: str) -> str:
    return f"text#{key}"


def _attributes(text: str, until: datetime) -> Item:
    values = values_until(until)
    return {"sealed": {"S": text}, "ends_at": values[":end"], "expires": values[":expires"]}


def _text(item: Item) -> str:
    try:
        return item["sealed"]["S"]
    except (KeyError, TypeError):
        raise not_dynamodb() from None
