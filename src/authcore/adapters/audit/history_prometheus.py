"""
Counts of each day as Prometheus answers them: what guards decide is counted, and in no line.

The answer to one range query, QUERY, whose steps end at midnight UTC, so that each value is the
increase of one day.

A value of 0 is kept: it says that the day was watched.  Prometheus extrapolates an increase, so
that values are rounded up: one request is never none.

See: Prometheus "HTTP API", range queries; "Query functions", increase.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast, get_args

from authcore.domain.model.audit import Outcome
from authcore.domain.model.trends import AuditEntry, HistoryLine, LineFault, UnreadableLine


QUERY: Final = """
sum by (metric, action, outcome, reason) (
  label_replace(increase(authcore_decisions_total[1d]), "metric", "decisions", "", "")
  or label_replace(increase(authcore_audit_events_total[1d]), "metric", "audit", "", ""))
"""
"""Of both counters; docs/cut-over.md has it, too."""

MAX_COUNT: Final = 10**12
_DAY_SECONDS: Final = 86_400
_MAX_LABEL: Final = 64
_OUTCOMES: Final = frozenset(get_args(Outcome))


class _FaultyError(Exception):
    """A series or a value that is none of ours."""

    def __init__(self, fault: LineFault) -> None:
        super().__init__(fault)
        self.fault: LineFault = fault


def is_range_answer(document: object) -> bool:
    """Whether *document* is the answer to a range query."""
    return _data(document).get("resultType") == "matrix"


def prometheus_entries(document: object, name: str) -> Iterator[HistoryLine]:
    """
    Read the answer to a range query.

    One with warnings may lack series, as where one of several stores gave no answer.

    Args:
        document: As the JSON of it is parsed.

        name: Of the file, for what cannot be read.
    """
    if isinstance(document, Mapping) and document.get("warnings"):
        yield UnreadableLine(f"{name} warnings", "wrong_value")
    listed = _data(document).get("result")
    for number, series in enumerate(listed if isinstance(listed, list) else [], 1):
        try:
            yield from _entries(series)
        except _FaultyError as error:
            yield UnreadableLine(f"{name} series {number}", error.fault)


def _data(document: object) -> Mapping[str, object]:
    found = document.get("data") if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _entries(series: object) -> list[AuditEntry]:
    """
    Return the entries of one series; of a faulty one none.

    Audit lines that were counted may be elsewhere, too; that there was none can be said twice.
    """
    labels = series.get("metric") if isinstance(series, Mapping) else None
    values = series.get("values") if isinstance(series, Mapping) else None
    if not isinstance(labels, Mapping) or not isinstance(values, list):
        raise _FaultyError("wrong_value")
    action, outcome, reason = (_label(labels, each) for each in ("action", "outcome", "reason"))
    if outcome not in _OUTCOMES:
        raise _FaultyError("unknown_outcome")
    return [
        AuditEntry(
            day=moment.date(),
            action=action,
            outcome=cast("Outcome", outcome),
            reason=reason,
            count=count,
            is_metric=labels.get("metric") == "audit" and count > 0,
        )
        for moment, count in map(_value, values)
    ]


def _label(labels: Mapping[str, object], name: str) -> str:
    found = labels.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= _MAX_LABEL or not found.isprintable():
        raise _FaultyError("without_action")
    return found


def _value(pair: object) -> tuple[datetime, int]:
    """Return the beginning of the day that ends at the sample's time, and the count."""
    match pair:
        case [int() | float() as at, str() as text] if not isinstance(at, bool):
            return _day(at), _count(text)
    raise _FaultyError("wrong_value")


def _day(at: float) -> datetime:
    if not 0 < at < 2**33 or at % _DAY_SECONDS:
        raise _FaultyError("without_time")  # the value is of parts of two days
    return datetime.fromtimestamp(at, UTC) - timedelta(days=1)


def _count(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        raise _FaultyError("wrong_value") from None
    if not 0 <= number <= MAX_COUNT:  # NaN is not
        raise _FaultyError("wrong_value")
    return math.ceil(number)
