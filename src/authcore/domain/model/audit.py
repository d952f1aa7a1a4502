"""Audit events."""

from typing import Literal

import attrs


Outcome = Literal["accepted", "rejected", "unavailable"]
"""``rejected``: the answer was no.  ``unavailable``: there was no answer."""


@attrs.frozen
class AuditEvent:
    """
    One decision.  Holds no token, password, code, cookie or e-mail address.

    Attributes:
        action: What was asked, e.g. ``sign_in.complete``.
        outcome: See Outcome.
        reason: Stable code: an error's ``code``, or ``ok``.
        subject: Cognito ``sub``, once known.
        legacy_uid: Legacy id, once known.
        reference: What a person sees on the error page, to find this event by.
        caller: The program that asked, by the name that settings give its key.
        detail: What *reason* leaves open, in our own words: ``str`` of an error of ours.
    """

    action: str
    outcome: Outcome
    reason: str
    subject: str | None = None
    legacy_uid: str | None = None
    reference: str | None = None
    caller: str | None = None
    detail: str | None = None
