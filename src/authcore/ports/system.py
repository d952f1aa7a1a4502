"""Time and randomness."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    __slots__ = ()

    @abstractmethod
    def now(self) -> datetime:
        """The present moment, aware and in UTC."""


class Pause(Protocol):
    """Waits."""

    __slots__ = ()

    @abstractmethod
    def wait(self, duration: timedelta) -> None:
        """Return no earlier than *duration* from now; immediately if it is zero or negative."""


class AsyncPause(Protocol):
    """Waits without blocking the event loop."""

    __slots__ = ()

    @abstractmethod
    async def wait(self, duration: timedelta) -> None:
        """Return no earlier than *duration* from now; other tasks run meanwhile."""


class Entropy(Protocol):
    """Makes unguessable values."""

    __slots__ = ()

    @abstractmethod
    def token(self) -> str:
        """
        A fresh secret: at least 256 random bits in 43 to 128 characters of base64url.

        See: RFC 7636 §4.1, RFC 4086.
        """
