"""Time that stands still and chance that follows a script."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from authcore.ports.system import Clock, Entropy, Pause


class FrozenClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """See the port."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let *by* pass."""
        self._now += by


class RecordedPause(Pause):
    """
    Moves *clock* instead of waiting.

    Attributes:
        waited: How long each wait would have been, in order.
    """

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self.waited: list[timedelta] = []

    def wait(self, duration: timedelta) -> None:
        """See the port."""
        self.waited.append(duration)
        self._clock.advance(max(duration, timedelta(0)))


class ScriptedEntropy(Entropy):
    """Gives the scripted tokens first, then numbered ones; never the same twice."""

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self._scripted = list(tokens)
        self._given = 0

    def token(self) -> str:
        """See the port."""
        if self._scripted:
            return self._scripted.pop(0)
        self._given += 1
        return f"entropy-{self._given:035d}"
