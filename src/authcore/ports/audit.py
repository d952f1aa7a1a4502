"""The record of what was decided."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.audit import AuditEvent, Outcome


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
