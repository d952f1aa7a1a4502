"""Waits on the event loop; apart from ``system``, because importing anyio takes time."""

from datetime import timedelta

import anyio

from authcore.ports.system import AsyncPause


class SystemAsyncPause(AsyncPause):
    """Waits in the calling task, on asyncio or Trio."""

    __slots__ = ()

    async def wait(self, duration: timedelta) -> None:
        """See the port."""
        await anyio.sleep(max(duration.total_seconds(), 0))
