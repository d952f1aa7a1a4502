"""The record of what was decided."""

from abc import abstractmethod
from typing import Literal, Protocol

import attrs


@attrs.frozen
class AuditEvent:
    """
    One decision.  Holds no token, password, code, cookie or e-mail address.

    Attributes:
        action: What was asked, e.g. ``sign_in.complete``.
        outcome: ``accepted``, ``rejected`` (the answer was no), or ``unavailable`` (no answer).
        reason: Stable code: an error's ``code``, or ``ok``.
        subject: Cognito ``sub``, once known.
        legacy_uid: Legacy id, once known.
        reference: What a person sees on the error page, to find this event by.
    """

    action: str
    outcome: Literal["accepted", "rejected", "unavailable"]
    reason: str
    subject: str | None = None
    legacy_uid: str | None = None
    reference: str | None = None


class AuditLog(Protocol):
    """Takes note of decisions."""

    __slots__ = ()

    @abstractmethod
    def record(self, event: AuditEvent) -> None:
        """Keep *event*.  Never raises: a full disk must not sign users out."""
