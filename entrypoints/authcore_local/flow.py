"""Log of the messages between the parts (hops) and of audit events, for the flow page and tour."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from authcore.adapters.correlation import current
from authcore.domain.model.audit import AuditEvent
from authcore.ports.system import Clock


MAX_HOPS: Final = 500
MAX_NOTES: Final = 500
SHORT_ID: Final = 8
"""Characters of an id that are shown."""

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
        began: When the request came, counted with all other beginnings and ends.
        ended: When it was answered, in the same count.
    """

    number: int
    at: datetime
    sender: Actor
    receiver: Actor
    request: str
    answer: str
    detail: str = ""
    began: int = 0
    ended: int = 0


@attrs.frozen
class Note:
    """
    One line of an audit log.

    Attributes:
        at: Aware, UTC.
        actor: Whose log it is.
        event: As recorded.
        request_id: Of the request it belongs to; None outside of any.
        began: As for a hop.
        ended: The same.
    """

    at: datetime
    actor: Actor
    event: AuditEvent
    request_id: str | None
    began: int
    ended: int

    @property
    def ids(self) -> str:
        """The ids that lead to other lines, shortened."""
        event = self.event
        named = {
            "attempt": event.attempt,
            "next attempt": event.next_attempt,
            "token request": event.token_request,
            "request": self.request_id if self.actor == "lambda" else None,
        }
        return " · ".join(f"{name} {each[:SHORT_ID]}" for name, each in named.items() if each)


Entry: TypeAlias = Hop | Note

_serving: Final[ContextVar[tuple[Actor, int] | None]] = ContextVar("authcore_serving", default=None)


class FlowLog:
    """Keeps the last MAX_HOPS hops and MAX_NOTES audit events.  Safe to share between threads."""

    def __init__(self, clock: Clock, also: Callable[[AuditEvent], None] | None = None) -> None:
        """
        Begin without entries.

        Args:
            clock: Dates them.

            also: Called with each audit event; None, the default, for nothing.
        """
        self._clock = clock
        self._also = also
        self._lock = threading.Lock()
        self._hops: deque[Hop] = deque(maxlen=MAX_HOPS)
        self._notes: deque[Note] = deque(maxlen=MAX_NOTES)
        self._count = 0
        self._moments = 0

    @property
    def moment(self) -> int:
        """How many beginnings and ends were counted."""
        return self._moments

    def begin(self) -> int:
        """Count the beginning of a hop that is recorded later."""
        with self._lock:
            self._moments += 1
            return self._moments

    @contextmanager
    def serving(self, actor: Actor) -> Iterator[None]:
        """Let the hops to *actor* that are recorded inside begin now, before those they cause."""
        token = _serving.set((actor, self.begin()))
        try:
            yield
        finally:
            _serving.reset(token)

    def record(
        self,
        sender: Actor,
        receiver: Actor,
        request: str,
        answer: str,
        detail: str = "",
        *,
        began: int | None = None,
    ) -> None:
        """Keep one hop; *began* is from ``begin``, and by default that of ``serving``, or now."""
        served = _serving.get()
        if began is None and served is not None and served[0] == receiver:
            began = served[1]
        with self._lock:
            self._count += 1
            self._moments += 1
            number, now, moment = self._count, self._clock.now(), self._moments
            told = (number, now, sender, receiver, request, answer, detail)
            self._hops.append(Hop(*told, began=began or moment, ended=moment))

    def note(self, actor: Actor, event: AuditEvent) -> None:
        """Keep an audit event of *actor*."""
        correlation = current()
        request_id = correlation.request_id if correlation else None
        if self._also is not None:
            self._also(event)
        with self._lock:
            self._moments += 1
            moment = self._moments
            self._notes.append(Note(self._clock.now(), actor, event, request_id, moment, moment))

    def since(self, number: int) -> list[Hop]:
        """Return the hops after *number*, oldest first."""
        with self._lock:
            return [hop for hop in self._hops if hop.number > number]

    def entries(self) -> list[Entry]:
        """Return hops and audit events, causes before their effects."""
        with self._lock:
            found: list[Entry] = [*self._hops, *self._notes]
        return sorted(found, key=lambda entry: (entry.began, entry.ended))
