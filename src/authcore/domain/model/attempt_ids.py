"""
Ids of sign-ins, for log lines.

An id is a digest of random bits that the browser keeps sealed.  A reader of the log can do nothing
with it.
"""

import hashlib
import re
from typing import Final


ATTEMPT_MEMBER: Final = "authcore_attempt"
"""Member of Cognito's ``ClientMetadata`` that names the sign-in to Lambda triggers."""

TOKEN_REQUEST_CLAIM: Final = "authcore_request"  # noqa: S105 - a claim's name
"""Claim of the ID token: the request in which pre token generation made it."""

ATTEMPT_ID_LENGTH: Final = 20

_ATTEMPT_ID: Final = re.compile(rf"[0-9a-f]{{{ATTEMPT_ID_LENGTH}}}")


def attempt_id_of(secret: str) -> str:
    """
    Compute the id of the sign-in that *secret* belongs to: 80 bits in lower-case hex.

    Args:
        secret: At least 128 random bits, or a digest of such.
    """
    return hashlib.sha256(f"attempt\n{secret}".encode()).hexdigest()[:ATTEMPT_ID_LENGTH]


def is_attempt_id(text: str | None) -> bool:
    """Whether *text* has the form of an id."""
    return text is not None and _ATTEMPT_ID.fullmatch(text) is not None
