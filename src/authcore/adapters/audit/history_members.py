"""
The members of a log line as an entry of the audit stream.

Three forms: the lines of LoggingAuditLog, OCSF events of OcsfFormatter, and the embedded metrics of
a function, which count audit lines without their reasons.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias, cast, get_args

from authcore.adapters.audit.ocsf import PRODUCT
from authcore.domain.model.audit import Outcome
from authcore.domain.model.trends import NOT_TOLD, AuditEntry, LineFault


Members: TypeAlias = Mapping[str, object]

MAX_NAME: Final = 64
"""Characters of an action or a reason."""

MAX_COUNT: Final = 10**9
"""Decisions that one line of metrics may count."""

_OUTCOMES: Final = frozenset(get_args(Outcome))
_OCSF_OUTCOMES: Final = {1: "accepted", 2: "rejected", 3: "unavailable", 4: "misconfigured"}


class LineError(ValueError):
    """A line of the audit stream that cannot be read; the text is a LineFault."""

    def __init__(self, fault: LineFault) -> None:
        super().__init__(fault)
        self.fault: LineFault = fault


def entry_of(members: Members, at: datetime | None) -> AuditEntry | None:
    """
    Read the members of a line.

    Args:
        members: As parsed from JSON.

        at: When the line was written, where its place tells; its own time counts before that one.

    Returns:
        None for a line that is none of the audit stream.

    Raises:
        LineError: It is one, and cannot be read.
    """
    if "_aws" in members:
        return _read_metrics(members)
    if _is_ocsf(members):
        return _ocsf(members)
    if members.get("event") != "audit":
        return None
    moment = _moment(members.get("timestamp")) or at
    return _entry(members, moment, members.get("subject"), members.get("legacy_uid"))


def _entry(
    members: Members, at: datetime | None, subject: object, legacy_uid: object
) -> AuditEntry:
    if at is None:
        raise LineError("without_time")
    return AuditEntry(
        day=at.astimezone(UTC).date(),
        action=_name(members.get("action"), "without_action"),
        outcome=_outcome(members.get("outcome")),
        reason=_name(members.get("reason"), "wrong_value"),
        subject=_id(subject),
        legacy_uid=_id(legacy_uid),
    )


def _read_metrics(members: Members) -> AuditEntry | None:
    """Read embedded metrics; those of the durations have no action."""
    if "audit_events" not in members:
        return None
    directive, count = members["_aws"], members["audit_events"]
    at = _epoch(directive.get("Timestamp")) if isinstance(directive, Mapping) else None
    if at is None:
        raise LineError("without_time")
    if type(count) is not int or not 1 <= count <= MAX_COUNT:
        raise LineError("wrong_value")
    return AuditEntry(
        day=at.date(),
        action=_name(members.get("action"), "without_action"),
        outcome=_outcome(members.get("outcome")),
        reason=NOT_TOLD,
        count=count,
        is_metric=True,
    )


def _is_ocsf(members: Members) -> bool:
    product = _object(_object(members.get("metadata")).get("product"))
    return product.get("name") == PRODUCT


def _ocsf(members: Members) -> AuditEntry:
    severity, unmapped = members.get("severity_id"), _object(members.get("unmapped"))
    user, legacy_uid = _object(members.get("user")), unmapped.get("legacy_uid")
    names_subject = legacy_uid is None or "uid_alt" in user
    subject = user.get("uid") if names_subject else None
    plain = {
        "action": _object(members["metadata"]).get("event_code"),
        "outcome": _OCSF_OUTCOMES.get(severity) if isinstance(severity, int) else None,
        "reason": members.get("status_code"),
    }
    return _entry(
        plain, _epoch(members.get("time")), subject or unmapped.get("subject"), legacy_uid
    )


def _object(value: object) -> Members:
    return value if isinstance(value, Mapping) else {}


def _name(value: object, fault: LineFault) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME or not value.isprintable():
        raise LineError(fault)
    return value


def _outcome(value: object) -> Outcome:
    if value not in _OUTCOMES:
        raise LineError("unknown_outcome")
    return cast("Outcome", value)


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_of(value: object) -> datetime | None:
    """Read a time of CloudWatch Logs: text in UTC, or milliseconds since 1970; else None."""
    return _moment(value) or _epoch(value)


def _epoch(value: object) -> datetime | None:
    if type(value) is not int:
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
