"""Work that a request leaves behind: done soon in a thread, or not at all."""

import os
import queue
import threading
from collections.abc import Callable
from typing import Final

import attrs


MAX_THREADS: Final = 4
MAX_WAITING: Final = 256

IDLE_SECONDS: Final = 10.0
"""How long a thread waits for further work before it ends."""

Call = Callable[[], object]


@attrs.define(eq=False, repr=False)
class Background:
    """
    Runs at most MAX_THREADS calls at once and queues at most MAX_WAITING more, for this process.

    A thread starts when there is work for it, also after a fork, and ends without work.  What is
    under way when the process ends is dropped.

    Attributes:
        threads: By default MAX_THREADS.
        waiting: By default MAX_WAITING.
    """

    threads: int = MAX_THREADS
    waiting: int = MAX_WAITING
    _queue: "queue.Queue[Call]" = attrs.field(init=False)
    _running: int = attrs.field(init=False, default=0)
    _idle: int = attrs.field(init=False, default=0)
    _lock: threading.Lock = attrs.field(init=False, factory=threading.Lock)
    _process: int = attrs.field(init=False, factory=os.getpid)

    @_queue.default
    def _new_queue(self) -> "queue.Queue[Call]":
        return queue.Queue(self.waiting)

    def submit(self, call: Call) -> bool:
        """
        Run *call* soon; False, without effect, where too many calls wait.  Never waits.

        What *call* raises is dropped.
        """
        if self._process != os.getpid():
            self._start_over()
        try:
            self._queue.put_nowait(call)
        except queue.Full:
            return False
        with self._lock:
            if self._running >= self.threads or self._queue.qsize() <= self._idle:
                return True
            self._running += 1
        return self._start()

    def _start_over(self) -> None:
        """Forget the threads of the parent process, which a fork does not continue."""
        self._lock, self._queue = threading.Lock(), self._new_queue()
        self._running = self._idle = 0
        self._process = os.getpid()

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._work, name="authcore-background", daemon=True).start()
        except RuntimeError:  # no thread can start; another one, or a later call, does the work
            with self._lock:
                self._running -= 1
        return True

    def _work(self) -> None:
        while (call := self._take()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001, S112 - the work of others continues
                continue

    def _take(self) -> Call | None:
        """Wait for work; None, once, where this thread ends."""
        with self._lock:
            self._idle += 1
        try:
            call: Call | None = self._queue.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            call = None
        with self._lock:
            self._idle -= 1
            if call is None and not self._queue.empty():
                call = self._take_now()
            if call is None:
                self._running -= 1
        return call

    def _take_now(self) -> Call | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None
