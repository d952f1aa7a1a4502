"""State file of an unfinished run: what it has read and repaired, for the next run to resume."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.link_audit import (
    AccountLink,
    AccountLinks,
    LinkPage,
    LinkSnapshot,
    RepairResult,
    UserLink,
    UserLinks,
)


MAX_AGE: Final = timedelta(hours=1)
"""Since the last line.  The run starts again from an empty file when it is older."""

MAX_LINE_BYTES: Final = 1 << 20

VERSION: Final = 2
"""Of the lines.  A file of another version is refused."""

_OWNER_ONLY: Final = 0o600


class RunState:
    """
    A file of JSON lines, to which every page and every repair is appended in one write.

    A line that was cut off when a run was killed is dropped.

    Attributes:
        repairs: Results of earlier repairs, by ``sub``.
    """

    def __init__(self, path: Path, *, place: str) -> None:
        """
        Keep state in *path*.

        Args:
            path: Created readable by its owner only.  Holds ids, user names, digests of addresses
                with their key, and the listings' page tokens.

            place: Names the pool and the legacy system.
        """
        self._path = path
        self._place = place
        self.repairs: dict[str, RepairResult] = {}

    def resume(self, snapshot: LinkSnapshot, *, now: datetime) -> None:
        """
        Add the pages that were read to *snapshot* and fill ``repairs``; or start the file.

        *snapshot* continues with the key of the file.

        Raises:
            ConfigurationError: The file is of another place or version, is no state file, or cannot
                be used.
        """
        with refuse_unusable(self._path):
            if self._path.exists() and self._is_fresh(now):
                with self._path.open("rb+") as file:
                    for line in _whole_lines(file):
                        self._recall(json.loads(line), snapshot)
                return
            self.finish()
        self._append({"place": self._place, "version": VERSION, "key": snapshot.key})

    def note_page(self, page: LinkPage) -> None:
        """Append *page*."""
        if isinstance(page, UserLinks):
            self._append({"users": [_row(link) for link in page.links], "next": page.next})
        else:
            self._append({"accounts": [_row(link) for link in page.links], "next": page.next})

    def note_repair(self, result: RepairResult) -> None:
        """Append *result*."""
        done = (result.subject, result.legacy_uid, result.status, result.reason)
        self._append({"mended": done})

    def finish(self) -> None:
        """Delete the file: the run is complete."""
        self._path.unlink(missing_ok=True)

    def _is_fresh(self, now: datetime) -> bool:
        """Whether the file is at most MAX_AGE old.  Another place's file is never overwritten."""
        with self._path.open("rb") as file:
            first = file.readline(MAX_LINE_BYTES)
        if not first:
            return False
        header = json.loads(first)
        if header["place"] != self._place:
            raise ConfigurationError([f"{self._path} is about another pool or legacy system"])
        if header.get("version") != VERSION:
            raise ConfigurationError([f"{self._path} is of another version: delete it"])
        changed = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        return now - changed <= MAX_AGE

    def _recall(self, members: Mapping[str, Any], snapshot: LinkSnapshot) -> None:
        match members:
            case {"users": rows, "next": after}:
                snapshot.take(UserLinks(tuple(_user(*row) for row in rows), _maybe(after)))
            case {"accounts": rows, "next": after}:
                snapshot.take(AccountLinks(tuple(_account(*row) for row in rows), _maybe(after)))
            case {"mended": [subject, legacy_uid, status, reason]}:
                self.repairs[_text(subject)] = RepairResult(subject, legacy_uid, status, reason)
            case {"place": self._place, "key": key}:
                snapshot.key = _text(key)
            case _:
                raise ValueError("no line of such a file")

    def _append(self, members: Mapping[str, object]) -> None:
        line = json.dumps(members, separators=(",", ":")).encode() + b"\n"
        with refuse_unusable(self._path):
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
            try:
                os.write(file, line)
            finally:
                os.close(file)


@contextmanager
def refuse_unusable(path: Path) -> Iterator[None]:
    """
    Run a ``with`` block that reads or writes the state file *path*.

    Raises:
        ConfigurationError: In place of what the block raises where the file cannot be used.
    """
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError):
        raise ConfigurationError(
            [f"{path} cannot be used as state: not readable, not writable, or not one"]
        ) from None


def _row(link: UserLink | AccountLink) -> tuple[str | bool | None, ...]:
    address = None if link.address is None else link.address.hex()
    if isinstance(link, AccountLink):
        return link.legacy_uid, link.cognito_id, address
    return link.subject, link.legacy_uid, _name(link), address, link.is_proven


def _name(link: UserLink) -> str | None:
    return None if link.username == link.subject else link.username


def _user(
    subject: object, legacy_uid: object, username: object, address: object, is_proven: object
) -> UserLink:
    name = _maybe(username) or _text(subject)
    return UserLink(
        _text(subject), _maybe(legacy_uid), name, _digest(address), is_proven=is_proven is True
    )


def _account(legacy_uid: object, cognito_id: object, address: object) -> AccountLink:
    return AccountLink(_text(legacy_uid), _maybe(cognito_id), _digest(address))


def _digest(address: object) -> bytes | None:
    return None if address is None else bytes.fromhex(_text(address))


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield all complete lines; an incomplete last line is removed from the file."""
    end = 0
    while (line := file.readline(MAX_LINE_BYTES)).endswith(b"\n"):
        yield line
        end += len(line)
    file.truncate(end)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _maybe(value: object) -> str | None:
    return None if value is None else _text(value)
