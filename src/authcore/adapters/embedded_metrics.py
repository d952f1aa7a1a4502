"""
Metrics of a function in CloudWatch's embedded metric format, as lines of its standard output.

Lambda sends what a function prints to CloudWatch, which extracts the metrics: no call is made and
no permission needed.

See: Amazon CloudWatch "Specification: Embedded metric format".
"""

import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from authcore.adapters.log_format import MEMBERS
from authcore.adapters.system import SystemClock
from authcore.ports.system import Clock


MAX_PAIRS: Final = 200
"""Pairs of action and outcome in one invocation; far more than there are."""

Metrics = Mapping[str, tuple[float, str]]
"""Value and CloudWatch's unit by name."""


def print_line(line: str) -> None:
    """Write *line* to standard output at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class EmbeddedMetrics(logging.Handler):
    """
    Counts the audit lines of one function and prints them with each invocation.

    A handler of the logger ``authcore.audit``: it counts what is logged, by action and outcome.
    Other members of a line get into no metric.
    """

    def __init__(
        self,
        function: str,
        *,
        namespace: str,
        clock: Clock | None = None,
        write: Callable[[str], None] = print_line,
    ) -> None:
        """
        Count from now on.

        Args:
            function: Name of the function, the dimension of its durations.

            namespace: CloudWatch's, of all metrics.

            clock: Dates the lines; by default the system's.

            write: Takes a line; by default ``print_line``.
        """
        super().__init__()
        self._function = function
        self._namespace = namespace
        self._clock = clock or SystemClock()
        self._write = write
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = threading.Lock()
        self._is_first = True

    def emit(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``."""
        members = getattr(record, MEMBERS, None)
        if not isinstance(members, Mapping):
            return
        pair = (members.get("action", ""), members.get("outcome", ""))
        with self._counting:
            if pair in self._counts or len(self._counts) < MAX_PAIRS:
                self._counts[pair] += 1

    def end_invocation(self, seconds: float, *, has_failed: bool) -> None:
        """
        Print the metrics of an invocation; never raises.

        Args:
            seconds: How long it took.

            has_failed: Whether it raised.
        """
        with self._counting:
            counts, self._counts = self._counts, Counter()
            is_first, self._is_first = self._is_first, False
        with suppress(Exception):
            for (action, outcome), number in sorted(counts.items()):
                self._print(
                    {"action": action, "outcome": outcome},
                    [["action", "outcome"], ["outcome"]],
                    {"audit_events": (number, "Count")},
                )
            self._print(
                {"function": self._function},
                [["function"]],
                {
                    "duration": (round(seconds * 1000, 3), "Milliseconds"),
                    "cold_start": (int(is_first), "Count"),
                    "failures": (int(has_failed), "Count"),
                },
            )

    def _print(
        self, labels: Mapping[str, str], dimensions: Sequence[Sequence[str]], metrics: Metrics
    ) -> None:
        directive = {
            "Namespace": self._namespace,
            "Dimensions": dimensions,
            "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
        }
        line: dict[str, Any] = {
            "_aws": {"Timestamp": self._now(), "CloudWatchMetrics": [directive]},
            **labels,
            **{name: value for name, (value, _) in metrics.items()},
        }
        self._write(json.dumps(line, separators=(",", ":")))

    def _now(self) -> int:
        return round(self._clock.now().timestamp() * 1000)
