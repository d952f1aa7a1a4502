"""Log of the messages between the parts (hops), for the flow page and the tour."""

import threading
from collections import deque
from datetime import datetime
from typing import Final, Literal

import attrs

from authcore.ports.system import Clock


MAX_HOPS: Final = 500

Actor = Literal["browser", "cms", "auth", "guard", "cognito", "lambda", "legacy", "admin"]
"""``guard``: in front of the CMS, or in the auth service."""


def shorten(secret: str) -> str:
    """Shorten *secret* for display: enough to recognise it, too little to use it."""
    return f"{secret[:6]}…({len(secret)})" if len(secret) > 12 else "…"


@attrs.frozen
class Hop:
    """
    One message from one part to another.

    Attributes:
        number: Counts up from 1.
        at: Aware, UTC.
        sender: Sends the request.
        receiver: Answers it.
        request: E.g. ``GET /auth/signin``, without secrets.
        answer: E.g. ``302``, ``user migrated``.
        detail: What was set, sent or decided; secrets shortened.
    """

    number: int
    at: datetime
    sender: Actor
    receiver: Actor
    request: str
    answer: str
    detail: str = ""


class FlowLog:
    """Keeps the last MAX_HOPS hops.  Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._hops: deque[Hop] = deque(maxlen=MAX_HOPS)
        self._count = 0

    def record(
        self, sender: Actor, receiver: Actor, request: str, answer: str, detail: str = ""
    ) -> None:
        """Keep one hop."""
        with self._lock:
            self._count += 1
            now = self._clock.now()
            self._hops.append(Hop(self._count, now, sender, receiver, request, answer, detail))

    def since(self, number: int) -> list[Hop]:
        """Return the hops after *number*, oldest first."""
        with self._lock:
            return [hop for hop in self._hops if hop.number > number]
