"""Waits of a command's threads, which end when the operator stops the command."""

import threading
from datetime import timedelta

from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore.ports.system import Pause


class StoppablePause(Pause):
    """Waits like the system's pause until it is stopped; then every wait fails at once."""

    def __init__(self) -> None:
        """Wait, until ``stop`` is called."""
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the waits of all threads, and those that follow."""
        self._stopped.set()

    def wait(self, duration: timedelta) -> None:
        """
        See the port.

        Raises:
            UnavailableError: The command was stopped.
        """
        until = monotonic() + duration.total_seconds()
        while (left := until - monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(left, threading.TIMEOUT_MAX))
        if self._stopped.is_set():
            raise UnavailableError("the command was stopped", detail="stopped")
