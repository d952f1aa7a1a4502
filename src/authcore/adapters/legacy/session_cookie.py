"""The legacy system's session cookie, which is not ours: read, and deleted, but never set."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from authcore.adapters.cookie_header import cookie_pairs
from authcore.domain.errors import LegacyUnavailableError


MAX_SESSION_LENGTH: Final = 4096
"""Characters; no browser keeps longer cookies."""

MAX_SESSIONS_ENDED: Final = 4
"""Of one browser at once."""

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
"""See: RFC 6265 §4.1.1."""

_DELETING: Final = (
    "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; {domain}Path=/; Secure; HttpOnly"
)


@attrs.frozen
class LegacyCookie:
    """
    Where browsers keep their legacy session.

    Attributes:
        name: Of the cookie.
        domain: It goes to that host and all below it.
    """

    name: str = attrs.field(validator=attrs.validators.matches_re(NAME))
    domain: str

    def sessions(self, cookie_header: str) -> tuple[str, ...]:
        """The different sessions in *cookie_header*, in its order; too long ones are none."""
        found = (value for name, value in cookie_pairs(cookie_header) if name == self.name)
        return tuple(dict.fromkeys(each for each in found if 0 < len(each) <= MAX_SESSION_LENGTH))

    def single_session(self, cookie_header: str) -> str | None:
        """The one session in *cookie_header*; None of none and of several."""
        found = self.sessions(cookie_header)
        return found[0] if len(found) == 1 else None

    def delete_cookies(self) -> tuple[str, ...]:
        """``Set-Cookie`` values that delete it, set for the domain or for the host alone."""
        scopes = (f"Domain={self.domain}; ", "")
        return tuple(f"{self.name}=; {_DELETING.format(domain=scope)}" for scope in scopes)


def end_each(sessions: Sequence[str], end: Callable[[str], None]) -> None:
    """
    Call *end* for the first MAX_SESSIONS_ENDED: a planted session shields no other.

    Raises:
        LegacyUnavailableError: Of the first that failed; or there are more sessions.
    """
    failures: list[LegacyUnavailableError] = []
    for session in sessions[:MAX_SESSIONS_ENDED]:
        try:
            end(session)
        except LegacyUnavailableError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    if len(sessions) > MAX_SESSIONS_ENDED:
        raise LegacyUnavailableError("the browser carries more sessions than one person has")
