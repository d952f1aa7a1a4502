"""Parse requests strictly by the contract."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request


MAX_REQUEST_BYTES: Final = 32_768
"""Enough for 100 ids of 64 characters."""

MAX_IDS: Final = 100

Asked = dict[str, Any]
Members = Mapping[str, Callable[[Any], object]]
"""Parser of each member; raises ValueError, TypeError or KeyError if it is not valid."""


async def body_of(request: Request) -> bytes:
    """Return the body; empty if it is longer than MAX_REQUEST_BYTES."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return b""
    return bytes(body)


def parse_members(body: bytes, members: Members) -> Asked | None:
    """Parse the JSON object in *body*; None unless its members are exactly *members*."""
    try:
        return _read(json.loads(body), members)
    except (ValueError, TypeError, RecursionError):
        return None


def sound(value: str) -> str:
    """Return *value* if it is text that UTF-8 can encode; raise TypeError or ValueError if not."""
    return str.encode(value).decode()


def sound_or_none(value: str | None) -> str | None:
    """As ``sound``; null stays null."""
    return None if value is None else sound(value)


def ids(value: object) -> list[str]:
    """Return *value* if it is a list of at most 100 texts; raise TypeError or ValueError if not."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_IDS:
        raise ValueError("no list, or too long a one")
    return [sound(each) for each in value]


def truth(value: object) -> bool:
    """Return *value* if it is a boolean; raise TypeError if not."""
    if not isinstance(value, bool):
        raise TypeError("no boolean")
    return value


def identity_or_none(value: object) -> tuple[str, str] | None:
    """Return provider and user id; null stays null."""
    if value is None:
        return None
    said = _read(value, {"provider": sound, "user_id": sound})
    return said["provider"], said["user_id"]


def _read(said: Any, members: Members) -> Asked:
    if not isinstance(said, dict) or said.keys() != members.keys():
        raise ValueError("other members")
    return {name: read(said[name]) for name, read in members.items()}
