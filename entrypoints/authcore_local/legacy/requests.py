"""Requests read strictly; what is off the contract is not guessed at."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request


MAX_REQUEST_BYTES: Final = 8192

Asked = dict[str, Any]
Members = Mapping[str, Callable[[Any], object]]
"""How each member is read; ValueError, TypeError or KeyError if it is not sound."""


async def body_of(request: Request) -> bytes:
    """The body; nothing if it is longer than MAX_REQUEST_BYTES."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return b""
    return bytes(body)


def parse_members(body: bytes, members: Members) -> Asked | None:
    """The members of the JSON object in *body*; None unless they are exactly *members*."""
    try:
        return _read(json.loads(body), members)
    except (ValueError, TypeError, RecursionError):
        return None


def sound(value: str) -> str:
    """*value*, if it is a text that UTF-8 can hold; TypeError or ValueError if not."""
    return str.encode(value).decode()


def sound_or_none(value: str | None) -> str | None:
    """Like ``sound``; null is null."""
    return None if value is None else sound(value)


def truth(value: object) -> bool:
    """*value*, if it is a boolean."""
    if not isinstance(value, bool):
        raise TypeError("no boolean")
    return value


def identity_or_none(value: object) -> tuple[str, str] | None:
    """Provider and user id."""
    if value is None:
        return None
    said = _read(value, {"provider": sound, "user_id": sound})
    return said["provider"], said["user_id"]


def _read(said: Any, members: Members) -> Asked:
    if not isinstance(said, dict) or said.keys() != members.keys():
        raise ValueError("other members")
    return {name: read(said[name]) for name, read in members.items()}
