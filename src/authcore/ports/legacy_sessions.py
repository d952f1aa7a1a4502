"""The old login, which is still honoured."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import LegacyAccount


class LegacySessions(Protocol):
    """Who is signed in to the legacy system."""

    __slots__ = ()

    @abstractmethod
    def are_carried(self, cookie_header: str) -> bool:
        """Whether *cookie_header* may hold a legacy session.  Asks nobody, never raises."""

    @abstractmethod
    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """
        Whose legacy session *cookie_header* holds.

        Args:
            cookie_header: Every ``Cookie`` header of the request, joined by ``"; "``.

        Returns:
            None when there is no session, it has ended, its account is locked, or two different
            ones are carried: one of them may be an attacker's.

        Raises:
            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """


class LegacySignOut(Protocol):
    """Ends sessions of the legacy system."""

    __slots__ = ()

    @abstractmethod
    def end(self, cookie_header: str) -> None:
        """
        End every legacy session that *cookie_header* holds.  Ending an ended one is harmless.

        Raises:
            LegacyUnavailableError: No answer worth trusting; it may have ended.
        """

    @abstractmethod
    def clear(self) -> tuple[str, ...]:
        """The ``Set-Cookie`` values that delete the legacy session cookie.  Asks nobody."""
