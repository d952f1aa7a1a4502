"""Limits on attempts, such as guesses of a password."""

from abc import abstractmethod
from typing import Protocol


class AttemptLimiter(Protocol):
    """
    Counts the attempts of each key, and admits no more than its limit within its window of time.

    Windows begin at multiples of their length since 1970, for all keys at once.  So two windows in
    a row admit at most twice the limit, and a key is free again after one window at most.
    """

    __slots__ = ()

    @abstractmethod
    def admit(self, key: str) -> None:
        """
        Count one attempt of *key*.

        Args:
            key: A digest, not a secret.

        Raises:
            TooManyAttemptsError: The limit is reached; ``retry_after`` is the rest of the window.
                An adapter may refuse earlier, never later.

            CoordinationUnavailableError: No usable answer.  The attempt may be counted; the caller
                must not continue it.
        """
