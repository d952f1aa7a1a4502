"""
Counts of an observing guard as one line of JSON.

::

    {"event": "shadow", "since": "2026-11-30T08:00:00+00:00", "until": "2026-11-30T08:01:00+00:00",
     "decided": [[302, "rejected", "no_session", 7], …], "seconds": [0, 3, …], "heads": [4, …],
     "routes": [[403, "rejected", "group_required", 1]], "missed": [["not_decided", 2]]}

The members after ``until`` count the requests between the two times, by fixed words and numbers: no
line holds a part of a request or the id of a user.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from authcore.domain.model.audit import Outcome
from authcore.domain.model.shadow import HEAD_BOUNDS, SECOND_BOUNDS, Decided, ShadowCounts


EVENT: Final = "shadow"

MAX_LINE: Final = 256 * 1024
"""Characters of a line that is read; further ones belong to no line of ours."""

_START: Final = f'{{"event":"{EVENT}",'
_WRONG: Final = "not the counts of an observing guard"
_OUTCOMES: Final = ("accepted", "rejected", "unavailable", "misconfigured")


def members_of(counts: ShadowCounts) -> dict[str, Any]:
    """Give the members of the line for *counts*."""
    return {
        "event": EVENT,
        "since": counts.since.isoformat(),
        "until": counts.until.isoformat(),
        "decided": _rows(counts.decided),
        "seconds": list(counts.seconds),
        "heads": list(counts.heads),
        "routes": _rows(counts.routes),
        "missed": sorted(map(list, counts.missed.items())),
    }


def line_of(counts: ShadowCounts) -> str:
    """Write *counts* as a line."""
    return json.dumps(members_of(counts), separators=(",", ":"))


def read_line(line: str) -> ShadowCounts | None:
    """
    Read a line of a log: an object, one in its member ``message``, or one behind a prefix.

    None for every other line.

    Raises:
        ValueError: It begins like a line of ours, and is none.
    """
    if EVENT not in line[:MAX_LINE]:
        return None
    members = _members(line[:MAX_LINE])
    if members is None:
        return None
    try:
        return _counts(members)
    except (KeyError, TypeError, ValueError):
        raise ValueError(_WRONG) from None


def _members(line: str) -> Mapping[str, Any] | None:
    found = _object(line)
    if found is None or found.get("event") != EVENT:
        message = line if found is None else found.get("message")
        start = message.find(_START) if isinstance(message, str) else -1
        if start < 0:
            return None
        found = _object(cast("str", message)[start:])
        if found is None:
            raise ValueError(f"{_WRONG}: cut off")
    return found


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _counts(members: Mapping[str, Any]) -> ShadowCounts:
    return ShadowCounts(
        since=_time(members["since"]),
        until=_time(members["until"]),
        decided=_read_rows(members["decided"]),
        seconds=_read_buckets(members["seconds"], len(SECOND_BOUNDS) + 1),
        heads=_read_buckets(members["heads"], len(HEAD_BOUNDS) + 1),
        routes=_read_rows(members["routes"]),
        missed={str(reason): _number(count) for reason, count in members["missed"]},
    )


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found.astimezone(UTC)


def _rows(counted: Mapping[Decided, int]) -> list[list[Any]]:
    return [[*key, number] for key, number in sorted(counted.items())]


def _read_rows(rows: list[list[Any]]) -> Mapping[Decided, int]:
    return {
        (_number(status), _outcome(outcome), str(reason)): _number(number)
        for status, outcome, reason, number in rows
    }


def _read_buckets(counts: list[Any], length: int) -> tuple[int, ...]:
    if len(counts) != length:
        raise ValueError("other buckets")
    return tuple(map(_number, counts))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no number")
    return value


def _outcome(value: Outcome) -> Outcome:
    if value not in _OUTCOMES:
        raise ValueError("no outcome")
    return value
