"""State file of an unfinished ``authcore sync run``: the page from which a later run continues."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore_cli.links_state import MAX_AGE, refuse_unusable


VERSION: Final = 1
"""Of the file.  Another version is refused."""

MAX_BYTES: Final = 16_384
"""A page token and the counts need less than a fourth."""

_OWNER_ONLY: Final = 0o600
_KINDS: Final[Mapping[bool, str]] = {False: "sync", True: "sync, dry run"}
"""By whether the run writes nothing: users that it only compared must not count as done."""


@attrs.define
class SyncCounts:
    """
    Counts of a run.

    Attributes:
        users: Compared.
        different: Users who were not in step.
        results: How many of each status; ``refused`` among them.
    """

    users: int = 0
    different: int = 0
    results: Counter[str] = attrs.field(factory=Counter)


class SyncState:
    """
    A file that is replaced as a whole after each page, so that a killed run leaves the one before.

    What a run did after the last page is found in step by the next one, which writes nothing twice.
    """

    def __init__(self, path: Path, *, place: str, dry_run: bool) -> None:
        """
        Keep state in *path*.

        Args:
            path: Created readable by its owner only.  Holds counts and the listing's page token.

            place: Names the pool, the legacy system, and what the latter owns.

            dry_run: Whether the run writes nothing.
        """
        self._path = path
        self._place = place
        self._kind = _KINDS[dry_run]

    def resume(self, *, now: datetime) -> tuple[str | None, SyncCounts]:
        """
        Return the cursor to continue from, and the counts so far; None and zeros at the begin.

        A file that is older than an hour is ignored: page tokens do not last.

        Raises:
            ConfigurationError: The file is of another place or version, of a dry run where this one
                writes or the other way round, is no state file, or cannot be used.
        """
        with refuse_unusable(self._path):
            if not self._path.exists():
                return None, SyncCounts()
            said = self._read()
            changed = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        if now - changed > MAX_AGE:
            return None, SyncCounts()
        return said

    def note(self, after: str, counts: SyncCounts) -> None:
        """Record that everything before the cursor *after* is done."""
        said = {
            "kind": self._kind,
            "version": VERSION,
            "place": self._place,
            "after": after,
            "counts": attrs.asdict(counts),
        }
        partial = self._path.with_name(f"{self._path.name}.partial")
        with refuse_unusable(self._path):
            file = os.open(partial, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, _OWNER_ONLY)
            with os.fdopen(file, "w", encoding="utf-8") as stream:
                json.dump(said, stream)
            partial.replace(self._path)

    def finish(self) -> None:
        """Delete the file: the run is complete."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[str, SyncCounts]:
        with self._path.open("rb") as file:
            said = json.loads(file.read(MAX_BYTES))
        if said["kind"] not in _KINDS.values() or said["version"] != VERSION:
            raise ValueError("another kind of file")
        if said["place"] != self._place:
            raise ConfigurationError(
                [f"{self._path} is about another pool, legacy system or policy"]
            )
        if said["kind"] != self._kind:
            raise ConfigurationError([f"{self._path} is of another run: {said['kind']}"])
        return _cursor(said), _counts(said["counts"])


def _cursor(said: Mapping[str, Any]) -> str:
    if not isinstance(said["after"], str):
        raise TypeError("no cursor")
    return said["after"]


def _counts(said: Mapping[str, Any]) -> SyncCounts:
    results = Counter({str(name): int(count) for name, count in said["results"].items()})
    return SyncCounts(int(said["users"]), int(said["different"]), results)
