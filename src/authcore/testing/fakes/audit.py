"""An audit log that tests can read."""

from authcore.ports.audit import AuditEvent, AuditLog


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
