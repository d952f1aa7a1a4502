"""The files of an import, as a run's notes name them."""

import json
from collections.abc import Mapping
from typing import Final

import attrs


DONE: Final = "done."
"""Notes ``done.part-001.csv`` of the run: what the job of a part did, as JSON."""

_PREFIX: Final = "part-"


@attrs.frozen(kw_only=True)
class ImportPart:
    """
    One file of an import.

    Attributes:
        name: ``part-001.csv``; also the name of the run's note about it.
        first: Number of its first user.
        last: Number of its last user; each user to create between them is in it.
        rows: How many users are in it.
        sha256: Of its content, in hex.
    """

    name: str
    first: int
    last: int
    rows: int
    sha256: str

    def as_note(self) -> str:
        """Return the text of the note: all but the name, as JSON."""
        fields = attrs.asdict(self)
        del fields["name"]
        return json.dumps(fields, separators=(",", ":"))


def part_name(position: int) -> str:
    """Return the name of the part at *position*, counted from 1."""
    return f"{_PREFIX}{position:03}.csv"


def import_parts(noted: Mapping[str, str]) -> tuple[ImportPart, ...]:
    """
    Return the parts that the notes of a run name, in order.

    Args:
        noted: ``RunStore.noted``.
    """
    named = sorted((name for name in noted if name.startswith(_PREFIX)), key=_position)
    return tuple(ImportPart(name=name, **json.loads(noted[name])) for name in named)


def imported_until(noted: Mapping[str, str]) -> int:
    """Return the number of the last user of the parts whose jobs have ended; 0 at first."""
    done = [part.last for part in import_parts(noted) if f"{DONE}{part.name}" in noted]
    return max(done, default=0)


def _position(name: str) -> tuple[int, str]:
    """Sort ``part-1000.csv`` behind ``part-999.csv``."""
    return len(name), name
