"""An audit stream of the past that tests write."""

from collections.abc import Iterator
from datetime import datetime

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.trends import AuditEntry, HistoryLine, RepeatedLine, UnreadableLine
from authcore.ports.audit_history import AuditHistory


class InMemoryAuditHistory(AuditHistory):
    """
    Keeps lines in a list.

    Attributes:
        kept: In order.
        is_readable: False for a history of which no line can be read.
    """

    def __init__(self) -> None:
        self.kept: list[HistoryLine] = []
        self.is_readable = True
        self._seen: set[tuple[AuditEvent, datetime]] = set()

    def add(self, event: AuditEvent, at: datetime) -> None:
        """Keep the line of *event*."""
        if (event, at) in self._seen:
            self.kept.append(RepeatedLine(f"line {len(self.kept) + 1}"))
            return
        self._seen.add((event, at))
        entry = AuditEntry(
            day=at.date(),
            action=event.action,
            outcome=event.outcome,
            reason=event.reason,
            subject=event.subject,
            legacy_uid=event.legacy_uid,
        )
        self.kept.append(entry)

    def spoil(self) -> None:
        """Keep a line that cannot be read."""
        self.kept.append(UnreadableLine(f"line {len(self.kept) + 1}", "not_json"))

    def lines(self) -> Iterator[HistoryLine]:
        """See the port."""
        if not self.is_readable:
            raise ConfigurationError(["the history is set to be unreadable"])
        yield from self.kept
