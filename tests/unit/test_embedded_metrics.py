"""Metrics of functions as lines that CloudWatch reads."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.embedded_metrics import MAX_PAIRS, EmbeddedMetrics
from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.system import FrozenClock


CANARY = "canary-0f1e2d3c4b5a"


class Function:
    """A function's metrics, and its audit log."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.clock = FrozenClock()
        self.metrics = EmbeddedMetrics(
            "user-migration", namespace="authcore", clock=self.clock, write=self.lines.append
        )
        self.logger = logging.getLogger("unit.emf")
        self.logger.setLevel(logging.INFO)
        self.logger.addHandler(self.metrics)
        self.audit = LoggingAuditLog(self.logger)

    def end(self, seconds: float = 0.25, *, has_failed: bool = False) -> list[Any]:
        """The lines of an invocation, read."""
        self.lines.clear()
        self.metrics.end_invocation(seconds, has_failed=has_failed)
        return [json.loads(line) for line in self.lines]

    def close(self) -> None:
        self.logger.removeHandler(self.metrics)


@pytest.fixture
def function() -> Iterator[Function]:
    function = Function()
    yield function
    function.close()


def require_valid(line: Any) -> None:
    """See: Amazon CloudWatch "Specification: Embedded metric format"."""
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "authcore"
    assert 0 < len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert isinstance(line[metric["Name"]], int | float)
        assert metric["Unit"] in {"Count", "Milliseconds"}
    for dimensions in directive["Dimensions"]:
        assert len(dimensions) <= 30
        assert all(isinstance(line[name], str) for name in dimensions)


def test_an_invocation_has_its_duration_its_start_and_its_failure(function: Function) -> None:
    (first,) = function.end(0.25)
    (second,) = function.end(0.0105, has_failed=True)

    require_valid(first)
    assert first["_aws"] == {
        "Timestamp": round(function.clock.now().timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": "authcore",
                "Dimensions": [["function"]],
                "Metrics": [
                    {"Name": "duration", "Unit": "Milliseconds"},
                    {"Name": "cold_start", "Unit": "Count"},
                    {"Name": "failures", "Unit": "Count"},
                ],
            }
        ],
    }
    names = ("function", "duration", "cold_start", "failures")
    assert [first[name] for name in names] == ["user-migration", 250.0, 1, 0]
    assert [second[name] for name in names] == ["user-migration", 10.5, 0, 1]


def test_audit_lines_are_counted_by_action_and_outcome_once(function: Function) -> None:
    for subject in ("one", "two"):
        function.audit.record(AuditEvent("sign_up", "accepted", "ok", subject=subject))
    function.audit.record(AuditEvent("secret.read", "misconfigured", "secret_misconfigured"))

    *counts, _ = function.end()

    for line in counts:
        require_valid(line)
        assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
            ["action", "outcome"],
            ["outcome"],
        ]
    assert [(each["action"], each["outcome"], each["audit_events"]) for each in counts] == [
        ("secret.read", "misconfigured", 1),
        ("sign_up", "accepted", 2),
    ]
    assert len(function.end()) == 1


def test_no_other_member_of_an_audit_line_gets_into_a_metric(function: Function) -> None:
    # AL-08
    function.audit.record(
        AuditEvent("sign_up", "rejected", "no", CANARY, CANARY, CANARY, CANARY, CANARY, CANARY)
    )
    function.logger.warning("no answer: %s", CANARY)
    function.end()

    assert len(function.lines) == 2
    assert CANARY not in "".join(function.lines)


def test_the_lines_of_one_invocation_are_bounded(function: Function) -> None:
    # DL-06
    for number in range(MAX_PAIRS + 50):
        function.audit.record(AuditEvent(f"action.{number}", "rejected", "no"))

    assert len(function.end()) == MAX_PAIRS + 1


def test_an_output_that_takes_no_line_fails_no_invocation() -> None:
    def refuse(_: str) -> None:
        raise BrokenPipeError

    EmbeddedMetrics("web-function", namespace="authcore", write=refuse).end_invocation(
        0.1, has_failed=False
    )
