"""Storage that requests share: refresh results, and sealed session texts."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Final, Protocol

from authcore.domain.model.tokens import TokenSet


MAX_TEXT_LENGTH: Final = 64 * 1024
"""Maximum length of one sealed text, in characters."""


class RefreshResultCache(Protocol):
    """
    Results of recent refreshes.

    Parallel requests of one browser carry the same old refresh token.  The first request exchanges
    it; the others get the result from here instead of spending the token again.
    """

    __slots__ = ()

    @abstractmethod
    def recall(self, key: str) -> TokenSet | None:
        """
        The tokens that the refresh token behind *key* was exchanged for; None if not known.

        Args:
            key: A digest of the old refresh token.

        Raises:
            RefreshTokenRejectedError: A refusal or a rejection of the token is remembered.

            CoordinationUnavailableError: No usable answer.
        """

    @abstractmethod
    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """
        Keep *tokens* under *key* for *ttl*, in place of earlier tokens or of a rejection.

        Of a ``remember`` and a ``remember_refusal`` of one key at the same time, either this call
        raises, or the other one returns *tokens*, or both: no order loses the tokens.

        Raises:
            RefreshTokenRejectedError: A refusal is remembered, and stays.

            CoordinationUnavailableError: No usable answer.  The tokens may be kept.
        """

    @abstractmethod
    def remember_rejection(self, key: str, ttl: timedelta) -> None:
        """
        Remember for *ttl* that the provider rejects the token behind *key*.

        Has no effect where tokens are remembered: of two processes that exchanged one token at the
        same time, the one that got tokens knows better.

        Raises:
            CoordinationUnavailableError: No usable answer.  The rejection may be kept.
        """

    @abstractmethod
    def remember_refusal(self, key: str, ttl: timedelta) -> TokenSet | None:
        """
        Refuse the token behind *key* for *ttl*: its session has ended.  Nothing replaces a refusal.

        Returns:
            The tokens that the token was exchanged for, where they are remembered; None otherwise.
            A repeated call returns them too.

        Raises:
            CoordinationUnavailableError: No usable answer.  The refusal may be kept.
        """


class SealedStore(Protocol):
    """
    Keeps sealed texts for all processes.

    Callers encrypt a text and bind it to its key first: the store is trusted neither to keep
    secrets nor to return the right text.
    """

    __slots__ = ()

    @abstractmethod
    def get(self, key: str) -> str | None:
        """
        The text under *key*; None when there is none, or it has expired.

        Sees every ``put`` that returned before this call began.

        Args:
            key: A digest, not a secret.

        Raises:
            CoordinationUnavailableError: No usable answer.
        """

    @abstractmethod
    def put(self, key: str, text: str, *, until: datetime) -> None:
        """
        Keep *text* under *key*, in place of any earlier text.

        Args:
            key: A digest, not a secret.

            text: Letters, digits and ``-_``.

            until: When the text expires.  Aware, UTC.

        Raises:
            SessionTooLargeError: *text* is longer than MAX_TEXT_LENGTH characters; nothing is sent.

            CoordinationUnavailableError: No usable answer.  The text may be kept.
        """

    @abstractmethod
    def add(self, key: str, text: str, *, until: datetime) -> bool:
        """
        Keep *text* under *key*; False, without any effect, where there is a text.

        Args:
            key: As ``put``.

            text: As ``put``.

            until: As ``put``.

        Raises:
            SessionTooLargeError, CoordinationUnavailableError: As ``put``.
        """

    @abstractmethod
    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """
        Replace the text under *key*; False, without any effect, where there is none.

        A text that was dropped or has expired does not come back, not even by a ``replace`` that
        was under way at that moment.

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
        Delete the text under *key*.  Harmless where there is none.

        Raises:
            CoordinationUnavailableError: No usable answer.  The text may be deleted.
        """
