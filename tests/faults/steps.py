"""
The step injector: numbers every outside call of an attempt and spoils the one it is told to.

A fault strikes between the product's ports and the simulated outside, so the product cannot tell
it from the real thing.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import AuthcoreError, LegacyNotReachedError, LegacyUnavailableError
from faults.outside import Outside


BUDGET: Final = timedelta(seconds=4)
"""What one attempt has, as the handlers have it."""

LATE: Final = timedelta(seconds=7)
"""After the attempt's end and after the trigger's first retry."""

SLEEP: Final = timedelta(minutes=20)
"""
Of a machine that is suspended and resumed.  Whoever comes meanwhile comes in its middle: all that
the sleeper remembered for a while is forgotten by then, and all of theirs when it wakes.
"""

T = TypeVar("T")


class Fault(StrEnum):
    """What becomes of one outside call."""

    UNSENT = "unsent"  # fails before it is sent
    FAILED = "failed"  # takes effect, then an error comes instead of the answer
    LOST = "lost"  # takes effect, no answer comes until the deadline
    HUNG = "hung"  # no effect, no answer until the deadline
    KILLED = "killed"  # takes effect, then the process dies
    LATE = "late"  # no answer until the deadline; takes effect long after it
    ASLEEP = "asleep"  # takes effect, then the process sleeps; it goes on with the answer


SLOW: Final = (Fault.LATE, Fault.ASLEEP)
"""Faults by which an attempt still acts when others have long come and gone."""

PUNCTUAL: Final = tuple(fault for fault in Fault if fault not in SLOW)
"""The others: their effect, if any, falls within the attempt, and the attempt within its time."""


class ProcessKilled(BaseException):
    """The process of the attempt is gone.  Nothing it would still do reaches the outside."""


@attrs.frozen
class Struck:
    """
    One fault at one step.

    Attributes:
        step: Of the attempt's outside calls, from 1.
        fault: What becomes of it.
    """

    step: int
    fault: Fault


class StepInjector:
    """
    The line of one attempt to the outside.

    Attributes:
        steps: How many calls were begun.
        legacy_calls: How many of them to the legacy system.
        history: One line for each of them.
    """

    def __init__(
        self,
        outside: Outside,
        struck: Struck | None = None,
        *,
        before_each: Callable[[], None] = lambda: None,
        after_each: Callable[[], None] = lambda: None,
        sleep: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Strike once.

        Args:
            outside: Where effects happen.

            struck: Where and how; None for an attempt without faults.

            before_each: Called before a call leaves; waits for the attempt's turn.

            after_each: Called after every effect; looks whether the outside is still right.

            sleep: Called when the attempt falls asleep; comes back when it wakes.
        """
        self.steps = 0
        self.legacy_calls = 0
        self.history: list[str] = []
        self._outside = outside
        self._struck = struck
        self._before_each = before_each
        self._after_each = after_each
        self._sleep = sleep
        self._deadline: datetime = outside.clock.now() + BUDGET
        self._killed = False

    def call(
        self,
        name: str,
        effect: Callable[[], T],
        unavailable: type[AuthcoreError],
        *,
        whenever: bool = False,
    ) -> T:
        """
        Carry *effect* out, or what the fault leaves of it.

        Args:
            name: For the history.

            effect: What the outside does.

            unavailable: Raised where no answer comes.

            whenever: The call has a time of its own, so the attempt's deadline does not stop it.
        """
        self._stop_the_dead()
        self._before_each()
        if not whenever and self._outside.clock.now() >= self._deadline:
            raise unavailable("no time is left")
        self.steps += 1
        self.legacy_calls += unavailable is LegacyUnavailableError
        fault = self._struck.fault if self._struck and self._struck.step == self.steps else None
        self.history.append(f"{self.steps} {name}: {fault or 'answered'}")
        if fault is None:
            return self._done(effect)
        if fault is Fault.ASLEEP:
            return self._slept_on(effect)
        return self._spoilt(fault, effect, unavailable)

    def _spoilt(self, fault: Fault, effect: Callable[[], T], unavailable: type[AuthcoreError]) -> T:
        if fault is Fault.LATE:
            self._outside.carry_out_after(LATE, lambda: self._done(effect))
        if fault in {Fault.FAILED, Fault.LOST, Fault.KILLED}:
            with suppress(AuthcoreError):  # a no is an answer, and gets lost as well
                self._done(effect)
        if fault is Fault.KILLED:
            self._killed = True
            raise ProcessKilled
        if fault in {Fault.LOST, Fault.HUNG, Fault.LATE}:
            self._outside.advance(max(timedelta(0), self._deadline - self._outside.clock.now()))
        if fault is Fault.UNSENT and unavailable is LegacyUnavailableError:
            raise LegacyNotReachedError("injected")
        raise unavailable("injected")

    def _slept_on(self, effect: Callable[[], T]) -> T:
        """Deadlines are by a clock that stands still while the machine is suspended."""
        try:
            return self._done(effect)
        finally:
            fell_asleep = self._outside.clock.now()
            self._sleep()
            self._deadline += self._outside.clock.now() - fell_asleep

    def _done(self, effect: Callable[[], T]) -> T:
        try:
            return effect()
        finally:
            self._after_each()

    def _stop_the_dead(self) -> None:
        if self._killed:
            raise ProcessKilled
