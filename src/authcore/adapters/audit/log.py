"""Audit log over the standard library's logging."""

import json
import logging
import re
from typing import Final

from authcore.adapters.correlation import complete
from authcore.adapters.log_format import MEMBERS
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog


LOGGER: Final = "authcore.audit"
"""Name of the logger that audit lines are written to."""

UNPRINTED: Final = "(not an id)"
UNTOLD: Final = "(not our own words)"

_ID: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,128}")
"""Printable, no ``@`` and no white space, and too short for a JWT."""

_WORD: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,32}|[A-Z][A-Za-z]{0,54}(?:Exception|Error)")
"""
Printable, no ``@``, and too short for a token or a code; or the name of an error class, which is
letters only and ends in what it is.
"""

MAX_WORDS: Final = 40

_LEVELS: Final = {
    "accepted": logging.INFO,
    "rejected": logging.INFO,
    "unavailable": logging.WARNING,
    "misconfigured": logging.ERROR,
}


class LoggingAuditLog(AuditLog):
    """
    Writes each event as one line of JSON: ``{"event":"audit","action":"sign_in.complete",…}``.

    With JsonFormatter the line has these members beside its own, and holds no JSON within a text.
    Absent fields are left out.  A value that does not look like an id is written as
    ``(not an id)``, and a detail that does not look like words as ``(not our own words)``, so that
    an e-mail address or token that got into an event stays out of the log.  Time and host are added
    by the logging handler.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        """
        Write to *logger*, by default ``authcore.audit``.

        INFO; WARNING where ``unavailable``, ERROR where ``misconfigured``.
        """
        self._logger = logger or logging.getLogger(LOGGER)

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        try:
            members = _members(complete(event))
            line = json.dumps(members, separators=(",", ":"))
            self._logger.log(_LEVELS[event.outcome], "%s", line, extra={MEMBERS: members})
        except Exception:  # noqa: BLE001 - handlers belong to the application and may raise anything
            return


def _members(event: AuditEvent) -> dict[str, str]:
    fields = {
        "action": event.action,
        "outcome": event.outcome,
        "reason": event.reason,
        "subject": event.subject,
        "legacy_uid": event.legacy_uid,
        "old_pool": event.old_pool,
        "other_subject": event.other_subject,
        "actor": event.actor,
        "reference": event.reference,
        "caller": event.caller,
        "attempt": event.attempt,
        "token_request": event.token_request,
        "next_attempt": event.next_attempt,
    }
    present = {name: _format_id(value) for name, value in fields.items() if value is not None}
    if event.detail is not None:
        present["detail"] = event.detail if _are_our_words(event.detail) else UNTOLD
    return {"event": "audit", **present}


def _format_id(value: str) -> str:
    return value if _ID.fullmatch(value) else UNPRINTED


def _are_our_words(detail: str) -> bool:
    words = detail.split(" ", MAX_WORDS)
    return len(words) <= MAX_WORDS and all(map(_WORD.fullmatch, words))
