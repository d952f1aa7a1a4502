"""Short-lived random tickets: codes, login sessions, grants of issued tokens."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from authcore.ports.system import Clock, Entropy


MAX_TICKETS: Final = 10_000

Meaning = TypeVar("Meaning")


class OneTimeTokens(Generic[Meaning]):
    """
    Keeps the meaning of each ticket until it expires or is redeemed.

    Holds the newest MAX_TICKETS.  Safe to share between threads.
    """

    def __init__(self, clock: Clock, entropy: Entropy, *, lifetime: timedelta) -> None:
        self._clock = clock
        self._entropy = entropy
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._live: OrderedDict[str, tuple[datetime, Meaning]] = OrderedDict()

    def issue(self, meaning: Meaning) -> str:
        """Return a new ticket, which cannot be guessed."""
        ticket = self._entropy.token()
        self.keep(ticket, meaning)
        return ticket

    def keep(self, ticket: str, meaning: Meaning) -> None:
        """Store *meaning* under *ticket*, which was made elsewhere."""
        with self._lock:
            self._live[ticket] = (self._clock.now() + self._lifetime, meaning)
            while len(self._live) > MAX_TICKETS:
                self._live.popitem(last=False)

    def read(self, ticket: str) -> Meaning | None:
        """Return the meaning of *ticket*; None once it expired or was redeemed."""
        with self._lock:
            return self._live_meaning(self._live.get(ticket))

    def redeem(self, ticket: str) -> Meaning | None:
        """Return the meaning of *ticket* and delete it; None once it expired or was redeemed."""
        with self._lock:
            return self._live_meaning(self._live.pop(ticket, None))

    def _live_meaning(self, entry: tuple[datetime, Meaning] | None) -> Meaning | None:
        if entry is None or entry[0] <= self._clock.now():
            return None
        return entry[1]
