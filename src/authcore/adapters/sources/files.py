"""A CSV file or a file of JSON lines, as a source of users to move."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from authcore.adapters.sources.csv_rows import CsvRows
from authcore.adapters.sources.json_lines import JsonLines
from authcore.adapters.sources.paging import cut_pages, source_page
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import MAX_SOURCE_PAGE, SourcePage
from authcore.ports.user_source import UserSource


FORMATS: Final[Mapping[str, type[CsvRows] | type[JsonLines]]] = {
    ".csv": CsvRows,
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
}
"""By the end of the file's name."""

SEALED_BYTES: Final = 65_536
"""From the beginning of the file, whose digest notices a file of the same size and time."""

_CURSOR: Final = re.compile(r"(?P<seal>[0-9a-f]{32}) (?P<offset>[0-9]{1,15}) (?P<line>[0-9]{1,15})")


class FileUserSource(UserSource):
    """
    Reads the file in its order.

    A cursor holds a digest of size, time of change and beginning, so that a changed file is not
    read on.
    """

    __slots__ = ("_page_size", "_path")

    def __init__(self, path: str, *, page_size: int = MAX_SOURCE_PAGE) -> None:
        """
        Read the file at *path*.

        Args:
            path: Its name ends with one of FORMATS.

            page_size: Rows of a page, by default MAX_SOURCE_PAGE.
        """
        self._path = Path(path)
        self._page_size = page_size

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """
        See the port.

        Raises:
            ConfigurationError: The file cannot be read, is not of its format, lacks a column, or
                changed.
        """
        with self._open() as file:
            seal = _seal(file)
            offset, line = _begin(after, seal)
            reader = FORMATS[self._path.suffix](file, offset, line)
            pages = cut_pages(
                reader.rows(), self._page_size, lambda: f"{seal} {reader.offset} {reader.line}"
            )
            state = _state(file)
            for rows, following in pages:
                if _state(file) != state:
                    _refuse_change()
                yield source_page(rows, following)

    def count(self) -> int | None:
        """Return None: counting would read the file."""
        return None

    @property
    def name(self) -> str:
        """Name of the file, without its folders."""
        return self._path.name

    def fingerprint(self) -> str:
        """
        Return the digest that cursors hold.

        Raises:
            ConfigurationError: The file cannot be read.
        """
        with self._open() as file:
            return _seal(file)

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        try:
            with self._path.open("rb") as file:
                yield file
        except OSError as error:
            raise ConfigurationError(
                [f"AUTHCORE_SOURCE_FILE cannot be read: {type(error).__name__}"]
            ) from None


def _begin(after: str | None, seal: str) -> tuple[int, int]:
    if after is None:
        return 0, 0
    cursor = _CURSOR.fullmatch(after)
    if cursor is None:
        raise ConfigurationError(["the place to continue at is none of this file"])
    if cursor["seal"] != seal:
        _refuse_change()
    return int(cursor["offset"]), int(cursor["line"])


def _state(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def _seal(file: BinaryIO) -> str:
    size, changed = _state(file)
    digest = hashlib.sha256(f"{size} {changed} ".encode() + file.read(SEALED_BYTES))
    return digest.hexdigest()[:32]


def _refuse_change() -> None:
    raise ConfigurationError(
        ["the file of AUTHCORE_SOURCE_FILE changed since the run began: begin a new run"]
    )
