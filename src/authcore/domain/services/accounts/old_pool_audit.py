"""The audit lines of moves from one pool to another."""

import attrs

from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog


@attrs.frozen(eq=False, repr=False)
class OldPoolAudit(AuditLog):
    """
    Names the pool whose ``sub`` is the legacy id of each event.

    Attributes:
        audit: Receives the events.
        old_pool: Id of the pool.
    """

    audit: AuditLog
    old_pool: str

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        self.audit.record(attrs.evolve(event, old_pool=self.old_pool))
