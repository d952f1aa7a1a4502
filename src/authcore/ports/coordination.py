"""One-time keys and leases, shared by all requests."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import attrs


class ReplayCache(Protocol):
    """Remembers keys that may be used once."""

    __slots__ = ()

    @abstractmethod
    def first_time(self, key: str, ttl: timedelta) -> bool:
        """
        Record *key*; True exactly once per key within *ttl*, also under concurrent calls.

        Args:
            key: A digest, not a secret.

            ttl: How long the key is remembered.

        Raises:
            CoordinationUnavailableError: No usable answer.  The key may be recorded.
        """

    @abstractmethod
    def forget(self, key: str) -> bool:
        """
        Remove *key*, so that the next ``first_time`` is True.  Forgetting twice is harmless.

        Only for callers that know that the action behind the key had no effect.

        Args:
            key: As it was passed to ``first_time``.

        Returns:
            Whether the key was remembered.

        Raises:
            CoordinationUnavailableError: No usable answer.  The key may be removed.
        """


class CreateIntents(ReplayCache, Protocol):
    """Remembers calls that must not be repeated blindly, and what came of them."""

    __slots__ = ()

    @abstractmethod
    def complete(self, key: str, result: str) -> None:
        """
        Keep *result* with a remembered *key*, for the rest of its ttl.

        Does nothing if *key* is not remembered.

        Args:
            key: As it was passed to ``first_time``.

            result: What came of the call: 1 to 64 characters, no secret.

        Raises:
            CoordinationUnavailableError: No usable answer.  The result may be kept.
        """

    @abstractmethod
    def result_of(self, key: str) -> str | None:
        """
        The result that was kept with *key*; None where there is none.

        Raises:
            CoordinationUnavailableError: No usable answer.
        """


@attrs.frozen
class LeaseGrant:
    """
    An exclusive right that ends by itself.

    Attributes:
        fence: Grows with every grant of the same key.  A store that remembers the highest fence it
            saw can refuse a holder that outlived its lease.
        expires_at: Aware, UTC.
    """

    fence: int
    expires_at: datetime


class Lease(Protocol):
    """Mutual exclusion between processes."""

    __slots__ = ()

    @abstractmethod
    def hold(self, key: str, ttl: timedelta) -> AbstractContextManager[LeaseGrant]:
        """
        Hold *key* during a ``with`` block, for *ttl* at most, and release it at the end.

        Does not wait for another holder.

        Args:
            key: Not a secret.

            ttl: The lease is free again after this time, even if its holder was killed.

        Raises:
            LeaseHeldError: Another holder has the lease.

            CoordinationUnavailableError: No usable answer.
        """


class RenewableLease(Lease, Protocol):
    """A lease for work that takes longer than a ttl."""

    __slots__ = ()

    @abstractmethod
    def renew(self, key: str, grant: LeaseGrant, ttl: timedelta) -> LeaseGrant:
        """
        Hold *key* for *ttl* from now on, inside the block of its ``hold``.

        Args:
            key: As it was passed to ``hold``.

            grant: Of that ``hold``, or of the last renewal.

            ttl: As for ``hold``.

        Returns:
            The grant with its new end, and the same fence.

        Raises:
            LeaseHeldError: The grant has ended; another holder may have had the lease since.

            CoordinationUnavailableError: No usable answer.  The lease may be renewed.
        """


class MachineLock(Protocol):
    """Mutual exclusion between the processes of one machine."""

    __slots__ = ()

    @abstractmethod
    def hold(self, key: str) -> AbstractContextManager[None]:
        """
        Hold *key* during a ``with`` block; a process that is killed holds nothing any more.

        Does not wait for another holder.

        Args:
            key: 1 to 64 letters, digits, ``_`` and ``-``.

        Raises:
            LeaseHeldError: Another process, or another block of this one, holds it.

            ConfigurationError: Nothing can be held, e.g. the folder of the locks is not writable.
        """
