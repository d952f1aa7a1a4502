"""What becomes of outside calls: of those of one step, one by one, or of all for a while."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Any, Literal, TypeVar

import attrs

from authcore.domain.errors import CoordinationMisconfiguredError, CoordinationUnavailableError


Side = Literal["legacy", "pool", "table"]

T = TypeVar("T")


class Fault(StrEnum):
    """What becomes of one call."""

    UNSENT = "unsent"  # no effect, the connection fails
    FAILED = "failed"  # no effect, an error of the server
    THROTTLED = "throttled"  # no effect, too many requests
    FORBIDDEN = "forbidden"  # no effect, a wrong key or a missing permission
    LOST = "lost"  # takes effect, the answer does not come
    KILLED = "killed"  # takes effect, then the function dies; Cognito calls it again


class Killed(BaseException):
    """The function is gone; nothing in it may catch this."""


class SpoiltError(Exception):
    """A call went wrong; each line tells its client so in the client's own words."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


@attrs.define
class Weather:
    """
    Decides about every outside call.

    Attributes:
        down: Sides that answer nothing, from step to step.
        strikes: Faults of single calls of this step, by number, from 1.
        between: Runs before the call of that number, in the middle of the step.
        calls: Of this step so far.
        spoilt: Faults that fell in this step, as ``side.fault``.
    """

    down: set[Side] = attrs.field(factory=set)
    strikes: Mapping[int, Fault] = attrs.field(factory=dict)
    between: Mapping[int, Callable[[], object]] = attrs.field(factory=dict)
    calls: int = 0
    spoilt: list[str] = attrs.field(factory=list)

    def begin(
        self,
        strikes: Mapping[int, Fault] | None = None,
        between: Mapping[int, Callable[[], object]] | None = None,
    ) -> None:
        """Another step begins."""
        self.strikes, self.between = strikes or {}, between or {}
        self.calls = 0
        self.spoilt = []

    def carry_out(self, side: Side, call: Callable[[], T]) -> T:
        """
        Return what *call* returns.

        Raises:
            SpoiltError: It had no effect, or its answer is lost.

            Killed: It had its effect, and the caller is dead.
        """
        self.calls += 1
        number = self.calls
        if number in self.between:
            self.between[number]()
        fault = Fault.UNSENT if side in self.down else self.strikes.get(number)
        if fault is None:
            return call()
        self.spoilt.append(f"{side}.{fault}")
        if fault in {Fault.LOST, Fault.KILLED}:
            call()
        if fault is Fault.KILLED:
            raise Killed
        raise SpoiltError(fault)


class Struck:
    """A store between *weather* and its caller; a killed holder of a lease does not release it."""

    def __init__(self, store: Any, weather: Weather) -> None:
        self._store = store
        self._weather = weather
        self._abandoned: list[AbstractContextManager[Any]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            return self._carried_out(lambda: method(*arguments, **named))

        return call

    @contextmanager
    def hold(self, *arguments: Any) -> Iterator[Any]:
        """See the Lease port."""
        held = self._store.hold(*arguments)
        grant = self._carried_out(held.__enter__)
        try:
            yield grant
        except Killed:
            self._abandoned.append(held)
            raise
        except BaseException as error:
            held.__exit__(type(error), error, error.__traceback__)
            raise
        held.__exit__(None, None, None)

    def _carried_out(self, call: Callable[[], T]) -> T:
        try:
            return self._weather.carry_out("table", call)
        except SpoiltError as spoilt:
            is_wrong = spoilt.fault is Fault.FORBIDDEN
            error = CoordinationMisconfiguredError if is_wrong else CoordinationUnavailableError
            raise error("no usable answer", detail=f"table: {spoilt.fault}") from None
