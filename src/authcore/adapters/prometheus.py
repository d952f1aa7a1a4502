"""
Metrics that the auth service and the guards expose alike, as prometheus_client collects them.

Labels come from short fixed lists, and the names of callers from settings: no label holds a part of
a request or the id of a user.

See: Prometheus "Exposition formats", "Histograms and summaries".
"""

import platform
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final, TypeAlias, TypeVar

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from authcore.adapters.audit.counters import Series
from authcore.adapters.durations import BOUNDS, Distribution
from authcore.adapters.outside_calls import DURATIONS
from authcore.domain.model.audit import Outcome


Labels = TypeVar("Labels", bound=tuple[str, ...])
Counts: TypeAlias = Mapping[Series, int]

OUTCOMES: Final[tuple[Outcome, ...]] = ("accepted", "rejected", "unavailable", "misconfigured")

ALERTED: Final[frozenset[Series]] = frozenset(
    {
        ("profile.webhook", "rejected", "webhook_rejected"),
        ("sign_out.provider", "unavailable", "provider_unavailable"),
        ("verify.caller", "rejected", "caller_rejected"),
    }
)
"""
Series that rules of deploy/observability/alerts.yaml name with their reasons.

They exist from the start: Prometheus sees no increase in a series that begins with one.
"""

WATCHED: Final[frozenset[Series]] = frozenset({("guard", "accepted", "legacy_session")})
"""
Series of decisions that exist from the start, for the same reason.

The old login is switched off once this one does not increase: the only request that a process
admitted must be seen.
"""

_LABELS: Final = ("action", "outcome", "reason")
_LAST_BOUND: Final = "+Inf"


def shared_families(decisions: Counts, audit_events: Counts, version: str) -> Iterable[Metric]:
    """Yield counts of decisions and audit events, durations of outside calls, and *version*."""
    watched = {**dict.fromkeys(WATCHED, 0), **decisions}
    yield _counter("authcore_decisions", "Decisions about requests.", watched)
    from_zero = {**dict.fromkeys(ALERTED, 0), **audit_events}
    yield _counter("authcore_audit_events", "Lines of the audit log.", from_zero)
    yield _outcomes("authcore_decision_outcomes", "Decisions by outcome alone.", decisions)
    yield _outcomes("authcore_audit_outcomes", "Audit lines by outcome alone.", audit_events)
    yield histogram(
        "authcore_outside_call_duration_seconds",
        "Time of calls to other systems.",
        ("partner", "outcome"),
        DURATIONS.distributions(),
    )
    yield _build_info(version)


def histogram(
    name: str,
    sentence: str,
    labels: tuple[str, ...],
    distributions: Mapping[Labels, Distribution],
) -> Metric:
    """Make a histogram of *distributions*, by the values of *labels*."""
    family = HistogramMetricFamily(name, sentence, labels=labels)
    bounds = (*map(str, BOUNDS), _LAST_BOUND)
    for values, found in sorted(distributions.items()):
        buckets = list(zip(bounds, map(float, accumulate(found.counts)), strict=True))
        family.add_metric(values, buckets, found.seconds)
    return family


def _build_info(version: str) -> Metric:
    """Make a gauge of 1, whose labels say what runs."""
    family = GaugeMetricFamily(
        "authcore_build_info", "What this process runs.", labels=("version", "python")
    )
    family.add_metric((version, platform.python_version()), 1)
    return family


def _counter(name: str, sentence: str, counts: Counts) -> Metric:
    family = CounterMetricFamily(name, sentence, labels=_LABELS)
    for labels, number in sorted(counts.items()):
        family.add_metric(labels, number)
    return family


def _outcomes(name: str, sentence: str, counts: Counts) -> Metric:
    """Count by outcome, every one from zero: an alert must see the first ``misconfigured``."""
    family = CounterMetricFamily(name, sentence, labels=("outcome",))
    for outcome in OUTCOMES:
        number = sum(each for (_, ended, _), each in counts.items() if ended == outcome)
        family.add_metric((outcome,), number)
    return family
