"""How large the head of a response may be, where a proxy in front of an application limits it."""

import re
from collections.abc import Iterable
from typing import Final

import attrs


RESERVED: Final = 1_024
"""Bytes for the status line and the application's own headers."""

_NAME: Final = len("set-cookie: ") + len("\r\n")


@attrs.frozen
class ResponseBudget:
    """
    The head of a response that the proxies in front of one application pass on.

    A refreshed session is as large as the one that it replaces: the budget is compared before the
    refresh, which cannot be undone.

    Attributes:
        head_bytes: Status line and headers.
        cookie_prefix: Beginning of the names of session cookies.
        attributes_bytes: What the attributes of one such cookie take in ``Set-Cookie``.
    """

    head_bytes: int
    cookie_prefix: str
    attributes_bytes: int

    def has_room_for_session(self, cookie_header: str) -> bool:
        """Whether a response can set session cookies as large as those of *cookie_header*."""
        line = self.attributes_bytes + _NAME
        carried = re.finditer(rf"{re.escape(self.cookie_prefix)}[^;,\s]*", cookie_header)
        return sum(len(cookie[0]) + line for cookie in carried) <= self.head_bytes - RESERVED

    def cut(self, cookies: Iterable[str]) -> tuple[str, ...]:
        """
        Return as many of *cookies* (``Set-Cookie`` values that delete) as there is room for.

        The browser sends again what was not deleted, so that the next responses delete the rest.
        """
        kept, room = [], self.head_bytes - RESERVED
        for cookie in cookies:
            room -= len(cookie) + _NAME
            if room < 0:
                break
            kept.append(cookie)
        return tuple(kept)

    def room_for_location(self, cookies: Iterable[str]) -> int:
        """Count the bytes that are left for the target of a redirect which sets *cookies*."""
        return self.head_bytes - RESERVED - sum(len(cookie) + _NAME for cookie in cookies)
