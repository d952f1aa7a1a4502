"""Judge the sessions of streamed WSGI and Django responses again, between two chunks."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import OpenedSession
from authcore_guard.open_connections import OUTAGE_KEPT_FOR, is_still_open
from authcore_guard.request_guard import Allow, RequestGuard


Chunk = TypeVar("Chunk")


@attrs.define(eq=False, repr=False)
class StreamJudge:
    """
    Tell before each chunk whether the stream continues.

    The session is judged again every ``open_check``.  A stream ends at its next chunk after its
    session: a thread that waits for a chunk cannot be interrupted.

    Attributes:
        guard: Judges.
        opened: The session that the stream was opened with.
    """

    guard: RequestGuard
    opened: OpenedSession
    _judged_at: datetime = attrs.field(
        init=False, default=attrs.Factory(lambda self: self.guard.clock.now(), takes_self=True)
    )
    _due_at: datetime = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: self._judged_at + self.guard.open_check, takes_self=True
        ),
    )

    def goes_on(self) -> bool:
        """Whether the next chunk may be sent.  May wait for the network."""
        now = self.guard.clock.now()
        if now < self._due_at:
            return True
        try:
            is_open = self.guard.is_still_open(self.opened)
        except UnavailableError:
            return self._outlasts(now)
        return is_open and self._note(now)

    async def goes_on_async(self) -> bool:
        """Decide like ``goes_on``, without blocking the event loop."""
        now = self.guard.clock.now()
        if now < self._due_at:
            return True
        try:
            is_open = await is_still_open(self.guard, self.opened)
        except UnavailableError:
            return self._outlasts(now)
        return is_open and self._note(now)

    def _outlasts(self, now: datetime) -> bool:
        self._due_at = now + self.guard.open_check
        return now - self._judged_at < OUTAGE_KEPT_FOR

    def _note(self, now: datetime) -> bool:
        self._judged_at = now
        self._due_at = now + self.guard.open_check
        return True


class _GuardedStream(Iterator[Chunk]):
    """A body whose ``close`` is that of the application's."""

    def __init__(self, body: Iterable[Chunk], judge: StreamJudge) -> None:
        self._body = body
        self._chunks = iter(body)
        self._judge = judge

    def __next__(self) -> Chunk:
        chunk = next(self._chunks)
        if not self._judge.goes_on():
            raise StopIteration
        return chunk

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def guard_stream(guard: RequestGuard, allowed: Allow, body: Iterable[Chunk]) -> Iterable[Chunk]:
    """
    Judge the session of *allowed* again while *body* is streamed.

    A body whose length is known is complete already, and returned as it is.
    """
    if allowed.opened is None or hasattr(body, "__len__"):
        return body
    return _GuardedStream(body, StreamJudge(guard, allowed.opened))


async def guard_async_stream(
    guard: RequestGuard, opened: OpenedSession, chunks: AsyncIterable[Any]
) -> AsyncIterator[Any]:
    """Judge *opened* again while *chunks* are streamed."""
    judge = StreamJudge(guard, opened)
    async for chunk in chunks:
        if not await judge.goes_on_async():
            return
        yield chunk
