"""Where the auth service waits for other systems: as the guards do."""

from authcore_guard.threads import MAX_THREADS, MAX_WAITING, WorkerThreads


__all__ = ["MAX_THREADS", "MAX_WAITING", "WorkerThreads"]
