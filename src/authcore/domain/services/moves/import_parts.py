"""The files of an import, as a run's notes name them."""

import json
from collections.abc import Mapping
from typing import Final

import attrs


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


def _position(name: str) -> tuple[int, str]:
    """Sort ``part-1000.csv`` behind ``part-999.csv``."""
    return len(name), name
