"""Format untrusted values for a terminal."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from authcore.domain.errors import AuthcoreError


MAX_SHOWN: Final = 1000
"""Characters of one value; the rest is cut and counted."""

_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def printable(text: str) -> str:
    """
    Escape the control and format characters of *text*, which a terminal would obey.

    Text longer than MAX_SHOWN is cut.
    """
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:MAX_SHOWN])
    left = len(text) - MAX_SHOWN
    return f"{shown}… ({left} more)" if left > 0 else shown


def with_detail(error: AuthcoreError) -> str:
    """Give the text of *error*, and its detail where the text does not have it already."""
    text, detail = str(error), error.detail or ""
    return text if detail in text else f"{text} ({detail})"


def value(unverified: object) -> str:
    """Format a JSON value on one line; text without its quotes."""
    if isinstance(unverified, str):
        return printable(unverified)
    return printable(json.dumps(unverified, ensure_ascii=False))


def moment(unverified: object, *, now: datetime) -> str:
    """
    Format a NumericDate as UTC and as distance from *now*; anything else as "not a time".

    See: RFC 7519 §2.
    """
    if isinstance(unverified, bool) or not isinstance(unverified, int | float):
        return f"{value(unverified)} (not a time)"
    try:
        at = datetime.fromtimestamp(unverified, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{value(unverified)} (not a time)"
    return f"{value(unverified)} = {at:%Y-%m-%d %H:%M:%S} UTC ({distance(at - now)})"


def distance(ahead: timedelta) -> str:
    """Format *ahead* in its two largest units: ``in 59 minutes 30 seconds``, ``1 day ago``."""
    seconds = int(abs(ahead).total_seconds())
    if seconds == 0:
        return "now"
    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    text = " ".join(parts[:2])
    return f"in {text}" if ahead > timedelta(0) else f"{text} ago"
