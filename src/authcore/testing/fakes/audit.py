"""An audit log and a counter that tests can read."""

import threading
from collections import Counter

from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.ports.audit import AuditLog, DecisionCounter


class InMemoryAuditLog(AuditLog):
    """
    Keeps events in a list.

    Attributes:
        events: Oldest first.
    """

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        self.events.append(event)


class InMemoryDecisionCounter(DecisionCounter):
    """
    Counts in a dictionary.

    Attributes:
        counts: Number of decisions by action, outcome and reason.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[tuple[str, Outcome, str]] = Counter()

    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """See the port."""
        with self._lock:
            self.counts[action, outcome, reason] += 1
