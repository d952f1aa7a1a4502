"""JSON lines: one object a line, of which the members are columns."""

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO, Final

from authcore.adapters.json_hooks import refuse_constant, unique_members
from authcore.adapters.sources.paging import Row
from authcore.adapters.sources.row_reader import REQUIRED, RowReader, tell_account, tell_names
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import UnreadableRow


MAX_LINE_BYTES: Final = 65_536
"""Of one line; a longer one is skipped in pieces of this size, and named."""

MAX_SHAPES: Final = 256
"""Sets of members that are kept apart at once."""

_SPACE: Final = b" \t\r\n"


class JsonLines:
    """
    Reads a file from *offset* on.

    Attributes:
        offset: Behind the line that was read last, in bytes.
        line: Number of that line, from 1.
    """

    __slots__ = ("_decoder", "_file", "_readers", "line", "offset")

    def __init__(self, file: BinaryIO, offset: int, line: int) -> None:
        """Begin at *offset*, behind *line*."""
        self.offset = offset
        self.line = line
        self._file = file
        self._readers: dict[tuple[str, ...], RowReader | None] = {}
        self._decoder = json.JSONDecoder(
            object_pairs_hook=unique_members, parse_constant=refuse_constant
        )
        file.seek(offset)

    def rows(self) -> Iterator[Row]:
        """
        Yield what each line holds; blank ones are left out.

        Raises:
            ConfigurationError: The first line has other members than columns.
        """
        while octets := self._file.readline(MAX_LINE_BYTES):
            self.line += 1
            self.offset += len(octets)
            if len(octets) == MAX_LINE_BYTES and not octets.endswith(b"\n"):
                self._skip()
                yield self._refuse("row_too_long")
            elif text := octets.strip(_SPACE):
                yield self._read(text.removeprefix(codecs.BOM_UTF8) if self.line == 1 else text)

    def _skip(self) -> None:
        """Read on to the end of the line, in bounded memory."""
        while octets := self._file.readline(MAX_LINE_BYTES):
            self.offset += len(octets)
            if octets.endswith(b"\n"):
                return

    def _read(self, octets: bytes) -> Row:
        try:
            members = self._decoder.decode(octets.decode())
        except (ValueError, RecursionError):
            return self._refuse("row_unreadable")
        if not isinstance(members, dict):
            return self._refuse("row_unreadable")
        names = tuple(members)
        if names not in self._readers:
            self._keep(names)
        reader = self._readers[names]
        if reader is None:
            told = tell_account(*map(members.get, REQUIRED[:4]))
            return UnreadableRow(f"line {self.line}", "row_incomplete", told, tell_names(members))
        return reader.read(tuple(members.values()), self.line)

    def _keep(self, names: tuple[str, ...]) -> None:
        """Keep what reads objects of these members; the first line says what the file is."""
        if len(self._readers) >= MAX_SHAPES:
            self._readers.clear()
        try:
            self._readers[names] = RowReader(names, source="AUTHCORE_SOURCE_FILE", place="line")
        except ConfigurationError:
            if self.line == 1:
                raise
            self._readers[names] = None

    def _refuse(self, reason: str) -> UnreadableRow:
        return UnreadableRow(f"line {self.line}", reason)
