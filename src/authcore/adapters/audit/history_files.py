"""
The audit stream of the past in files.

Each file is one of: lines, as a process, a log collector or an export to a bucket writes them
(JSON, OCSF, embedded metrics, also behind a prefix); the table that CloudWatch Logs Insights
exports, as CSV or JSON; what ``aws logs get-query-results`` or ``filter-log-events`` prints; what
Prometheus answers to a range query.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from authcore.adapters.audit.history_members import LineError, entry_of
from authcore.adapters.audit.history_prometheus import is_range_answer, prometheus_entries
from authcore.adapters.audit.history_repeats import RepeatedLines
from authcore.adapters.audit.history_rows import Dated, members_of_row, members_of_text
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.trends import HistoryLine, RepeatedLine, UnreadableLine
from authcore.ports.audit_history import AuditHistory


MAX_LINE: Final = 1 << 18
"""Bytes of a line, as of an event in CloudWatch Logs; a longer one is passed over."""

MAX_DOCUMENT: Final = 1 << 26
"""Bytes of a file that is one JSON document, which is read as a whole."""

_GZIP: Final = b"\x1f\x8b"

_DOCUMENT: Final = re.compile(
    rb'\[\s*[\[{\]]|\{\s*"(?:results|events)"|\{\s*"status"\s*:\s*"success"|\{\r?\n'
)
"""
An array, what the AWS CLI prints or Prometheus answers, any object over several lines; no prefix
like ``[INFO]``.
"""

_OWN_TIME: Final = frozenset({"timestamp", "time", "_aws"})
"""Members that hold a line's own time; without one a line is known by the time of its place."""


@attrs.frozen
class Counted:
    """
    Counters of processes.

    Attributes:
        answer: Of Prometheus, to a range query.
    """

    answer: object


Read = tuple[str, Dated | LineError | Counted | None]
"""Place, and what stands there."""


class FileAuditHistory(AuditHistory):
    """Reads files one after the other, each in the form that its beginning shows."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """
        Read *paths*.

        Args:
            paths: Files; not compressed.
        """
        self._paths = paths

    def lines(self) -> Iterator[HistoryLine]:
        """See the port."""
        repeats = RepeatedLines()
        for path in self._paths:
            try:
                with path.open("rb") as file:
                    yield from _lines(path, file, repeats)
            except OSError as error:
                cause = error.strerror or "not readable"
                raise ConfigurationError([f"{path} cannot be read: {cause}"]) from None


def _lines(path: Path, file: BinaryIO, repeats: RepeatedLines) -> Iterator[HistoryLine]:
    for place, found in _read(path, file):
        if found is None:
            continue
        if isinstance(found, Counted):
            yield from prometheus_entries(found.answer, path.name)
            continue
        try:
            if isinstance(found, LineError):
                raise found
            members, at = found
            entry = entry_of(members, at)
        except LineError as error:
            yield UnreadableLine(f"{path.name} {place}", error.fault)
            continue
        if entry is None:
            continue
        is_repeated = repeats.has_read(members, None if _OWN_TIME & members.keys() else at)
        yield RepeatedLine(f"{path.name} {place}") if is_repeated else entry


def _read(path: Path, file: BinaryIO) -> Iterator[Read]:
    start = file.read(MAX_LINE)
    file.seek(0)
    if start.startswith(_GZIP):
        raise ConfigurationError([f"{path} is compressed: unpack it first, e.g. with gunzip"])
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _DOCUMENT.match(head):
        return _document_rows(path, file)
    first_line = head.partition(b"\n")[0]
    is_table = b"@message" in first_line and not first_line.startswith(b"{")
    if is_table or first_line.startswith((b"@timestamp,", b'"@timestamp",')):
        return _csv_rows(file)
    return _text_lines(file)


def _text_lines(file: BinaryIO) -> Iterator[Read]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield f"line {number}", LineError("line_too_long")
            continue
        yield f"line {number}", _or_error(line)


def _or_error(line: bytes) -> Dated | LineError | None:
    try:
        return members_of_text(line.rstrip())
    except LineError as error:
        return error


def _csv_rows(file: BinaryIO) -> Iterator[Read]:
    csv.field_size_limit(MAX_LINE)
    pieces = iter(lambda: file.readline(MAX_LINE), b"")
    rows = csv.DictReader(piece.decode("utf-8-sig", "replace") for piece in pieces)
    while True:
        place = f"row {rows.line_num + 1}"
        try:
            row = next(rows, None)
        except csv.Error:
            yield place, LineError("line_too_long")
            continue
        if row is None:
            return
        yield place, _row_or_error({name: value for name, value in row.items() if name})


def _document_rows(path: Path, file: BinaryIO) -> Iterator[Read]:
    text = file.read(MAX_DOCUMENT + 1)
    if len(text) > MAX_DOCUMENT:
        raise ConfigurationError(
            [f"{path} is one JSON document of more than {MAX_DOCUMENT >> 20} MiB: export less"]
        )
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        yield "document", LineError("not_json")
        return
    if is_range_answer(document):
        yield "document", Counted(document)
        return
    for number, row in enumerate(_rows_of(document), 1):
        yield f"row {number}", _row_or_error(row)


def _rows_of(document: object) -> Iterable[Mapping[str, object]]:
    """Return the rows of an exported table, of query results, or of listed events."""
    if isinstance(document, Mapping):
        listed = document.get("results", document.get("events", [document]))
        document = listed if isinstance(listed, list) else []
    rows = document if isinstance(document, list) else []
    return [row for each in rows if isinstance(row := _name_fields(each), Mapping)]


def _name_fields(row: object) -> object:
    """Return the fields of a query's result by their names."""
    if not isinstance(row, list):
        return row
    fields = (each for each in row if isinstance(each, Mapping))
    return {str(each.get("field")): each.get("value") for each in fields}


def _row_or_error(row: Mapping[str, object]) -> Dated | LineError | None:
    try:
        return members_of_row(row)
    except LineError as error:
        return error
