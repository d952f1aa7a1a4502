"""Locks between the processes of one machine, as locked files of one folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from authcore.domain.errors import ConfigurationError, LeaseHeldError
from authcore.ports.coordination import MachineLock


_OWNER_ONLY: Final = 0o600


class FileLock(MachineLock):
    """
    Locks ``<key>.lock`` in a folder by flock.

    The operating system releases the lock of a process that ends, however it ends.  The file stays:
    if it were deleted, two processes could hold the lock of two files of one name.

    Args:
        folder: On a local disk; created where it is missing, for its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """See the port."""
        file = self._open(key)
        try:
            self._lock(file)
            yield
        finally:
            os.close(file)

    def _open(self, key: str) -> int:
        path = self._folder / f"{key}.lock"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        except OSError as error:
            raise ConfigurationError([f"{path} cannot be locked: {error.strerror}"]) from None

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseHeldError("another process of this machine holds the lock") from None
        except OSError as error:
            problem = f"the folder {self._folder} takes no locks: {error.strerror}"
            raise ConfigurationError([problem]) from None
