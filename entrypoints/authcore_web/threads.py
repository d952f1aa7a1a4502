"""Where the auth service waits for other systems: as the guards do, and for more people."""

from typing import Final

from authcore_guard.threads import WorkerThreads


__all__ = ["MAX_THREADS", "WorkerThreads", "auth_service_threads"]

MAX_THREADS: Final = 256
"""As many as sessions may be refreshed at once; a thread begins when it is needed first."""


def auth_service_threads() -> WorkerThreads:
    """Room for MAX_THREADS."""
    return WorkerThreads(threads=MAX_THREADS)
