"""Cookie jars that keep the values in memory; browsers get a ticket for them."""

import hashlib
from collections.abc import Container
from datetime import datetime, timedelta
from typing import Final, TypeVar

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import TokenSet
from authcore.ports.cookies import CookieJar, SessionJar
from authcore.ports.system import Clock


Value = TypeVar("Value")

_NAME: Final = "__Host-authcore_fake"
_SCOPE: Final = CookieScope(domain=None)
_LIFETIME: Final = timedelta(days=1)


class InMemoryCookieJar(CookieJar[Value]):
    """
    Keeps every value that was written, under an unguessable ticket.

    Args:
        name: Name of the cookie; begins with ``__Host-``.

        too_large: Values that ``write`` refuses with SessionTooLargeError; by default none.
    """

    def __init__(self, name: str = _NAME, *, too_large: Container[Value] = ()) -> None:
        self._name = name
        self._too_large = too_large
        self._kept: dict[str, Value] = {}

    def read(self, cookie_header: str) -> Value | None:
        """See the port."""
        tickets = self._tickets(cookie_header)
        return self._kept.get(tickets.pop()) if len(tickets) == 1 else None

    def write(
        self,
        value: Value,
        cookie_header: str = "",  # noqa: ARG002 - one name, so no cookie is surplus
    ) -> tuple[str, ...]:
        """See the port."""
        return self._write(value, _LIFETIME)

    def _write(self, value: Value, lifetime: timedelta) -> tuple[str, ...]:
        if value in self._too_large:
            raise SessionTooLargeError("the jar is set to refuse this value")
        ticket = hashlib.sha256(f"{self._name} {len(self._kept)}".encode()).hexdigest()
        self._kept[ticket] = value
        return (_SCOPE.set_cookie(self._name, ticket, lifetime),)

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:  # noqa: ARG002 - one name
        """See the port."""
        return (_SCOPE.delete_cookie(self._name),)

    def _tickets(self, cookie_header: str) -> set[str]:
        return {value for name, value in cookie_pairs(cookie_header) if name == self._name}


class InMemorySessionJar(InMemoryCookieJar[TokenSet], SessionJar):
    """
    Keeps sessions in memory; browsers get a ticket for them.

    Args:
        clock: Tells the age of a session.

        lifetime: Of a session; by default 30 days.

        too_large: Sessions that ``write`` refuses with SessionTooLargeError; by default none.

    Attributes:
        renewed: *signed_in_at* of each call of ``renew``, in order.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        lifetime: timedelta = timedelta(days=30),
        too_large: Container[TokenSet] = (),
    ) -> None:
        super().__init__(too_large=too_large)
        self._clock = clock
        self._session_lifetime = lifetime
        self.renewed: list[datetime] = []

    def read_all(self, cookie_header: str) -> CarriedSessions:
        """See the port."""
        first, tickets = self.read(cookie_header), self._tickets(cookie_header)
        opened = [self._kept[ticket] for ticket in sorted(tickets) if ticket in self._kept]
        sessions = dict.fromkeys((*([first] if first else []), *opened))
        return CarriedSessions(tuple(sessions), has_unread=len(opened) < len(tickets))

    def renew(
        self,
        value: TokenSet,
        cookie_header: str,  # noqa: ARG002 - one name, so no cookie is surplus
        *,
        signed_in_at: datetime,
    ) -> tuple[str, ...]:
        """See the port."""
        self.renewed.append(signed_in_at)
        left = signed_in_at + self._session_lifetime - self._clock.now()
        return self._write(value, min(left, _LIFETIME))
