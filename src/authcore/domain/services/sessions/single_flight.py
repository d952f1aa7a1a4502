"""One call for all threads that need the same result at the same time."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

import attrs


Result = TypeVar("Result")

_ALL: Final[WeakSet["SingleFlight[Any]"]] = WeakSet()


@attrs.define(eq=False, repr=False)
class SingleFlight(Generic[Result]):
    """
    Share the outcome of a call between the threads that request it while it runs.

    The wait has the bound of the calls: they must return or raise in bounded time.

    A process that was forked during a call does not wait for it: the thread that would end the call
    does not exist there.
    """

    _flights: dict[str, Future[Result]] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        _ALL.add(self)

    def is_under_way(self, key: str) -> bool:
        """Whether a thread is making the call of *key* now."""
        return key in self._flights

    def do(self, key: str, call: Callable[[], Result]) -> Result:
        """Return or raise the outcome of *call*, made by this thread or by an earlier one."""
        own: Future[Result] = Future()
        with self._lock:
            flight = self._flights.setdefault(key, own)
        if flight is own:
            self._run(key, call, own)
        return flight.result()

    def forget_calls(self) -> None:
        """Begin without calls, in a forked process."""
        self._flights, self._lock = {}, threading.Lock()

    def _run(self, key: str, call: Callable[[], Result], own: Future[Result]) -> None:
        try:
            own.set_result(call())
        except BaseException as error:  # noqa: BLE001 - threads that wait must get it too, of any kind
            own.set_exception(error)
        finally:
            with self._lock:
                self._flights.pop(key, None)  # none in a process that the call itself forked


def _forget_calls() -> None:
    for flights in list(_ALL):
        flights.forget_calls()


os.register_at_fork(after_in_child=_forget_calls)
