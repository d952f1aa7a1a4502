"""
Judge the sessions of open connections again, and close those whose sessions have ended.

One asyncio task for each event loop judges all connections in turn; no connection has a task or a
thread of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio
import attrs
from anyio.abc import TaskGroup
from anyio.lowlevel import RunVar

from authcore.adapters.async_pause import SystemAsyncPause
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import OpenedSession
from authcore.ports.system import AsyncPause
from authcore_guard.request_guard import RequestGuard


MAX_OPEN: Final = 50_000
"""Maximum number of watched connections of one event loop; further ones are closed."""

AT_ONCE: Final = 32
"""How many sessions are judged at the same time."""

OUTAGE_KEPT_FOR: Final = timedelta(minutes=5)
"""How long a connection stays open while no decision about its session is possible."""

_THREADS: Final = WorkerThreads()


@attrs.define(kw_only=True, eq=False, repr=False)
class OpenConnection:
    """
    One open connection.

    Attributes:
        guard: Judges its session.
        opened: The session that it was opened with.
        end: Closes it; its argument is True where no decision was possible, False for a refusal.
        judged_at: When its session was last found to be good.
        due_at: When it is judged next.
        is_over: Set it once the connection is closed.
    """

    guard: RequestGuard
    opened: OpenedSession
    end: Callable[[bool], Awaitable[None]]
    judged_at: datetime
    due_at: datetime = attrs.field(
        default=attrs.Factory(lambda self: self.judged_at + self.guard.open_check, takes_self=True)
    )
    is_over: bool = False

    def remaining(self) -> timedelta:
        """The time until its session is judged; none where the clock was set back meanwhile."""
        left = self.due_at - self.guard.clock.now()
        return timedelta(0) if left > self.guard.open_check else max(left, timedelta(0))

    def has_gone_unjudged(self, now: datetime) -> bool:
        """Whether no decision has been possible for OUTAGE_KEPT_FOR."""
        return abs(now - self.judged_at) >= OUTAGE_KEPT_FOR


async def is_still_open(
    guard: RequestGuard, opened: OpenedSession, threads: WorkerThreads = _THREADS
) -> bool:
    """
    Judge *opened* without blocking the event loop.

    Raises:
        UnavailableError: No decision is possible now, or too many calls wait.
    """
    known = guard.is_still_open_from_cache(opened)
    if known is not None:
        return known
    return await threads.run(lambda: guard.is_still_open(opened))


@attrs.define(eq=False, repr=False)
class OpenConnections:
    """
    The open connections of one guard, in every event loop of this process.

    Attributes:
        pause: Waits for the next judgement.
        max_open: See MAX_OPEN.
    """

    pause: AsyncPause = attrs.field(factory=SystemAsyncPause)
    max_open: int = MAX_OPEN
    _schedules: RunVar["_Schedule"] = attrs.field(
        init=False, factory=lambda: RunVar("authcore.open_connections")
    )

    def watch(self, connection: OpenConnection) -> bool:
        """Judge *connection* from now on; False, without effect, where there are too many."""
        try:
            schedule = self._schedules.get()
        except LookupError:
            schedule = _Schedule(self.pause)
            self._schedules.set(schedule)
        return schedule.add(connection, self.max_open)


@attrs.define(eq=False, repr=False)
class _Schedule:
    """The connections of one event loop, the one that is due first first."""

    pause: AsyncPause
    _queue: deque[OpenConnection] = attrs.field(init=False, factory=deque)
    _is_running: bool = attrs.field(init=False, default=False)
    _task: object = attrs.field(init=False, default=None)

    def add(self, connection: OpenConnection, max_open: int) -> bool:
        if len(self._queue) >= max_open:
            self._queue = deque(each for each in self._queue if not each.is_over)
            if len(self._queue) >= max_open:
                return False
        self._queue.append(connection)
        if not self._is_running:
            self._is_running = True
            # Outlives the request that opened the first connection, and has none of its context.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=Context())
        return True

    async def _run(self) -> None:
        try:
            while self._queue:  # also what was added while the last closes waited
                async with anyio.create_task_group() as closes:
                    while self._queue:
                        await self._turn(closes)
        finally:
            self._is_running = False

    async def _turn(self, closes: TaskGroup) -> None:
        """Wait for the first connection that is open, or judge those that are due."""
        first = self._queue[0]
        if first.is_over:
            self._queue.popleft()
            return
        if left := first.remaining():
            await self.pause.wait(left)
            return
        async with anyio.create_task_group() as tasks:
            for connection in self._take_due():
                tasks.start_soon(self._judge, connection, closes)

    def _take_due(self) -> list[OpenConnection]:
        due: list[OpenConnection] = []
        while self._queue and len(due) < AT_ONCE:
            if self._queue[0].remaining():
                break
            due.append(self._queue.popleft())
        return [each for each in due if not each.is_over]

    async def _judge(self, connection: OpenConnection, closes: TaskGroup) -> None:
        """
        Let *closes* close *connection*, or judge it again later.  A fault of ours closes it.

        A client that reads nothing makes its close wait, but no judgement.
        """
        now = connection.guard.clock.now()
        is_outage = True
        try:
            is_open = await is_still_open(connection.guard, connection.opened)
            is_outage = False
        except UnavailableError:
            is_open = not connection.has_gone_unjudged(now)
        except Exception:  # noqa: BLE001 - the task serves all connections of the loop
            is_open = False
        if not is_open:
            closes.start_soon(partial(_close, connection, is_outage=is_outage))
            return
        connection.judged_at = connection.judged_at if is_outage else now
        connection.due_at = now + connection.guard.open_check
        self._queue.append(connection)


async def _close(connection: OpenConnection, *, is_outage: bool) -> None:
    if connection.is_over:
        return
    connection.is_over = True
    try:
        await connection.end(is_outage)
    except Exception:  # noqa: BLE001 - servers raise errors of their own for a client that left
        return
