"""Read the sessions of one batch call."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from starlette.requests import Request

from authcore.domain.errors import RejectedError
from authcore_web.request.body import (
    JSON,
    BodyMalformedError,
    MediaTypeRejectedError,
    body_of,
    json_members,
    media_type_of,
)


MAX_BODY_BYTES: Final = 3 * 1024 * 1024
MAX_SESSIONS: Final = 100
"""Per call."""


class BatchTooLargeError(RejectedError):
    """More than MAX_SESSIONS."""

    code: ClassVar[str] = "batch_too_large"


async def batch_body_of(request: Request) -> bytes:
    """
    Receive the body of a batch call; *sessions_in* reads it.

    Raises:
        RejectedError: Not JSON, or as ``body_of``.
    """
    if media_type_of(request) != JSON:
        raise MediaTypeRejectedError("not JSON")
    return await body_of(request, limit=MAX_BODY_BYTES)


def sessions_in(body: bytes) -> Sequence[Mapping[str, object]]:
    """
    Read the members of every session in *body*.  Takes long for large bodies: call it in a thread.

    Raises:
        BodyMalformedError: Not an object whose only member ``sessions`` is a list of objects.

        BatchTooLargeError: More than MAX_SESSIONS.
    """
    members = json_members(body)
    sessions = members.get("sessions")
    if len(members) != 1 or not isinstance(sessions, list):
        raise BodyMalformedError("not a list of sessions")
    if len(sessions) > MAX_SESSIONS:
        raise BatchTooLargeError(f"more than {MAX_SESSIONS} sessions")
    if not all(isinstance(each, dict) for each in sessions):
        raise BodyMalformedError("a session that is not an object")
    return sessions
