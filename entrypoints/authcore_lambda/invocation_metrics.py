"""The metrics of a function's invocations, where the settings ask for them."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from authcore.adapters.audit.log import LOGGER
from authcore.adapters.system import environment, monotonic
from authcore.settings import load_valid
from authcore.settings.metrics import MetricsSettings


if TYPE_CHECKING:
    from authcore.adapters.embedded_metrics import EmbeddedMetrics


class InvocationMetrics:
    """Measures the invocations of one function."""

    def __init__(self, function: str) -> None:
        """
        Read no setting yet.

        Args:
            function: Its name in the metrics.
        """
        self._function = function
        self._metrics: EmbeddedMetrics | None = None
        self._is_set_up = False
        self._setting_up = threading.Lock()

    @contextmanager
    def measure(self, started: float) -> Iterator[None]:
        """
        Print the metrics of the invocation that is answered inside the block.

        Args:
            started: When it began, by ``monotonic``.
        """
        metrics = self._get()
        if metrics is None:
            yield
            return
        has_failed = True
        try:
            yield
            has_failed = False
        finally:
            metrics.end_invocation(monotonic() - started, has_failed=has_failed)

    def _get(self) -> "EmbeddedMetrics | None":
        with self._setting_up:
            if not self._is_set_up:
                self._metrics = embedded_metrics(self._function, environment())
                self._is_set_up = True
        return self._metrics


def embedded_metrics(function: str, variables: Mapping[str, str]) -> "EmbeddedMetrics | None":
    """
    Count audit lines from now on, where *variables* ask for it; None elsewhere.

    A value that is not valid counts as the default: the settings of the function report it.
    """
    settings = load_valid(MetricsSettings, variables, prefix="metrics")
    if settings.format != "emf":
        return None
    from authcore.adapters.embedded_metrics import EmbeddedMetrics

    metrics = EmbeddedMetrics(function, namespace=settings.namespace)
    logging.getLogger(LOGGER).addHandler(metrics)
    return metrics
