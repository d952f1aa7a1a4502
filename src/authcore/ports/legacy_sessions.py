"""Sessions of the legacy login, which stay valid during the migration."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import LegacyAccount


class LegacySessions(Protocol):
    """Finds the account behind a legacy session cookie."""

    __slots__ = ()

    @abstractmethod
    def are_carried(self, cookie_header: str) -> bool:
        """Whether *cookie_header* may hold a legacy session.  Sends no request, never raises."""

    @abstractmethod
    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """
        The account whose legacy session *cookie_header* holds.

        Args:
            cookie_header: Every ``Cookie`` header of the request, joined by ``"; "``.

        Returns:
            None when there is no session, it has ended, its account is locked, or the header holds
            two different sessions, one of which may be an attacker's.

        Raises:
            LegacyUnavailableError: No answer, or one outside the contract.  An answer about another
                session says nothing about this one, so it is no answer either.
        """


class LegacySignOut(Protocol):
    """Ends sessions of the legacy system."""

    __slots__ = ()

    @abstractmethod
    def end(self, cookie_header: str) -> None:
        """
        End every legacy session that *cookie_header* holds.  Ending an ended one is harmless.

        Raises:
            LegacyUnavailableError: No usable answer.  The session may have ended.
        """

    @abstractmethod
    def clear(self) -> tuple[str, ...]:
        """The ``Set-Cookie`` values that delete the legacy session cookie.  Sends no request."""
