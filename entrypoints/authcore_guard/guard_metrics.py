"""
The counters of a guard as Prometheus metrics.

The only module of the guards that imports prometheus_client, which the application installs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from authcore import __version__
from authcore.adapters.prometheus import shared_families


if TYPE_CHECKING:
    from authcore_guard.telemetry import Telemetry


class GuardCollector(Collector):
    """
    Collects the counters of one guard, and the durations of the outside calls of this process,
    under the names that the auth service's ``/metrics`` has.

    Labels come from short fixed lists: none holds a part of a request or the id of a user.
    """

    def __init__(self, telemetry: "Telemetry") -> None:
        """Collect from *telemetry*."""
        self._telemetry = telemetry

    def collect(self) -> Iterable[Metric]:
        """See: prometheus_client.registry.Collector."""
        telemetry = self._telemetry
        yield from shared_families(telemetry.counts(), telemetry.audit_counts(), __version__)
        mode = GaugeMetricFamily("authcore_guard_mode", "What this guard does.", labels=("mode",))
        mode.add_metric((telemetry.mode,), 1)
        yield mode
