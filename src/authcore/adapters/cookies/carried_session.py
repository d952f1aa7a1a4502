"""A session that the browser carries whole, in cookies."""

from abc import abstractmethod
from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta

from authcore.adapters.cookies.session_choice import choose_session
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET, SessionCookies
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import TokenSet
from authcore.ports.cookies import SessionJar
from authcore.ports.system import Clock


class CookieSessionJar(SessionJar):
    """
    A session that the browser carries whole, in cookies.

    Args:
        domain: The cookies are sent to this host and all its subdomains.

        lifetime: Of a session, from ``write`` on; at most that of the refresh token.  1 second to
            400 days.

        clock: Tells the remaining lifetime, also if the browser keeps a session longer.

        budget: Maximum length of the session in the ``Cookie`` header, in characters, names
            included; by default DEFAULT_BUDGET.

        former_domains: Domains of which cookies are deleted, too: those that the cookies had
            before, or ``host-only``; at most MAX_FORMER_DOMAINS, none by default.
    """

    __slots__ = ("_clock", "_cookies")

    def __init__(
        self,
        *,
        domain: str,
        lifetime: timedelta,
        clock: Clock,
        budget: int = DEFAULT_BUDGET,
        former_domains: Sequence[str] = (),
    ) -> None:
        self._cookies = SessionCookies(
            domain=domain, lifetime=lifetime, budget=budget, former_domains=former_domains
        )
        self._clock = clock

    def read(self, cookie_header: str) -> TokenSet | None:
        """See the port."""
        return choose_session({*self._open_all(cookie_header).values()})

    def read_all(self, cookie_header: str) -> CarriedSessions:
        """See the port."""
        first, opened = self.read(cookie_header), self._open_all(cookie_header)
        sessions = dict.fromkeys((*([first] if first else []), *opened.values()))
        names = self._names()
        return self._cookies.read_carried(
            cookie_header,
            sessions,
            lambda name, value: name in names and value.partition(".")[0] in opened,
        )

    @abstractmethod
    def _open_all(self, cookie_header: str) -> Mapping[str, TokenSet]:
        """Read every session of which all cookies are there, by its generation."""

    @abstractmethod
    def _names(self) -> Container[str]:
        """Names of the cookies of this format."""

    def write(self, value: TokenSet, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._write(value, cookie_header, self._cookies.lifetime)

    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """See the port."""
        left = self._cookies.remaining_lifetime(signed_in_at, now=self._clock.now())
        return self._write(value, cookie_header, left)

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._cookies.delete_cookies(cookie_header)

    @abstractmethod
    def _write(self, value: TokenSet, cookie_header: str, lifetime: timedelta) -> tuple[str, ...]:
        """Set the cookies of *value* for *lifetime*."""
