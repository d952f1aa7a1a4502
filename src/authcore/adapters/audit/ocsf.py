"""
Audit lines as events of the Open Cybersecurity Schema Framework.

See: ``ocsf_mapping``; Open Cybersecurity Schema Framework 1.8.0.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from authcore.adapters.audit.ocsf_mapping import AUTHENTICATION, SCHEMA_VERSION, activity_of
from authcore.adapters.correlation import current
from authcore.adapters.log_format import MEMBERS, JsonFormatter


PRODUCT: Final = "authcore"

UNKNOWN_USER: Final = "unknown"
"""The schema requires a user of every sign-in; before one is proven authcore knows none."""

_SUCCESS: Final = (1, "Success")
_FAILURE: Final = (2, "Failure")

_SEVERITIES: Final[Mapping[str, tuple[int, str]]] = {
    "accepted": (1, "Informational"),
    "rejected": (2, "Low"),
    "unavailable": (3, "Medium"),
    "misconfigured": (4, "High"),
}

_UNMAPPED: Final[tuple[str, ...]] = (
    "legacy_uid",
    "old_pool",
    "other_subject",
    "caller",
    "reference",
    "next_attempt",
    "token_request",
)
"""Members of an audit line for which the schema has no attribute."""

_UNKNOWN_TYPE: Final = 0
_REGULAR_USER: Final = 1
_SERVICE: Final = 4


class OcsfFormatter(logging.Formatter):
    """
    Writes an audit line as one OCSF event in JSON, and any other line as JsonFormatter does.

    The values are those of the audit line, from which LoggingAuditLog has kept e-mail addresses and
    tokens.
    """

    def __init__(self, version: str) -> None:
        """
        Write events of this product.

        Args:
            version: Of authcore, for ``metadata.product``.
        """
        super().__init__()
        self._product = {"name": PRODUCT, "vendor_name": PRODUCT, "version": version}
        self._others = JsonFormatter()

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        members = getattr(record, MEMBERS, None)
        if not isinstance(members, Mapping) or members.get("event") != "audit":
            return self._others.format(record)
        event = _event(members, round(record.created * 1000))
        metadata = _metadata(members, self._product, record.name)
        return json.dumps({"metadata": metadata, **event}, separators=(",", ":"))


def _event(audit: Mapping[str, str], time: int) -> dict[str, Any]:
    asks_further = audit["outcome"] == "accepted" and "subject" not in audit
    activity = activity_of(audit["action"], asks_further=asks_further)
    severity_id, severity = _SEVERITIES[audit["outcome"]]
    status_id, status = _SUCCESS if audit["outcome"] == "accepted" else _FAILURE
    event: dict[str, Any] = {
        "time": time,
        "category_uid": activity.category_uid,
        "class_uid": activity.class_uid,
        "activity_id": activity.activity_id,
        "activity_name": activity.name or audit["action"],
        "type_uid": activity.type_uid,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": audit["reason"],
        "status_detail": audit.get("detail", audit["outcome"]),
        "message": f"{audit['action']} {audit['outcome']}: {audit['reason']}",
    }
    unmapped = _UNMAPPED
    if activity.class_uid:
        event["user"] = _user(audit)
        if "actor" in audit:
            event["actor"] = {"user": {"uid": audit["actor"]}}
    else:
        unmapped = ("subject", "actor", *_UNMAPPED)
    if activity.class_uid == AUTHENTICATION:
        event |= {"service": {"name": PRODUCT}, "is_remote": True}
    if kept := {name: audit[name] for name in unmapped if name in audit}:
        event["unmapped"] = kept
    return event


def _user(audit: Mapping[str, str]) -> dict[str, Any]:
    """Name the user by Cognito's ``sub``, or by the legacy id; a program by its caller's name."""
    subject, legacy_uid = audit.get("subject"), audit.get("legacy_uid")
    if subject is not None:
        alternative = {} if legacy_uid is None else {"uid_alt": legacy_uid}
        return {"uid": subject, "type_id": _REGULAR_USER, **alternative}
    if legacy_uid is not None:
        return {"uid": legacy_uid, "type_id": _REGULAR_USER}
    if "caller" in audit:
        return {"name": audit["caller"], "type_id": _SERVICE}
    return {"name": UNKNOWN_USER, "type_id": _UNKNOWN_TYPE}


def _metadata(audit: Mapping[str, str], product: Mapping[str, str], log: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "version": SCHEMA_VERSION,
        "product": product,
        "log_name": log,
        "event_code": audit["action"],
    }
    correlation = current()
    if correlation is not None:
        metadata["labels"] = [f"request_id:{correlation.request_id}"]
    if "attempt" in audit:
        metadata["correlation_uid"] = audit["attempt"]
    return metadata
