"""
How a database orders ids, so that a page can begin behind any of them.

Whole numbers and UUIDs in their order, texts by bytes: other collations hold two ids for one, of
which the end of a page would lose the second.  PostgreSQL says of which type the column is; SQLite
allows several, and orders numbers before texts.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import attrs

from authcore.domain.errors import ConfigurationError


KEY: Final = "legacy_uid"

Key = int | str

AFTER: Final = "after"
"""Name of the parameter."""


@attrs.frozen
class KeyOrder:
    """
    The order of one column of ids.

    Attributes:
        kinds: Python's types of its values.
        collation: Behind the column.
        parameter: The id in front of the page, as SQL.
        is_binary: Whether the parameter is the UTF-8 of a text.
    """

    kinds: frozenset[type]
    collation: str = ""
    parameter: str = f":{AFTER}"
    is_binary: bool = False

    def column(self) -> str:
        """Return the column as SQL, to compare and to order by."""
        return f"source.{KEY}{self.collation}"

    def bind(self, key: Key) -> int | str | bytes:
        """Return what the parameter takes for *key*."""
        if self.is_binary:
            return key if isinstance(key, int) else key.encode("utf-8", "surrogateescape")
        return str(key)

    def takes(self, keys: Collection[object]) -> bool:
        """Whether all *keys* are of the column's types."""
        return {*map(type, keys)} <= self.kinds


_SQLITE_NUMBERS: Final = KeyOrder(frozenset({int, str}), " COLLATE BINARY", is_binary=True)
_SQLITE_TEXTS: Final = attrs.evolve(_SQLITE_NUMBERS, parameter=f"CAST(:{AFTER} AS TEXT)")

_NUMBERS: Final = KeyOrder(frozenset({int}), parameter=f"CAST(:{AFTER} AS bigint)")
_TEXTS: Final = KeyOrder(frozenset({str}), ' COLLATE "C"', parameter=f"CAST(:{AFTER} AS text)")
_UUIDS: Final = KeyOrder(frozenset({UUID}), parameter=f"CAST(:{AFTER} AS uuid)")

_BY_TYPE: Final = {
    **dict.fromkeys((20, 21, 23), _NUMBERS),
    **dict.fromkeys((25, 1043), _TEXTS),
    2950: _UUIDS,
}
"""By ``pg_type.oid``: int8, int2, int4; text, varchar; uuid."""


def order_in_sqlite(after: Key | None) -> KeyOrder:
    """Return the order of ids in SQLite, for a page behind *after*."""
    return _SQLITE_TEXTS if isinstance(after, str) else _SQLITE_NUMBERS


def order_in_postgresql(type_code: int) -> KeyOrder:
    """
    Return the order of a column of the type *type_code*.

    Raises:
        ConfigurationError: Its values have no such order.
    """
    order = _BY_TYPE.get(type_code)
    if order is None:
        raise ConfigurationError(
            [f"{KEY} must be a whole number, a text or a UUID: cast it, as in CAST(id AS text)"]
        )
    return order
