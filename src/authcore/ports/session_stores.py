"""What requests remember for each other."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Final, Protocol

from authcore.domain.model.tokens import TokenSet


MAX_TEXT_LENGTH: Final = 64 * 1024
"""Characters of one sealed text."""


class RefreshResultCache(Protocol):
    """
    What refresh tokens were traded for a moment ago.

    Parallel requests of one browser carry the same old token.  Whoever comes second is given what
    the first one got, instead of spending the token again.
    """

    __slots__ = ()

    @abstractmethod
    def recall(self, key: str) -> TokenSet | None:
        """
        What the token behind *key* was traded for; None when nobody remembers.

        Args:
            key: A digest of the old refresh token.

        Raises:
            RefreshTokenRejectedError: The provider refused it a moment ago.

            CoordinationUnavailableError: Nobody can say.
        """

    @abstractmethod
    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """
        Keep *tokens* for *ttl*.

        Raises:
            CoordinationUnavailableError: They may be remembered or not.
        """

    @abstractmethod
    def remember_refusal(self, key: str, ttl: timedelta) -> None:
        """
        Keep for *ttl* that the provider refuses the token.

        Raises:
            CoordinationUnavailableError: It may be remembered or not.
        """


class SealedStore(Protocol):
    """
    Keeps texts that only their owner can read, for processes that share nothing else.

    What is put is sealed already: the store is not trusted to keep secrets, nor to keep texts
    apart.
    """

    __slots__ = ()

    @abstractmethod
    def get(self, key: str) -> str | None:
        """
        The text under *key*; None when there is none, or its end has come.

        Sees every ``put`` that returned before it was called.

        Args:
            key: Not a secret; a digest.

        Raises:
            CoordinationUnavailableError: Nobody can say.
        """

    @abstractmethod
    def put(self, key: str, text: str, *, until: datetime) -> None:
        """
        Keep *text* under *key*, in the place of whatever was there.

        Args:
            key: Not a secret; a digest.

            text: Letters, digits and ``-_``.

            until: When it is forgotten.  Aware, UTC.

        Raises:
            SessionTooLargeError: *text* is longer than MAX_TEXT_LENGTH.

            CoordinationUnavailableError: It may be kept or not.
        """

    @abstractmethod
    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """
        Keep *text* in the place of what is under *key*; False, and nothing is, where nothing was.

        What was dropped, or has ended, is not brought back: not by a ``replace`` either that was
        under way at the time.

        Args:
            key: As ``put``.

            text: As ``put``.

            until: As ``put``.

        Raises:
            SessionTooLargeError, CoordinationUnavailableError: As ``put``.
        """

    @abstractmethod
    def drop(self, key: str) -> None:
        """
        Forget what is under *key*.  Dropping nothing is harmless.

        Raises:
            CoordinationUnavailableError: It may be forgotten or not.
        """
