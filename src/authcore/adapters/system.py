"""The clock, randomness and environment of the system; no other module reads them."""

import os
import random
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from authcore.ports.system import Clock, Entropy, Pause


monotonic = time.monotonic
"""Seconds of a clock that never runs backwards: for deadlines, not for lifetimes."""


class SystemClock(Clock):
    """The system clock."""

    __slots__ = ()

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)


class SystemPause(Pause):
    """Waits in the calling thread.  Ends early only with KeyboardInterrupt."""

    __slots__ = ()

    def wait(self, duration: timedelta) -> None:
        """See the port."""
        until = monotonic() + duration.total_seconds()
        never = threading.Event()
        while (left := until - monotonic()) > 0:
            never.wait(min(left, threading.TIMEOUT_MAX))


class SystemEntropy(Entropy):
    """The operating system's random number generator."""

    __slots__ = ()

    def token(self) -> str:
        """See the port."""
        return secrets.token_urlsafe(32)


def random_id() -> str:
    """
    Make an id of 80 bits, in hex, that must open nothing: it can be guessed from many others.

    Without a call to the system, which would cost more than all else that a request id needs.
    Forked processes make different ones.
    """
    return f"{random.getrandbits(80):020x}"


def environment() -> Mapping[str, str]:
    """A copy of the process's environment variables."""
    return dict(os.environ)
