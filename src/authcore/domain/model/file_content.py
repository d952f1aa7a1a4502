"""The content of a file that is too long for the memory."""

from collections.abc import Iterator
from typing import Protocol


class FileContent(Protocol):
    """The content of a file whose length is known: ``bytes``, or chunks that can be read again."""

    __slots__ = ()

    def __len__(self) -> int:
        """Return how many bytes all chunks have."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the chunks, each time from the first one."""
