"""Agreement between requests that do not know of each other."""

from abc import abstractmethod
from datetime import timedelta
from typing import Protocol


class SeenBefore(Protocol):
    """Remembers what happened once."""

    __slots__ = ()

    @abstractmethod
    def first_time(self, key: str, ttl: timedelta) -> bool:
        """
        True exactly once per *key* within *ttl*, also when asked from many threads at once.

        Args:
            key: Not a secret; a digest.

            ttl: How long it is remembered.
        """
