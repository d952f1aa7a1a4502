"""What the response to an admitted request must carry."""

import re
from collections.abc import Iterable
from typing import Final

import attrs

from authcore.domain.model.session import User
from authcore.domain.model.session_decision import OpenedSession
from authcore_guard.denials import VARY


_CACHING: Final = re.compile(
    r"cache-control|(.*-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires|expires|pragma",
    re.IGNORECASE,
)
"""Headers that let a cache store a response, also in content networks.  See: RFC 9213 §3.1."""


@attrs.frozen
class Allow:
    """
    The application answers the request.

    Attributes:
        user: The signed-in user; None only on public paths.
        cookies: ``Set-Cookie`` values that the response must carry.
        opened: For ``RequestGuard.is_still_open`` while the connection stays open; None where there
            is no user.
        reason: Stable code of the decision; ``public_path``, the default, where the path needs no
            session.
    """

    user: User | None
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)
    opened: OpenedSession | None = attrs.field(default=None, repr=False, eq=False)
    reason: str = attrs.field(default="public_path", eq=False)

    def headers(self, sent: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """
        Complete the headers of the application's response: cookies, caching and ``Vary``.

        A cache that stored a response with a user's session would serve it to other users.  So the
        cookies replace every caching header of the application.
        """
        given = list(sent)
        if self.cookies:
            kept = [(name, value) for name, value in given if not _CACHING.fullmatch(name)]
            given = [*kept, ("cache-control", "no-store"), *_write_set_cookie(self.cookies)]
        return given if _varies_by_cookie(given) else [*given, VARY]


def _varies_by_cookie(headers: Iterable[tuple[str, str]]) -> bool:
    """See: RFC 9110 §12.5.5."""
    named = (value.split(",") for name, value in headers if name.lower() == "vary")
    return any(each.strip().lower() in ("cookie", "*") for values in named for each in values)


def _write_set_cookie(cookies: Iterable[str]) -> list[tuple[str, str]]:
    return [("set-cookie", value) for value in cookies]
