"""Files that appear as a whole or not at all."""

import os
from pathlib import Path
from typing import Final


OWNER_ONLY: Final = 0o600


class WholeFile:
    """Writes beside its place, readable by the owner only, until it is kept."""

    def __init__(self, path: Path) -> None:
        """
        Begin an empty file.

        Args:
            path: Where it will be; another file there is replaced.
        """
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        opened = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        self._file = os.fdopen(opened, "wb", 1 << 20)

    def write(self, content: bytes) -> None:
        """Add *content*."""
        self._file.write(content)

    def keep(self) -> None:
        """Flush everything to the disk, and put the file in its place."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._partial.replace(self._path)

    def close(self) -> None:
        """Leave the file beside its place, unless it was kept."""
        self._file.close()
