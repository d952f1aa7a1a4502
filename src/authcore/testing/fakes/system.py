"""A clock that tests move, and a scripted source of tokens."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import anyio.lowlevel

from authcore.ports.system import AsyncPause, Clock, Entropy, Pause


_TURNS: Final = 10
"""How often the event loop turns in one wait."""


class FrozenClock(Clock):
    """A clock that stands still until a test moves it; by default at 2026-03-14 09:26:53."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """See the port."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the time forward by *by*."""
        self._now += by


class RecordedPause(Pause):
    """
    Moves *clock* instead of waiting.

    Attributes:
        waited: The duration of each wait, in order.
    """

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self.waited: list[timedelta] = []

    def wait(self, duration: timedelta) -> None:
        """See the port."""
        self.waited.append(duration)
        self._clock.advance(max(duration, timedelta(0)))


class RecordedAsyncPause(AsyncPause):
    """
    Moves *clock* instead of waiting, once the other tasks have run.

    Attributes:
        waited: The duration of each wait, in order.
    """

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self.waited: list[timedelta] = []

    async def wait(self, duration: timedelta) -> None:
        """See the port."""
        for _ in range(_TURNS):
            await anyio.lowlevel.checkpoint()
        self.waited.append(duration)
        self._clock.advance(max(duration, timedelta(0)))


class ScriptedEntropy(Entropy):
    """Returns the scripted tokens first, then numbered ones, all different."""

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self._scripted = list(tokens)
        self._given = 0

    def token(self) -> str:
        """See the port."""
        if self._scripted:
            return self._scripted.pop(0)
        self._given += 1
        return f"entropy-{self._given:035d}"
