"""What a guard counts and records in this process, for the application that embeds it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from authcore.adapters.audit.counters import CountingAuditLog, ProcessDecisionCounter, Series
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.stream import AuditStream, Subscriber
from authcore.domain.model.shadow import Mode
from authcore.ports.audit import AuditLog


if TYPE_CHECKING:
    from prometheus_client.registry import Collector


Counts: TypeAlias = Mapping[Series, int]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Telemetry:
    """
    The counters and the audit stream of one guard, in this process.

    Attributes:
        counter: Counts decisions.
        audit_counter: Counts audit events.
        stream: Receives audit events, and passes them to ``authcore.audit`` and to subscribers.
        mode: Whether the guard enforces, the default, or only observes.
    """

    counter: ProcessDecisionCounter = attrs.field(factory=ProcessDecisionCounter)
    audit_counter: ProcessDecisionCounter = attrs.field(factory=ProcessDecisionCounter)
    stream: AuditStream = attrs.field(factory=lambda: AuditStream(LoggingAuditLog()))
    mode: Mode = "enforce"

    @property
    def audit(self) -> AuditLog:
        """Where the guard records."""
        return CountingAuditLog(self.stream, self.audit_counter)

    def counts(self) -> Counts:
        """
        Count decisions by action, outcome and reason, from the start of the process.

        ``("guard", "accepted", "legacy_session")`` is the number of requests that the old login
        admitted.
        """
        return self.counter.counts()

    def audit_counts(self) -> Counts:
        """Count audit events by action, outcome and reason, from the start of the process."""
        return self.audit_counter.counts()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call *subscriber* with each audit event; see AuditStream.  Call the result to stop."""
        return self.stream.subscribe(subscriber)

    def collector(self) -> "Collector":
        """
        Make a collector of decisions, audit events, the durations of outside calls and the build.

        Register it once: ``REGISTRY.register(guard.telemetry.collector())``.

        Raises:
            ImportError: prometheus_client is not installed.
        """
        from authcore_guard.guard_metrics import GuardCollector  # noqa: PLC0415 - of web's extra

        return GuardCollector(self)
