"""One call for all who want the same thing at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar


Result = TypeVar("Result")


class SingleFlight(Generic[Result]):
    """
    Shares the outcome of a call between the threads that ask for it while it runs.

    Waiting is as bounded as the calls are: they must return or raise in bounded time.
    """

    def __init__(self) -> None:
        self._flights: dict[str, Future[Result]] = {}
        self._lock = threading.Lock()

    def is_under_way(self, key: str) -> bool:
        """Whether somebody is at *key* right now."""
        return key in self._flights

    def do(self, key: str, call: Callable[[], Result]) -> Result:
        """
        What *call* returns or raises, made by this thread or by one that was faster.

        Args:
            key: Names the thing.

            call: Gets it.
        """
        own: Future[Result] = Future()
        with self._lock:
            flight = self._flights.setdefault(key, own)
        if flight is own:
            self._fly(key, call, own)
        return flight.result()

    def _fly(self, key: str, call: Callable[[], Result], own: Future[Result]) -> None:
        try:
            own.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            own.set_exception(error)
        finally:
            with self._lock:
                del self._flights[key]
