"""
Metrics of this process, in Prometheus' text format.

Counters start at zero with the process.  Labels come from short fixed lists, and the names of
callers from settings: no label holds a part of a request or the id of a user.

See: Prometheus "Exposition formats".
"""

from collections.abc import Callable, Iterable
from typing import Final

import attrs
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from authcore import __version__
from authcore.adapters.durations import Durations
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.prometheus import Counts, histogram, shared_families
from authcore.adapters.worker_threads import WorkerThreads


MEDIA_TYPE: Final = CONTENT_TYPE_LATEST


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Metrics(Collector):
    """
    Collects counts and measurements of other parts.

    Attributes:
        decisions: Of guards, and of ``/auth/verify`` by caller.
        audit_events: Lines of the audit log.
        requests: Durations by route and class of the status.
        threads: Where requests, and webhooks, wait for other systems.
        keys: The issuer's.
        token_caches: Of verified tokens.
    """

    _decisions: Callable[[], Counts]
    _audit_events: Callable[[], Counts]
    _requests: Durations[tuple[str, str]]
    _threads: Iterable[WorkerThreads]
    _keys: KeyCache
    _token_caches: Iterable[CachingSignatureVerifier]

    def text(self) -> bytes:
        """Render all metrics, and the memory and CPU time of this process."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def collect(self) -> Iterable[Metric]:
        """See: prometheus_client.registry.Collector."""
        yield from shared_families(self._decisions(), self._audit_events(), __version__)
        yield histogram(
            "authcore_request_duration_seconds",
            "Time until a request is answered.",
            ("route", "status"),
            self._requests.distributions(),
        )
        yield GaugeMetricFamily(
            "authcore_worker_threads_busy",
            "Requests that wait for another system in a thread.",
            value=sum(each.busy for each in self._threads),
        )
        yield GaugeMetricFamily(
            "authcore_worker_threads_waiting",
            "Requests that wait for a thread.",
            value=sum(each.waiting for each in self._threads),
        )
        yield from self._key_age()
        yield from self._cache_sizes()

    def _key_age(self) -> Iterable[Metric]:
        """Yield nothing while there are no keys: an age of zero would look fresh."""
        if (age := self._keys.age) is not None:
            yield GaugeMetricFamily(
                "authcore_keys_age_seconds",
                "Time since the issuer's keys were fetched.",
                value=age.total_seconds(),
            )

    def _cache_sizes(self) -> Iterable[Metric]:
        sizes = [cache.size for cache in self._token_caches]
        yield GaugeMetricFamily(
            "authcore_remembered_tokens",
            "Tokens in the caches of verified signatures.",
            value=sum(size.entries for size in sizes),
        )
        yield GaugeMetricFamily(
            "authcore_remembered_bytes",
            "Estimated memory of the caches of verified signatures.",
            value=sum(size.charged for size in sizes),
        )
