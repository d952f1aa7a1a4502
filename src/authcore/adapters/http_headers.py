"""HTTP header values that the guards and the auth service share."""

import math
import re
from collections.abc import Iterable
from typing import Final

from authcore.domain.errors import UnavailableError


DEFAULT_RETRY_SECONDS: Final = 5
"""For outages that name no time."""

CHALLENGE: Final = ("www-authenticate", 'Cookie realm="authcore"')
"""
On every 401: a scheme for which no browser shows a password prompt.

See: RFC 9110 §11.6.1, §15.5.2.
"""

PRIVATE: Final = (
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)
"""On every answer about one user's session."""


PURPOSES: Final = ("sec-purpose", "purpose", "x-moz", "x-purpose")
"""Names of the headers that mark a request that no user has asked for yet."""

_SPECULATIVE: Final = re.compile(
    r"[ \t]*(?:prefetch|prerender|preview)[ \t]*(?:;.*)?", re.IGNORECASE
)


def is_speculative(purposes: Iterable[str]) -> bool:
    """
    Whether a browser fetches the page before its user asks for it, if ever.

    Args:
        purposes: Values of the headers in PURPOSES.

    See: Fetch §2.2.7 (``Sec-Purpose``); ``Purpose``, ``X-Moz`` and ``X-Purpose`` are older names.
    """
    parts = (part for value in purposes for part in value.split(","))
    return any(_SPECULATIVE.fullmatch(part) for part in parts)


def retry_after(error: UnavailableError) -> tuple[str, str]:
    """The ``Retry-After`` header for *error*, in whole seconds, at least 1.  RFC 9110 §10.2.3."""
    wait = error.retry_after.total_seconds() if error.retry_after else DEFAULT_RETRY_SECONDS
    return "retry-after", str(max(1, math.ceil(wait)))
