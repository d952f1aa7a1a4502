"""
The counters of a guard as Prometheus metrics.

The only module of the guards that imports prometheus_client, which the application installs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector


if TYPE_CHECKING:
    from authcore_guard.telemetry import Counts, Telemetry


_LABELS: Final = ("action", "outcome", "reason")


class GuardCollector(Collector):
    """
    Collects the counters of one guard, under the names that the auth service's ``/metrics`` has.

    Labels come from short fixed lists: none holds a part of a request or the id of a user.
    """

    def __init__(self, telemetry: "Telemetry") -> None:
        """Collect from *telemetry*."""
        self._telemetry = telemetry

    def collect(self) -> Iterable[Metric]:
        """See: prometheus_client.registry.Collector."""
        telemetry = self._telemetry
        yield _family("authcore_decisions", "Decisions about requests.", telemetry.counts())
        yield _family("authcore_audit_events", "Lines of the audit log.", telemetry.audit_counts())


def _family(name: str, sentence: str, counts: "Counts") -> Metric:
    family = CounterMetricFamily(name, sentence, labels=_LABELS)
    for labels, number in sorted(counts.items()):
        family.add_metric(labels, number)
    return family
