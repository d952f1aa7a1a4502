"""Audit events."""

from typing import Literal

import attrs


Outcome = Literal["accepted", "rejected", "unavailable"]
"""``rejected``: a refusal.  ``unavailable``: no usable answer."""


@attrs.frozen
class AuditEvent:
    """
    One decision.  Holds no token, password, code, cookie or e-mail address.

    Attributes:
        action: What was decided, e.g. ``sign_in.complete``.
        outcome: See Outcome.
        reason: Stable code: an error's ``code``, or ``ok``.
        subject: Cognito ``sub``, once known.
        legacy_uid: Legacy id, once known.
        reference: The id that the error page shows, to find this event by.
        caller: The calling program, by the name that the settings give to its key.
        detail: More than *reason* says: ``str`` of an AuthcoreError.
    """

    action: str
    outcome: Outcome
    reason: str
    subject: str | None = None
    legacy_uid: str | None = None
    reference: str | None = None
    caller: str | None = None
    detail: str | None = None
