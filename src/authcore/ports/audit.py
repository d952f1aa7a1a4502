"""The record of what was decided."""

from abc import abstractmethod
from typing import Literal, Protocol

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


class AuditLog(Protocol):
    """Takes note of decisions."""

    __slots__ = ()

    @abstractmethod
    def record(self, event: AuditEvent) -> None:
        """Keep *event*.  Never raises: a full disk must not sign users out."""


class DecisionCounter(Protocol):
    """Counts decisions that are too many to be written down one by one."""

    __slots__ = ()

    @abstractmethod
    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """
        One more of these.  Returns at once, never raises.

        Args:
            action: From a short list of ours, e.g. ``guard``.

            outcome: See Outcome.

            reason: Stable code; from a short list of ours, never from a request.
        """
