"""Where the auth service waits for other systems: as the guards do, with more at once."""

from typing import Final

from authcore_guard.threads import MAX_WAITING, WorkerThreads


__all__ = ["MAX_THREADS", "MAX_WAITING", "WorkerThreads"]

MAX_THREADS: Final = 256
"""As many as sessions may be refreshed at once; a thread begins when it is needed first."""
