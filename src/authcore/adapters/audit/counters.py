"""Counters of decisions and audit events, in this process."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Final

from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.ports.audit import AuditLog, DecisionCounter


MAX_SERIES: Final = 1_000
"""Far more than there are reasons; further combinations are counted as OTHER."""

OTHER: Final = "other"

Series = tuple[str, Outcome, str]


class ProcessDecisionCounter(DecisionCounter):
    """Counts from the start of the process."""

    def __init__(self) -> None:
        self._counts: Counter[Series] = Counter()
        self._lock = threading.Lock()

    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """See the port."""
        series = (action, outcome, reason)
        with self._lock:
            if series not in self._counts and len(self._counts) >= MAX_SERIES:
                series = (action, outcome, OTHER)
            self._counts[series] += 1

    def counts(self) -> Mapping[Series, int]:
        """Number of decisions by action, outcome and reason."""
        with self._lock:
            return dict(self._counts)


class CountingAuditLog(AuditLog):
    """Counts events by action, outcome and reason, and passes them to another log."""

    def __init__(self, log: AuditLog, counter: DecisionCounter) -> None:
        """
        Count the events of *log*.

        Args:
            log: Receives the events.

            counter: Counts them.
        """
        self._log = log
        self._counter = counter

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        self._counter.count(event.action, event.outcome, event.reason)
        self._log.record(event)
