"""The audit log, and the counters of decisions."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.audit import AuditEvent, Outcome


class AuditLog(Protocol):
    """Records audit events."""

    __slots__ = ()

    @abstractmethod
    def record(self, event: AuditEvent) -> None:
        """Record *event*.  Never raises: a full disk must not sign users out."""


class DecisionCounter(Protocol):
    """Counts decisions that are too frequent to be logged one by one."""

    __slots__ = ()

    @abstractmethod
    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """
        Add one to the count of this combination.  Does not wait for I/O, never raises.

        Args:
            action: From a fixed list in authcore, e.g. ``guard``.

            outcome: See Outcome.

            reason: Stable code from a fixed list in authcore, never text from a request.
        """
