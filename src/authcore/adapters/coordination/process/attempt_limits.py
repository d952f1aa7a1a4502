"""Limits on attempts within one process."""

import hashlib
import threading
from array import array
from typing import Final

from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.ports.system import Clock, Entropy


SLOTS: Final = 131_072
"""256 KiB of counters."""

_DIGEST_BYTES: Final = 8


class ProcessAttemptLimiter(AttemptLimiter):
    """
    Counts attempts within one process: each of several processes admits the limit.

    Keys share a fixed number of counters, so that a flood of keys neither takes memory nor drives
    out the count of another key.  Keys with one counter share one limit.  Which keys those are is
    chosen at random in each process, so that an attacker cannot choose keys that use up the limit
    of a certain user.

    Args:
        limit: Of each key.

        clock: Tells which window it is.

        entropy: Chooses the counters of keys.

        slots: Number of counters, by default SLOTS.
    """

    def __init__(
        self, limit: AttemptLimit, *, clock: Clock, entropy: Entropy, slots: int = SLOTS
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._secret = hashlib.sha256(entropy.token().encode()).digest()
        self._counts = array("H", bytes(2 * slots))
        self._window = 0
        self._lock = threading.Lock()

    def admit(self, key: str) -> None:
        """See the port."""
        slot = self._slot(key)
        with self._lock:
            now = self._clock.now()
            self._begin_window(self._limit.number_at(now))
            if self._counts[slot] >= self._limit.attempts:
                raise self._limit.make_error(now)
            self._counts[slot] += 1

    def _slot(self, key: str) -> int:
        digest = hashlib.blake2b(key.encode(), key=self._secret, digest_size=_DIGEST_BYTES)
        return int.from_bytes(digest.digest(), "big") % len(self._counts)

    def _begin_window(self, number: int) -> None:
        """Forget all counts where another window began, also by a clock that is set back."""
        if number != self._window:
            self._window = number
            self._counts = array("H", bytes(2 * len(self._counts)))
