"""What commands for administrators work with."""

import attrs

from authcore.domain.services.sign_out import SignOutEverywhere
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import SeenBefore


@attrs.frozen
class BegunCreates:
    """
    What the linking function remembers of creates whose outcome it does not know.

    Attributes:
        intents: The memory.
        issuer: Of the pool.
        audit: Learns of what was allowed.
    """

    intents: SeenBefore
    issuer: str
    audit: AuditLog


@attrs.frozen
class SessionTools:
    """
    What ends sessions.

    Attributes:
        everywhere: Ends all of a user's.
        at_once: Whether tokens that are out end too.
    """

    everywhere: SignOutEverywhere
    at_once: bool
