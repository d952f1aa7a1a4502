"""Texts and tables of log services as members of lines."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from authcore.adapters.audit.history_members import LineError, Members, moment_of
from authcore.adapters.strict_json import json_object


MARKS: Final = (b'"audit', b'"event_code"')
"""One of these is in each line of the audit stream; other lines are not parsed."""

_PREFIX_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")

Dated = tuple[Members, datetime | None]


def members_of_text(text: bytes, at: datetime | None = None) -> Dated | None:
    """
    Read one line of text: JSON, with or without what a logging handler writes before it.

    Args:
        text: Without its end.

        at: When it was written, where its place tells.

    Returns:
        Its members and its time; None for a line that is none of the audit stream.

    Raises:
        LineError: It looks like one, and is no JSON.
    """
    if not any(mark in text for mark in MARKS):
        return None
    begin = text.find(b"{")
    members = _parse(text[begin:]) if begin >= 0 else _not_json()
    return _inner(members, at or _prefix_time(text[:begin]))


def members_of_row(row: Mapping[str, object]) -> Dated | None:
    """
    Read one row of a query: its ``@message``, or columns named as the members of a line.

    Raises:
        LineError: As ``members_of_text``.
    """
    at = moment_of(row.get("@timestamp", row.get("timestamp")))
    message = row.get("@message", row.get("message"))
    if isinstance(message, Mapping):
        return _inner(message, at)
    if isinstance(message, str) and message:
        return members_of_text(message.strip().encode("utf-8", "surrogatepass"), at)
    if "action" not in row or "outcome" not in row:
        return None
    filled = {name: value for name, value in row.items() if value not in ("", None)}
    return {"event": "audit", **filled}, at


def _inner(members: Members, at: datetime | None) -> Dated:
    """Return the members of an audit line that a foreign formatter put into a text."""
    message = members.get("message")
    if not isinstance(message, str) or '"audit"' not in message or not message.startswith("{"):
        return members, at
    outer = moment_of(members.get("timestamp")) or moment_of(members.get("time"))
    return _parse(message.encode("utf-8", "surrogatepass")), outer or at


def _parse(text: bytes) -> Members:
    try:
        return json_object(text)
    except ValueError:
        return _not_json()


def _not_json() -> Members:
    raise LineError("not_json")


def _prefix_time(prefix: bytes) -> datetime | None:
    found = _PREFIX_TIME.search(prefix.decode("utf-8", "replace"))
    return moment_of(found[0]) if found else None
