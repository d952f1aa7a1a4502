"""
What calls to a DynamoDB table cost: units of an on-demand table, and bytes that are kept.

A write takes one unit for each KiB of the item, also where its condition fails; a consistent read
one for each 4 KiB, also of an item that is not there.

See: Amazon DynamoDB "Read and write operations", "DynamoDB item sizes and formats".
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
from botocore.exceptions import ClientError

from authcore.adapters.coordination.dynamodb.table import DynamoDbClient
from authcore.ports.system import Clock


Item = Mapping[str, Mapping[str, str]]

WRITE_UNIT: Final = 1024
READ_UNIT: Final = 4096
ITEM_OVERHEAD: Final = 100
"""Bytes that storage counts for each item beside its attributes."""


@attrs.frozen
class Units:
    """
    What some calls cost.

    Attributes:
        read: Read units.
        written: Write units.
        kept: Bytes of the items that were written, and the time for which each is kept, by the kind
            of its key.
    """

    read: int = 0
    written: int = 0
    kept: Mapping[str, tuple[int, timedelta]] = attrs.field(factory=dict)

    def __add__(self, other: "Units") -> "Units":
        return Units(
            self.read + other.read, self.written + other.written, {**self.kept, **other.kept}
        )


def size_of(item: Item) -> int:
    """Return the bytes of *item*: names and values; a number takes a byte for two digits."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Mapping[str, str]) -> int:
    (kind, text), *_ = value.items()
    return (len(text) + 1) // 2 + 1 if kind == "N" else len(text.encode())


def _written(size: int) -> int:
    return max(1, -(-size // WRITE_UNIT))


def _read(size: int) -> int:
    return max(1, -(-size // READ_UNIT))


class CountingTable(DynamoDbClient):
    """
    Counts what the calls of adapters cost.

    Args:
        client: That answers them.

        clock: Tells how long an item is kept.

    Attributes:
        units: Of all calls since it was last set to ``Units()``.
    """

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self.units = Units()

    def update_item(self, **request: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self._client.update_item(**request)
        except ClientError:
            self.units += Units(written=1)
            raise
        self._note_write(answer["Attributes"])
        return answer

    def put_item(self, **request: Any) -> Mapping[str, Any]:
        self._note_write(request["Item"])
        answer: Mapping[str, Any] = self._client.put_item(**request)
        return answer

    def delete_item(self, **request: Any) -> Mapping[str, Any]:
        found = self._client.get_item(TableName=request["TableName"], Key=request["Key"])
        self.units += Units(written=_written(size_of(found.get("Item", {}))))
        answer: Mapping[str, Any] = self._client.delete_item(**request)
        return answer

    def get_item(self, **request: Any) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.get_item(**request)
        self.units += Units(read=_read(size_of(answer.get("Item", {}))))
        return answer

    def batch_get_item(self, **request: Any) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._client.batch_get_item(**request)
        for name, asked in request["RequestItems"].items():
            found = [size_of(item) for item in answer["Responses"].get(name, [])]
            missing = [0] * (len(asked["Keys"]) - len(found))
            self.units += Units(read=sum(map(_read, [*found, *missing])))
        return answer

    def _note_write(self, item: Item) -> None:
        size = size_of(item)
        kind = item["pk"]["S"].partition(":")[0]
        until = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
        kept = {kind: (size + ITEM_OVERHEAD, until - self._clock.now())}
        self.units += Units(written=_written(size), kept=kept)
