"""Counts of earlier censuses as lines of JSON: numbers and times, no id of a person."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.census import STATES, Census, PersonState
from authcore.ports.census import CensusHistory


MAX_LINE_BYTES: Final = 4096

MAX_LINES: Final = 100_000
"""One census an hour for eleven years."""

_COUNTS: Final = (
    "accounts",
    "users",
    "locked",
    "locked_unreachable",
    "providers_only",
    "changed",
)
_MAX_COUNT: Final = 10**12


class JsonLinesCensusHistory(CensusHistory):
    """
    Appends each census to a file in one write.  Lines of other pools are passed over.

    A last line that was cut off counts as none.  Any other line that is no census makes the history
    unreadable: a gap would look like a jump of the move.
    """

    def __init__(self, path: Path, *, pool_id: str) -> None:
        """
        Keep the counts of a pool in *path*.

        Args:
            path: In a folder that exists; created with the first census.

            pool_id: Of the pool.
        """
        self._path = path
        self._pool_id = pool_id

    def add(self, census: Census) -> None:
        """See the port."""
        line = json.dumps({"pool": self._pool_id, **_members(census)}, separators=(",", ":"))
        with self._usable():
            ends_in_a_line = self._end_of_lines()
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if ends_in_a_line is not None:
                    os.ftruncate(file, ends_in_a_line)
                os.write(file, line.encode() + b"\n")
            finally:
                os.close(file)

    def all(self) -> Sequence[Census]:
        """See the port."""
        with self._usable():
            found = [_census(each) for each in self._lines() if each.get("pool") == self._pool_id]
        return sorted(found, key=lambda each: each.at)

    def _lines(self) -> Iterator[Mapping[str, object]]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for _ in range(MAX_LINES):
                line = file.readline(MAX_LINE_BYTES)
                if not line.endswith(b"\n"):
                    if len(line) == MAX_LINE_BYTES:
                        raise ValueError("a line is too long")
                    return
                members = json.loads(line)
                if not isinstance(members, dict):
                    raise TypeError("not an object")
                yield members

    def _end_of_lines(self) -> int | None:
        """Return where the last complete line ends; None where nothing has to be cut off."""
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MAX_LINE_BYTES))
            end = file.read()
        if not end or end.endswith(b"\n"):
            return None
        return size - len(end) + end.rfind(b"\n") + 1

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, LookupError, TypeError):
            raise ConfigurationError(
                [f"{self._path} cannot be used as history: not readable, not writable, or none"]
            ) from None


def _members(census: Census) -> Mapping[str, object]:
    began = {"began_at": census.began_at.isoformat()} if census.began_at else {}
    counts = {name: getattr(census, name) for name in _COUNTS}
    return {"at": census.at.isoformat(), **began, "persons": dict(census.persons), **counts}


def _census(members: Mapping[str, object]) -> Census:
    persons = members["persons"]
    if not isinstance(persons, Mapping):
        raise TypeError("not an object")
    states: Mapping[PersonState, int] = {state: _count(persons[state]) for state in STATES}
    began = members.get("began_at")
    accounts, users, *others = (_count(members.get(name, 0)) for name in _COUNTS)
    locked, locked_unreachable, providers_only, changed = others
    return Census(
        at=_moment(members["at"]),
        began_at=None if began is None else _moment(began),
        persons=states,
        accounts=accounts,
        users=users,
        locked=locked,
        locked_unreachable=locked_unreachable,
        providers_only=providers_only,
        changed=changed,
    )


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_COUNT:
        raise ValueError("not a count")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("not a time")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("not an aware time")
    return moment.astimezone(UTC)
