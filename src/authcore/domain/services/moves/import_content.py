"""What is sent of one part of an import, a chunk at a time."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import PlannedUser
from authcore.domain.services.moves.import_parts import ImportPart
from authcore.ports.move_runs import RunStore


CHUNK: Final = 1 << 18
"""Bytes that are sent at a time."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class PartContent:
    """
    A file without the rows of users who are in the pool.

    Cognito skips a row only for its user name: a person who is in the pool under another one would
    become two users.  The file is read twice, and checked both times; a row is in memory.

    Attributes:
        part: The part.
        folder: Of the run's files.
        store: The run.
        length: Bytes of all rows to send.
        rows: How many those are, without the header.
    """

    part: ImportPart
    folder: Path
    store: RunStore
    length: int = 0
    rows: int = 0

    @classmethod
    def of(cls, part: ImportPart, folder: Path, store: RunStore) -> "PartContent":
        """
        Read the file once.

        Raises:
            ConfigurationError: It is missing or changed, or has other rows than the run.
        """
        unread = cls(part=part, folder=folder, store=store)
        length = rows = 0
        for line in unread._lines():
            length += len(line)
            rows += 1
        return attrs.evolve(unread, length=length, rows=rows - 1)

    def __len__(self) -> int:
        """Return *length*."""
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        """
        Yield the content, in chunks of whole rows.

        Raises:
            ConfigurationError: As of ``of``; before the last chunk, and before more than *length*.
        """
        chunk = bytearray()
        left = self.length
        for line in self._lines():
            left -= len(line)
            if left < 0:
                self._refuse_change()
            if len(chunk) >= CHUNK:
                yield bytes(chunk)
                chunk.clear()
            chunk += line
        yield bytes(chunk)

    def _lines(self) -> Iterator[bytes]:
        """Yield the header and the rows to send; check the file before the last of them ends."""
        file = self.folder / self.part.name
        digest = sha256()
        numbers = _numbers(self.store.planned(self.part.first - 1), self.part)
        pending = _numbers(self.store.pending(self.part.first - 1), self.part)
        wanted = next(pending, None)
        has_other_rows = False
        try:
            with file.open("rb") as lines:
                for position, line in enumerate(lines):
                    digest.update(line)
                    number = next(numbers, None) if position else 0
                    has_other_rows |= number is None
                    if position == 0:
                        yield line
                    elif number is not None and number == wanted:
                        wanted = next(pending, None)
                        yield line
        except OSError as error:
            raise ConfigurationError([f"{file} cannot be read: {error.strerror}"]) from None
        if digest.hexdigest() != self.part.sha256:
            self._refuse_change()
        if has_other_rows or next(numbers, None) is not None:
            raise ConfigurationError(
                [f"{self.part.name} has other rows than the run: plan it again"]
            )

    def _refuse_change(self) -> NoReturn:
        file = self.folder / self.part.name
        raise ConfigurationError([f"{file} is not what the run has planned: plan it again"])


def _numbers(rows: Iterable[PlannedUser], part: ImportPart) -> Iterator[int]:
    """Yield the numbers of the users to create who are in *part*; each has a line there."""
    for row in rows:
        if row.number > part.last:
            return
        if row.user is not None:
            yield row.number
