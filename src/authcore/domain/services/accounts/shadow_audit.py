"""The audit lines of services that only predict."""

import attrs

from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.shadow import shadow_action
from authcore.ports.audit import AuditLog


@attrs.frozen(eq=False, repr=False)
class ShadowAudit(AuditLog):
    """
    Records decisions as predictions: ``sign_up`` becomes ``sign_up_shadow``.

    Attributes:
        audit: Receives them.
    """

    audit: AuditLog

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        self.audit.record(attrs.evolve(event, action=shadow_action(event.action)))
