"""What the audit logs and guards of a stack said, by its movable clock, for ``authcore move``."""

import json
import logging
import threading
from collections import Counter, deque
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from authcore.adapters.audit.counters import ProcessDecisionCounter
from authcore.adapters.audit.log import LOGGER, LoggingAuditLog
from authcore.adapters.log_format import JsonFormatter
from authcore.adapters.prometheus import WATCHED
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.ports.system import Clock


MAX_LINES: Final = 100_000
AUDIT_FILE: Final = "audit.jsonl"
COUNTS_FILE: Final = "counts.json"

Series = tuple[str, Outcome, str]


class History(logging.Handler):
    """
    Keeps audit lines, and counts of decisions per day, in the forms in which production keeps them.

    Lines are those of JsonFormatter; counts are the answer of Prometheus to a range query, with a 0
    for each day that was watched.  Safe to share between threads.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self._clock = clock
        self._began = clock.now().date()
        self._counts: Counter[tuple[date, Series]] = Counter()
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._guard = threading.Lock()
        logger = logging.Logger(LOGGER, logging.INFO)  # noqa: LOG001 - handlers of the process hear the other one
        logger.addHandler(self)
        self._log = LoggingAuditLog(logger)

    def note(self, event: AuditEvent) -> None:
        """Keep the line of *event*."""
        self._log.record(event)

    def emit(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``."""
        record.created = self._clock.now().timestamp()
        with self._guard:
            self._lines.append(self.format(record))

    def count(self, series: Series) -> None:
        """Count a decision."""
        with self._guard:
            self._counts[self._clock.now().date(), series] += 1

    def write(self, folder: Path) -> None:
        """Write AUDIT_FILE and COUNTS_FILE into *folder*."""
        with self._guard:
            lines, counts = list(self._lines), dict(self._counts)
        answer = _range_answer(counts, self._began, self._clock.now().date())
        replace_file(folder / AUDIT_FILE, "".join(f"{line}\n" for line in lines))
        replace_file(folder / COUNTS_FILE, json.dumps(answer, indent=1) + "\n")


def replace_file(path: Path, text: str) -> None:
    """Write *text* so that no reader meets a part of it; only the owner may read the file."""
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


class DatedCounter(ProcessDecisionCounter):
    """Counts in *history*, too."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """See the port."""
        super().count(action, outcome, reason)
        self._history.count((action, outcome, reason))


def _range_answer(
    counts: Mapping[tuple[date, Series], int], began: date, today: date
) -> Mapping[str, object]:
    days = [began + timedelta(days=number) for number in range((today - began).days + 1)]
    series = sorted({*WATCHED, *(each for _, each in counts)})
    result = [
        {
            "metric": {"metric": "decisions", "action": action, "outcome": outcome, "reason": why},
            "values": [
                [_end_of(day), str(counts.get((day, (action, outcome, why)), 0))] for day in days
            ],
        }
        for action, outcome, why in series
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def _end_of(day: date) -> int:
    return int((datetime.combine(day, time(), UTC) + timedelta(days=1)).timestamp())
