"""Counts of each day, as Prometheus answers a range query."""

from datetime import date
from typing import Any, Final

import pytest

from authcore.adapters.audit.history_prometheus import is_range_answer, prometheus_entries
from authcore.domain.model.trends import AuditEntry, UnreadableLine


MIDNIGHT: Final = 1_795_910_400
"""2026-11-29 00:00 UTC, the end of the 28th."""

LABELS: Final = {"action": "guard", "outcome": "accepted", "reason": "legacy_session"}


def answer(*series: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": list(series)}}


def one(*values: Any, **labels: Any) -> dict[str, Any]:
    return answer({"metric": {**LABELS, **labels}, "values": list(values)})


def test_a_value_is_of_the_day_that_ends_with_it() -> None:
    assert list(prometheus_entries(one([MIDNIGHT, "7"]), "counts.json")) == [
        AuditEntry(
            day=date(2026, 11, 28),
            action="guard",
            outcome="accepted",
            reason="legacy_session",
            count=7,
        )
    ]


def test_an_answer_with_warnings_may_lack_series() -> None:
    """Thanos answers so where one of its stores is down."""
    partial = {**one([MIDNIGHT, "0"]), "warnings": ["no store matched"]}

    assert UnreadableLine("counts.json warnings", "wrong_value") in list(
        prometheus_entries(partial, "counts.json")
    )


def test_a_day_without_a_request_is_kept_as_watched() -> None:
    (entry,) = prometheus_entries(one([MIDNIGHT, "0"]), "counts.json")

    assert isinstance(entry, AuditEntry)
    assert entry.count == 0


@pytest.mark.parametrize(("text", "count"), [("0.04", 1), ("1.0007", 2), ("3", 3), ("2e3", 2000)])
def test_an_extrapolated_value_is_rounded_up(text: str, count: int) -> None:
    (entry,) = prometheus_entries(one([MIDNIGHT, text]), "counts.json")

    assert isinstance(entry, AuditEntry)
    assert entry.count == count


@pytest.mark.parametrize(("metric", "is_metric"), [("audit", True), ("decisions", False)])
def test_counted_audit_lines_are_told_apart_from_decisions(metric: str, is_metric: bool) -> None:
    """The lines themselves may be in another file; decisions have none."""
    (entry,) = prometheus_entries(one([MIDNIGHT, "1"], metric=metric), "counts.json")

    assert isinstance(entry, AuditEntry)
    assert entry.is_metric is is_metric


def test_that_there_was_no_audit_line_is_said_as_a_line_would() -> None:
    """What counts lines adds only what exceeds the lines, and would drop the watched day."""
    (entry,) = prometheus_entries(one([MIDNIGHT, "0"], metric="audit"), "counts.json")

    assert isinstance(entry, AuditEntry)
    assert not entry.is_metric


FAULTY: Final = [
    (one([MIDNIGHT + 3600, "1"]), "without_time"),
    (one([MIDNIGHT - 0.5, "1"]), "without_time"),
    (one([-MIDNIGHT, "1"]), "without_time"),
    (one([True, "1"]), "wrong_value"),
    (one([MIDNIGHT, "NaN"]), "wrong_value"),
    (one([MIDNIGHT, "+Inf"]), "wrong_value"),
    (one([MIDNIGHT, "-1"]), "wrong_value"),
    (one([MIDNIGHT, "many"]), "wrong_value"),
    (one([MIDNIGHT, 1]), "wrong_value"),
    (one([MIDNIGHT]), "wrong_value"),
    (one([MIDNIGHT, "1"], outcome="perhaps"), "unknown_outcome"),
    (one([MIDNIGHT, "1"], action=None), "without_action"),
    (one([MIDNIGHT, "1"], reason="x" * 65), "without_action"),
    (one([MIDNIGHT, "1"], reason="a\nb"), "without_action"),
    (answer("series"), "wrong_value"),
    (answer({"metric": [], "values": []}), "wrong_value"),
]


@pytest.mark.parametrize(("document", "fault"), FAULTY)
def test_a_series_that_is_none_of_ours_counts_nothing(document: object, fault: str) -> None:
    assert list(prometheus_entries(document, "counts.json")) == [
        UnreadableLine("counts.json series 1", fault)  # type: ignore[arg-type]
    ]


def test_a_faulty_series_hides_no_other() -> None:
    good = {"metric": LABELS, "values": [[MIDNIGHT, "1"], [MIDNIGHT + 86_400, "2"]]}

    found = list(prometheus_entries(answer("series", good), "counts.json"))

    assert [type(each) for each in found] == [UnreadableLine, AuditEntry, AuditEntry]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (answer(), True),
        ({"data": {"resultType": "vector", "result": []}}, False),
        ({"data": []}, False),
        ([], False),
        ("matrix", False),
    ],
)
def test_the_answer_to_a_range_query_is_known_by_its_type(document: object, expected: bool) -> None:
    assert is_range_answer(document) is expected
