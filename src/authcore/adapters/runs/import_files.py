"""The files that a run makes of its plan: parts to import, and what was rejected."""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.runs.whole_file import WholeFile
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import NewPoolUser, PlannedUser
from authcore.domain.model.reasons.move_reasons import sentence_of
from authcore.domain.services.moves.import_parts import ImportPart, part_name
from authcore.domain.services.moves.import_rows import MAX_BYTES, MAX_ROWS, ImportRows
from authcore.ports.move_runs import RunStore


REJECTED: Final = "rejected.csv"
HEADER: Final = ("legacy_uid", "place", "reason", "sentence")

FOR_THE_OWNER: Final = 0o700

SHOWN_EVERY: Final = 1_000
"""Rows between two calls of *on_rows*."""

_STARTS_A_FORMULA: Final = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""The last four are full-width forms, which some spreadsheets read as the others."""


class ImportFiles:
    """
    Writes files of a run.  The same plan makes the same bytes, however often writing was killed.

    A file is written beside its place, flushed to the disk, and then renamed: it is there as a
    whole or not at all.  All of them are readable by their owner only; the parts hold all that the
    pool gets of its users.
    """

    def __init__(
        self, folder: Path, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
    ) -> None:
        """
        Write to *folder*.

        Args:
            folder: Created where it is missing; of one run alone.

            max_rows: Users of one part; Cognito's limit by default.

            max_bytes: Of one part; Cognito's limit by default.
        """
        self.folder = folder
        self._max_rows = max_rows
        self._max_bytes = max_bytes

    def write(
        self,
        store: RunStore,
        rows: ImportRows | None,
        on_rows: Callable[[int], None] = lambda _: None,
    ) -> None:
        """
        Write ``rejected.csv``, and with *rows* the parts, which the run's notes then name.

        Args:
            store: Of a run whose plan is complete.

            rows: None for a target that needs no files.

            on_rows: Told how many rows of the plan are done, now and then; by default nothing is.

        Raises:
            ConfigurationError: The folder cannot be written to.
        """
        with self._usable(), ExitStack() as files:
            self.folder.mkdir(FOR_THE_OWNER, parents=True, exist_ok=True)
            rejected = files.enter_context(closing(_RejectedRows(self.folder / REJECTED)))
            parts = files.enter_context(
                closing(_Parts(self.folder, rows, self._max_rows, self._max_bytes))
            )
            for planned in store.planned():
                if planned.user is None:
                    rejected.add(planned)
                else:
                    parts.add(planned.number, planned.user)
                if planned.number % SHOWN_EVERY == 0:
                    on_rows(planned.number)
            rejected.end()
            parts.end()
            self._remove_others(parts.written)
        for part in parts.written:
            store.note(part.name, part.as_note())

    def _remove_others(self, parts: list[ImportPart]) -> None:
        """Remove what a killed process left, and flush the names to the disk."""
        names = {part.name for part in parts}
        for file in self.folder.glob("part-*"):
            if file.name not in names:
                file.unlink()
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                [f"the files of the run cannot be written to {self.folder}: {error.strerror}"]
            ) from None


class _Parts:
    """Rows in one part after the other."""

    def __init__(
        self, folder: Path, rows: ImportRows | None, max_rows: int, max_bytes: int
    ) -> None:
        self.written: list[ImportPart] = []
        self._folder = folder
        self._rows = rows
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._part: _Part | None = None

    def add(self, number: int, user: NewPoolUser) -> None:
        if self._rows is None:
            return
        row = f"{self._rows.row(user)}\n".encode()
        if self._part is not None and self._is_full(self._part, row):
            self.end()
        if self._part is None:
            header = f"{self._rows.first_row()}\n".encode()
            self._part = _Part(self._folder / part_name(len(self.written) + 1), header, number)
        self._part.add(number, row)

    def end(self) -> None:
        if self._part is not None:
            self.written.append(self._part.end())
            self._part = None

    def close(self) -> None:
        if self._part is not None:
            self._part.close()

    def _is_full(self, part: "_Part", row: bytes) -> bool:
        return part.rows >= self._max_rows or part.size + len(row) > self._max_bytes


class _Part:
    """One part, while it is written."""

    def __init__(self, path: Path, header: bytes, first: int) -> None:
        self.rows = 0
        self.size = 0
        self._name = path.name
        self._first = self._last = first
        self._digest = sha256()
        self._file = WholeFile(path)
        self.close = self._file.close
        self._write(header)

    def add(self, number: int, row: bytes) -> None:
        self._write(row)
        self.rows += 1
        self._last = number

    def end(self) -> ImportPart:
        self._file.keep()
        return ImportPart(
            name=self._name,
            first=self._first,
            last=self._last,
            rows=self.rows,
            sha256=self._digest.hexdigest(),
        )

    def _write(self, row: bytes) -> None:
        self._file.write(row)
        self._digest.update(row)
        self.size += len(row)


class _RejectedRows:
    """Rows of ``rejected.csv``: ids and reasons, and nothing else of an account."""

    def __init__(self, path: Path) -> None:
        self._file = WholeFile(path)
        self.end = self._file.keep
        self.close = self._file.close
        self._rows = csv.writer(_Encoded(self._file), lineterminator="\n")
        self._rows.writerow(HEADER)

    def add(self, planned: PlannedUser) -> None:
        sentence = sentence_of(planned.reason)
        cells = (planned.legacy_uid or "", planned.place or "", planned.reason, sentence)
        self._rows.writerow(map(_plain, cells))


@attrs.frozen
class _Encoded:
    """Takes what the csv module writes."""

    file: WholeFile

    def write(self, text: str) -> None:
        self.file.write(text.encode("utf-8", "backslashreplace"))


def _plain(cell: str) -> str:
    """Return *cell* with an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
