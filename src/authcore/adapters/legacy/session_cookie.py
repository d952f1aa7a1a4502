"""The session cookie of the legacy system, which authcore reads and deletes but never sets."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from authcore.adapters.cookie_header import cookie_pairs
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.domains import HOST_ONLY


MAX_SESSION_LENGTH: Final = 4096
"""Characters; browsers store no longer cookies."""

MAX_SESSIONS_ENDED: Final = 4
"""Maximum number of sessions of one browser that are ended."""

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
"""See: RFC 6265 §4.1.1."""

_DELETING: Final = (
    "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; {domain}Path=/; Secure; HttpOnly"
)


@attrs.frozen
class LegacyCookie:
    """
    Name and scope of the legacy session cookie.

    Attributes:
        name: Name of the cookie.
        domain: The cookie is sent to this host and all its subdomains.
        former_domains: Domains that it had before, where it is deleted, too; none by default.
    """

    name: str = attrs.field(validator=attrs.validators.matches_re(NAME))
    domain: str
    former_domains: Sequence[str] = ()

    def sessions(self, cookie_header: str) -> tuple[str, ...]:
        """The different sessions in *cookie_header*, in order, without empty and too long ones."""
        found = (value for name, value in cookie_pairs(cookie_header) if name == self.name)
        return tuple(dict.fromkeys(each for each in found if 0 < len(each) <= MAX_SESSION_LENGTH))

    def single_session(self, cookie_header: str) -> str | None:
        """The only session in *cookie_header*; None if there are none or several."""
        found = self.sessions(cookie_header)
        return found[0] if len(found) == 1 else None

    def delete_cookies(self) -> tuple[str, ...]:
        """``Set-Cookie`` values that delete it: of every domain, and of the host only."""
        domains = (self.domain, *(each for each in self.former_domains if each != HOST_ONLY))
        scopes = (*(f"Domain={each}; " for each in domains), "")
        return tuple(f"{self.name}=; {_DELETING.format(domain=scope)}" for scope in scopes)


def end_each(sessions: Sequence[str], end: Callable[[str], None]) -> None:
    """
    Call *end* for the first MAX_SESSIONS_ENDED sessions, also after a failure.

    An attacker who plants a cookie thus cannot protect another session from its end.

    Raises:
        LegacyUnavailableError: The first failure; or there are more sessions.
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
        raise LegacyUnavailableError(
            "the browser carries too many legacy sessions", detail="too many sessions"
        )
