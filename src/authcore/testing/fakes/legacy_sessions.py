"""Sessions of the legacy login, in memory."""

from typing import Final

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut


COOKIE: Final = "__Secure-legacy_session"


class InMemoryLegacySessions(LegacySessions):
    """
    Sessions in a dictionary, each in a cookie named COOKIE.

    Attributes:
        asked: The header of each call of ``resolve``, in order.
        available: Set to False for an outage.
    """

    def __init__(self) -> None:
        self._open: dict[str, LegacyAccount] = {}
        self._opened = 0
        self.asked: list[str] = []
        self.available = True

    def open(self, account: LegacyAccount) -> str:
        """Begin a session of *account* and return the browser's ``Cookie`` header."""
        self._opened += 1
        session = f"legacy-session-{self._opened:04d}"
        self._open[session] = account
        return f"{COOKIE}={session}"

    def close(self, cookie_header: str) -> None:
        """End the sessions in *cookie_header*."""
        for session in _sessions_in(cookie_header):
            self._open.pop(session, None)

    def are_carried(self, cookie_header: str) -> bool:
        """See the port."""
        return bool(_sessions_in(cookie_header))

    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """See the port."""
        self.asked.append(cookie_header)
        if not self.available:
            raise LegacyUnavailableError("the legacy system is set to be unavailable")
        found = _sessions_in(cookie_header)
        return self._open.get(found.pop()) if len(found) == 1 else None


class InMemoryLegacySignOut(LegacySignOut):
    """
    Ends sessions of *sessions*.

    Attributes:
        available: Set to False for an outage.
    """

    def __init__(self, sessions: InMemoryLegacySessions) -> None:
        self._sessions = sessions
        self.available = True

    def end(self, cookie_header: str) -> None:
        """See the port."""
        if not self.available:
            raise LegacyUnavailableError("the legacy system is set to be unavailable")
        self._sessions.close(cookie_header)

    def clear(self) -> tuple[str, ...]:
        """See the port."""
        return (
            CookieScope("example.com").delete_cookie(COOKIE),
            CookieScope(None).delete_cookie(COOKIE),
        )


def _sessions_in(cookie_header: str) -> set[str]:
    return {value for name, value in cookie_pairs(cookie_header) if name == COOKIE and value}
