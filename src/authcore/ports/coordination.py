"""Agreement between requests that do not know of each other."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import attrs


class ReplayCache(Protocol):
    """Remembers what happened once."""

    __slots__ = ()

    @abstractmethod
    def first_time(self, key: str, ttl: timedelta) -> bool:
        """
        True exactly once per *key* within *ttl*, also when asked from many threads at once.

        Args:
            key: Not a secret; a digest.

            ttl: How long it is remembered.

        Raises:
            CoordinationUnavailableError: Nobody can say.  It may be remembered.
        """

    @abstractmethod
    def forget(self, key: str) -> bool:
        """
        Let *key* be new again.  CookieClearing twice is harmless.

        Only for callers who know that nothing came of what happened once.

        Args:
            key: As it was given to ``first_time``.

        Returns:
            Whether it was remembered.

        Raises:
            CoordinationUnavailableError: Nobody can say.  It may be forgotten.
        """


@attrs.frozen
class LeaseGrant:
    """
    The right to do one thing alone, for a while.

    Attributes:
        fence: Grows with every grant of the same key: a store that remembers the highest fence it
            saw can refuse a holder that slept through the end of its lease.
        expires_at: Aware, UTC.
    """

    fence: int
    expires_at: datetime


class Lease(Protocol):
    """Mutual exclusion between processes that do not know of each other."""

    __slots__ = ()

    @abstractmethod
    def hold(self, key: str, ttl: timedelta) -> AbstractContextManager[LeaseGrant]:
        """
        Hold *key* within a ``with`` block, for *ttl* at most; given back at its end.

        Never waits.

        Args:
            key: Not a secret.

            ttl: After it the lease is free again, also if its holder was killed.

        Raises:
            LeaseHeldError: Somebody else has it.

            CoordinationUnavailableError: Nobody can say.
        """
