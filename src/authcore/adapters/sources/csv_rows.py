"""CSV with a header line.  See: RFC 4180."""

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO, Final

from authcore.adapters.sources.paging import Row
from authcore.adapters.sources.row_reader import RowReader
from authcore.domain.errors import ConfigurationError


MAX_RECORD_BYTES: Final = 65_536
"""Of one record, its quoted line breaks included: also what an unclosed quote can swallow."""

_SOURCE: Final = "AUTHCORE_SOURCE_FILE"


class CsvRows:
    """
    Reads a file from *offset* on, by the header at its beginning.

    A record that breaks the form stops everything: where the next one begins is not known, and a
    display name could pretend to be a row.

    Attributes:
        offset: Behind the record that was read last, in bytes.
        line: Number of the line in which that record ends, from 1.
    """

    __slots__ = ("_file", "_left", "_reader", "_rows", "line", "offset")

    def __init__(self, file: BinaryIO, offset: int, line: int) -> None:
        """
        Begin at *offset*, behind *line*; at 0 and 0 behind the header.

        Raises:
            ConfigurationError: The header is none.
        """
        self._file = file
        self._rows = csv.reader(self._lines(), strict=True)
        self.offset = self.line = 0
        self._left = MAX_RECORD_BYTES
        file.seek(0)
        self._reader = RowReader(self._next() or [], source=_SOURCE, place="line")
        if offset:
            file.seek(offset)
            self.offset, self.line = offset, line

    def rows(self) -> Iterator[Row]:
        """
        Yield what each record holds; empty lines are left out.

        Raises:
            ConfigurationError: A record breaks the form, or is too long.
        """
        began = self.line + 1
        while (record := self._next()) is not None:
            if len(record) == self._reader.columns:
                yield self._reader.read(record, began)
            elif record:
                yield self._reader.refuse(began, "row_incomplete")
            began = self.line + 1

    def _next(self) -> list[str] | None:
        self._left = MAX_RECORD_BYTES
        began = self.line + 1
        try:
            return next(self._rows, None)
        except csv.Error:
            raise ConfigurationError(
                [f"{_SOURCE}: the record at line {began} is not CSV: look at its quotes"]
            ) from None

    def _lines(self) -> Iterator[str]:
        while octets := self._file.readline(self._left + 1):
            self._left -= len(octets)
            if self._left < 0:
                raise ConfigurationError([_too_long(self.line + 1)])
            self.offset += len(octets)
            self.line += 1
            text = octets.removeprefix(codecs.BOM_UTF8) if self.line == 1 else octets
            yield text.decode("utf-8", "surrogateescape")


def _too_long(line: int) -> str:
    return (
        f"{_SOURCE}: the record that has line {line} is longer than {MAX_RECORD_BYTES} bytes: "
        "a quote may not be closed"
    )
