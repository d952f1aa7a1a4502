"""
A query of the operator's, as a source of users to move.

The query becomes the inner one of a query that orders by ``legacy_uid`` and leaves out what was
read before.
"""

import json
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

import attrs
from sqlalchemy import Connection, CursorResult, TextClause, text

from authcore.adapters.sources.key_order import (
    AFTER,
    KEY,
    Key,
    KeyOrder,
    order_in_postgresql,
    order_in_sqlite,
)
from authcore.adapters.sources.paging import Row, source_page
from authcore.adapters.sources.row_reader import RowReader
from authcore.adapters.sources.sql_connections import QUERY, ReadOnlyDatabase
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import MAX_SOURCE_PAGE, SourcePage, UnreadableRow
from authcore.ports.user_source import UserSource


MAX_KEY_LENGTH: Final = 300
"""Characters of an id that a cursor can hold, also as escape sequences."""


@attrs.frozen
class _Place:
    """
    Behind which row a page begins.

    Attributes:
        number: Of that row, from 1; 0 at the beginning.
        key: Its id; None at the beginning, and behind all rows with an id.
        without_id: How many rows without one lie before; None before the end of the others.
    """

    number: int = 0
    key: Key | None = attrs.field(default=None, repr=False)
    without_id: int | None = None


@attrs.frozen
class _Draft:
    """A page, and where it ends."""

    rows: list[Row] = attrs.field(repr=False)
    end: _Place


@attrs.frozen
class _Shape:
    """What the query gives."""

    reader: RowReader
    key_at: int
    order: KeyOrder


class SqlUserSource(UserSource):
    """
    Reads with a cursor of the database's, in one transaction that only reads.

    Rows of which two have the same id are no users: which one is right is not known.  Rows without
    an id come last.
    """

    __slots__ = ("_database", "_page_size", "_source")

    def __init__(
        self, database: ReadOnlyDatabase, query: str, *, page_size: int = MAX_SOURCE_PAGE
    ) -> None:
        """
        Read what *query* gives.

        Args:
            database: Of the operator's.

            query: One query, of columns that RowReader knows.

            page_size: Rows of a page, by default MAX_SOURCE_PAGE.

        Raises:
            ConfigurationError: *query* has a semicolon before its end: a second statement could end
                the transaction that only reads.
        """
        query = query.rstrip("; \t\r\n")
        if ";" in query:
            raise ConfigurationError([f"{QUERY} must be one query, without a semicolon in it"])
        self._database = database
        self._source = "(\n{}\n) AS source".format(query.replace(":", r"\:"))
        self._page_size = page_size

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """See the port."""
        begin = _Place() if after is None else _read_place(after)
        with (
            self._database.connection() as connection,
            closing(self._drafts(connection, begin)) as drafts,
        ):
            draft = None
            for following in drafts:
                if draft is not None:
                    yield source_page(draft.rows, _text(draft.end))
                draft = following
            yield source_page(draft.rows if draft else [], None)

    def count(self) -> int | None:
        """See the port."""
        with self._database.connection() as connection:
            return self._count(connection, "1 = 1")

    def _drafts(self, connection: Connection, place: _Place) -> Generator[_Draft]:
        shape = self._shape(connection, place)
        if place.without_id is None:
            for draft in self._with_ids(connection, shape, place):
                place = draft.end
                yield draft
        yield from self._without_ids(connection, shape, place)

    def _shape(self, connection: Connection, place: _Place) -> _Shape:
        self._database.watch()
        described = connection.execute(self._select("*", "1 = 0"))
        columns = list(described.keys())
        reader = RowReader(columns, source=QUERY, place="row")
        at = columns.index(KEY)
        if self._database.is_sqlite:
            return _Shape(reader, at, order_in_sqlite(place.key))
        return _Shape(reader, at, order_in_postgresql(_type_codes(described)[at]))

    def _with_ids(self, connection: Connection, shape: _Shape, place: _Place) -> Iterator[_Draft]:
        waiting: list[Sequence[Any]] = []
        for chunk in self._chunks(connection, shape.order, place.key):
            waiting += chunk
            while len(waiting) > self._page_size:
                end = _end_of_page(waiting, self._page_size, shape.key_at)
                yield (draft := _draft(waiting[:end], shape, place))
                waiting, place = waiting[end:], draft.end
        if waiting:
            yield _draft(waiting, shape, place)

    def _chunks(
        self, connection: Connection, order: KeyOrder, after: Key | None
    ) -> Iterator[Sequence[Sequence[Any]]]:
        self._database.watch()
        behind = "" if after is None else f" AND {order.column()} > {order.parameter}"
        result = connection.execute(
            self._select("*", f"source.{KEY} IS NOT NULL{behind} ORDER BY {order.column()}"),
            {} if after is None else {AFTER: order.bind(after)},
            execution_options={"stream_results": True, "max_row_buffer": self._page_size},
        )
        with closing(result):
            chunks = result.partitions(self._page_size)
            while chunk := next(chunks, None):
                yield chunk
                self._database.watch()

    def _without_ids(
        self, connection: Connection, shape: _Shape, place: _Place
    ) -> Iterator[_Draft]:
        done, number = place.without_id or 0, place.number
        total = self._count(connection, f"source.{KEY} IS NULL")
        while done < total:
            size = min(self._page_size, total - done)
            rows: list[Row] = [
                shape.reader.refuse(number + each, "row_without_id") for each in range(1, size + 1)
            ]
            done, number = done + size, number + size
            yield _Draft(rows, _Place(number, None, done))

    def _count(self, connection: Connection, condition: str) -> int:
        self._database.watch()
        return int(connection.scalar(self._select("count(*)", condition)) or 0)

    def _select(self, what: str, condition: str) -> TextClause:
        """The query is the operator's own, and its transaction only reads."""
        return text(f"SELECT {what} FROM {self._source} WHERE {condition}")  # noqa: S608


def _type_codes(described: CursorResult[Any]) -> list[int]:
    """Of the columns, by ``pg_type.oid``."""
    columns: Sequence[tuple[Any, ...]] = described.cursor.description
    return [column[1] for column in columns]


def _draft(page: Sequence[Sequence[Any]], shape: _Shape, begin: _Place) -> _Draft:
    at, read = shape.key_at, shape.reader.read
    keys = [row[at] for row in page]
    if not shape.order.takes(keys):
        raise ConfigurationError(
            [f"{QUERY}: {KEY} is neither a whole number nor a text in some rows: cast it"]
        )
    rows: list[Row] = [read(row, number) for number, row in enumerate(page, begin.number + 1)]
    if len({*keys}) < len(keys):
        repeated = {key for key, times in Counter(keys).items() if times > 1}
        for position, key in enumerate(keys):
            if key in repeated:
                number = begin.number + position + 1
                told = rows[position]
                rows[position] = UnreadableRow(
                    f"row {number}", "row_id_repeated", told.account, told.attributes
                )
    last = keys[-1]
    return _Draft(
        rows, _Place(begin.number + len(page), last if isinstance(last, int) else str(last))
    )


def _end_of_page(rows: Sequence[Sequence[Any]], size: int, at: int) -> int:
    """Return where a page of at most *size* ends: rows of one id stay together."""
    end = size
    while end and rows[end - 1][at] == rows[size][at]:
        end -= 1
    if not end:
        raise ConfigurationError([f"{QUERY}: {size} rows have the same {KEY}: a join may be wrong"])
    return end


def _text(place: _Place) -> str:
    if isinstance(place.key, str) and len(place.key) > MAX_KEY_LENGTH:
        raise ConfigurationError(
            [f"{QUERY}: {KEY} of row {place.number} is longer than {MAX_KEY_LENGTH} characters"]
        )
    return json.dumps([place.number, place.key, place.without_id])


def _read_place(cursor: str) -> _Place:
    try:
        number, key, without_id = json.loads(cursor)
    except (ValueError, TypeError):
        number, key, without_id = None, None, None
    is_place = type(number) is int and (type(key) in (int, str)) is (without_id is None)
    if not is_place or type(without_id) not in (int, type(None)):
        raise ConfigurationError(["the place to continue at is none of this query"])
    return _Place(number, key, without_id)
