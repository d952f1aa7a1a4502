"""The audit stream of the past: in memory, and in files of each kind."""

import csv
import io
import json
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from authcore import __version__
from authcore.adapters.audit.history_files import FileAuditHistory
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.ocsf import OcsfFormatter
from authcore.adapters.log_format import JsonFormatter, TextFormatter
from authcore.domain.model.audit import AuditEvent
from authcore.testing.contracts.audit_history import AuditHistoryContract, Write
from authcore.testing.fakes.audit_history import InMemoryAuditHistory


class TestInMemoryAuditHistory(AuditHistoryContract):
    @pytest.fixture
    def history(self) -> InMemoryAuditHistory:
        return InMemoryAuditHistory()

    @pytest.fixture
    def write(self, history: InMemoryAuditHistory) -> Write:
        return history.add

    @pytest.fixture
    def spoil(self, history: InMemoryAuditHistory) -> Callable[[], None]:
        return history.spoil

    @pytest.fixture
    def lose(self, history: InMemoryAuditHistory) -> Callable[[], None]:
        def begin() -> None:
            history.is_readable = False

        return begin


class _InAFile(AuditHistoryContract):
    """Writes the lines that a formatter makes of LoggingAuditLog's records."""

    formatter: logging.Formatter

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "audit.log"
        path.touch()
        return path

    @pytest.fixture
    def history(self, path: Path) -> FileAuditHistory:
        return FileAuditHistory([path])

    def append(self, path: Path, line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def line(self, event: AuditEvent, at: datetime) -> str:
        lines = _Lines(self.formatter, at)
        logger = logging.getLogger("contract.audit_history")
        logger.setLevel(logging.INFO)
        logger.addHandler(lines)
        LoggingAuditLog(logger).record(event)
        logger.removeHandler(lines)
        return lines.text

    @pytest.fixture
    def write(self, path: Path) -> Write:
        return lambda event, at: self.append(path, self.line(event, at))

    @pytest.fixture
    def spoil(self, path: Path) -> Callable[[], None]:
        return lambda: self.append(path, '{"event":"audit","action":"sign_in.com')

    @pytest.fixture
    def lose(self, path: Path) -> Callable[[], None]:
        return path.unlink


class _Lines(logging.Handler):
    def __init__(self, formatter: logging.Formatter, at: datetime) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._created = at.timestamp()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        record.created = self._created
        self.text = self.format(record)


class TestJsonLines(_InAFile):
    formatter = JsonFormatter()


class TestTextLines(_InAFile):
    formatter = TextFormatter()


class TestOcsfLines(_InAFile):
    formatter = OcsfFormatter(__version__)

    @pytest.fixture
    def spoil(self, path: Path) -> Callable[[], None]:
        return lambda: self.append(path, '{"metadata":{"event_code":"sign_in.com')


class _Insights(_InAFile):
    """A table with the columns that a query without ``fields`` has."""

    formatter = JsonFormatter()

    def row(self, line: str, at: datetime) -> dict[str, str]:
        return {"@timestamp": at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], "@message": line}

    @pytest.fixture
    def rows(self) -> list[dict[str, str]]:
        return []

    @pytest.fixture
    def write(self, path: Path, rows: list[dict[str, str]]) -> Write:
        def append(event: AuditEvent, at: datetime) -> None:
            rows.append(self.row(self.line(event, at), at))
            path.write_text(self.table(rows), "utf-8")

        return append

    @pytest.fixture
    def spoil(self, path: Path, rows: list[dict[str, str]]) -> Callable[[], None]:
        def append() -> None:
            rows.append({"@timestamp": "2026-11-30 12:00:00.000", "@message": '{"event":"audit'})
            path.write_text(self.table(rows), "utf-8")

        return append

    def table(self, rows: list[dict[str, str]]) -> str:
        raise NotImplementedError


class TestInsightsCsv(_Insights):
    def table(self, rows: list[dict[str, str]]) -> str:
        stream = io.StringIO()
        writer = csv.DictWriter(stream, ("@timestamp", "@message"))
        writer.writeheader()
        writer.writerows(rows)
        return stream.getvalue()


class TestInsightsJson(_Insights):
    def table(self, rows: list[dict[str, str]]) -> str:
        return json.dumps(rows, indent=2)


class TestParsedInsightsJson(_Insights):
    """Each ``@message`` is an object of its own."""

    def table(self, rows: list[dict[str, str]]) -> str:
        return json.dumps([{**row, "@message": _parsed(row["@message"])} for row in rows])


class TestQueryResults(_Insights):
    def table(self, rows: list[dict[str, str]]) -> str:
        results = [[{"field": name, "value": row[name]} for name in row] for row in rows]
        return json.dumps({"results": results, "status": "Complete"}, indent=4)


class TestListedEvents(_Insights):
    def table(self, rows: list[dict[str, str]]) -> str:
        events = [
            {
                "timestamp": round(datetime.fromisoformat(row["@timestamp"]).timestamp() * 1000),
                "message": row["@message"],
            }
            for row in rows
        ]
        return json.dumps({"events": events})


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
