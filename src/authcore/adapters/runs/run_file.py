"""The file of a run: opened, created, held and closed."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from authcore.adapters.runs.sqlite_problems import describe_problem
from authcore.adapters.runs.whole_file import OWNER_ONLY
from authcore.domain.errors import ConfigurationError, LeaseHeldError


VERSION: Final = 1
"""Of the tables.  A file of another version is refused."""

APPLICATION: Final = 0x61756D76
"""``auvm`` in the header of the file, by which the program ``file`` and others know it."""

BUSY_SECONDS: Final = 30
"""How long a call waits for a reader that recovers the file after a killed writer."""

CACHE_KIB: Final = 16_384

SCHEMA: Final = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE run (
  run_id TEXT NOT NULL, source TEXT NOT NULL, pool_id TEXT NOT NULL, target TEXT NOT NULL,
  fingerprint TEXT NOT NULL, stage TEXT NOT NULL, started_at TEXT NOT NULL,
  last INTEGER NOT NULL, after TEXT
);
CREATE TABLE plan (
  number INTEGER PRIMARY KEY, legacy_uid TEXT, username TEXT, attributes TEXT, password_hash TEXT,
  reason TEXT NOT NULL, place TEXT
);
CREATE TABLE claims (digest BLOB NOT NULL, number INTEGER NOT NULL);
CREATE TABLE outcomes (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, subject TEXT,
  modified_at TEXT
);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class RunFile:
    """
    A SQLite file, one for each run.

    A write is a transaction in SQLite's write-ahead log: after SIGKILL, and after a power failure,
    it is there as a whole or not at all.  All but pages of a plan, which can be read again, are on
    the disk when the write returns.  Deleted content is overwritten (``secure_delete``).

    A writer holds a lock on the file ``<run>.lock`` until it is closed or its process ends, however
    it ends.  Readers need no lock and never wait for the writer.

    See: SQLite "Write-Ahead Logging", "Atomic Commit"; flock(2).
    """

    def __init__(self, path: Path, *, is_reader: bool) -> None:
        """
        Open, and hold the run unless this is a reader.

        Args:
            path: ``<run id>.run``; where there is none, ``create`` makes it.

            is_reader: Whether nothing may be written.

        Raises:
            LeaseHeldError: Another process writes the run.

            ConfigurationError: The lock file cannot be created.
        """
        self.path = path
        self._is_reader = is_reader
        self._lock: int | None = None
        self._open: sqlite3.Connection | None = None
        self._is_closed = False
        if not is_reader:
            self._lock = self._hold()

    @contextmanager
    def creating(self) -> Iterator[None]:
        """
        Make an empty file of the version, readable by its owner from its first byte on.

        A file that is new, and not filled when the block fails, is removed: a full disk leaves none
        that holds no run.
        """
        is_new = not self.path.exists()
        try:
            with self.usable():
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
                self._open = self._connect(self._fill)
            yield
        except BaseException:
            if is_new:
                self._discard()
            raise

    def connection(self) -> sqlite3.Connection:
        """Return the open connection; the first time, check what the file holds."""
        if self._is_closed:
            raise ConfigurationError([f"the run {self.path} is closed"])
        if self._open is None:
            with self.usable():
                if not self.path.exists():
                    raise ConfigurationError([f"there is no run {self.path}"])
                self._open = self._connect(self._check)
                if not self._is_reader:
                    self.begin_log()
        return self._open

    @contextmanager
    def writing(self, *, is_durable: bool = True) -> Iterator[sqlite3.Connection]:
        """
        Keep what is written inside completely, or nothing of it.

        Args:
            is_durable: Whether it must be on the disk when this returns; by default it must.
                Otherwise a power failure, but no killed process, may undo it with all that was
                written so since.
        """
        connection = self.connection()
        with self.usable():
            if not connection.in_transaction:
                level = "FULL" if is_durable else "NORMAL"
                connection.execute(f"PRAGMA synchronous = {level}")
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def usable(self) -> Iterator[None]:
        """
        Translate failures of the file.

        Raises:
            ConfigurationError: It cannot be read or written.  Names SQLite's code, never content.
        """
        try:
            yield
        except sqlite3.Error as error:
            problem = describe_problem(error)
            raise ConfigurationError([f"the run {self.path} cannot be used: {problem}"]) from None
        except OSError as error:
            raise ConfigurationError(
                [f"the run {self.path} cannot be used: {error.strerror}"]
            ) from None

    def begin_log(self) -> None:
        """Use a write-ahead log, if the file does not yet: begin with the first whole write."""
        with self.usable():
            self.connection().execute("PRAGMA journal_mode = WAL")

    def empty_log(self) -> None:
        """Move everything from the write-ahead log into the file, and empty the log."""
        with self.usable():
            self.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file, then let another process write it."""
        if self._open is not None:
            self._open.close()
        if self._lock is not None:
            os.close(self._lock)
        self._open = self._lock = None
        self._is_closed = True

    def _discard(self) -> None:
        """Remove the file, while the lock keeps others away."""
        if self._open is not None:
            self._open.close()
            self._open = None
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(f"{self.path.name}{end}").unlink()

    def _hold(self) -> int:
        with self.usable():
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise LeaseHeldError(
                f"another process writes the run {self.path.stem}: wait for its end, or stop it"
            ) from None
        return lock

    def _connect(self, begin: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
        """Return a connection with which *begin* was content; one that it refuses is closed."""
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?mode={self._mode()}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            if not self._is_reader:
                connection.execute("PRAGMA secure_delete = ON")
            begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _mode(self) -> str:
        if not self._is_reader:
            return "rw"
        log = self.path.with_name(f"{self.path.name}-wal")
        is_kept = not os.access(self.path.parent, os.W_OK) and not log.exists()
        return "ro&immutable=1" if is_kept else "ro"  # a copy on a disk that no process writes

    def _fill(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA application_id").fetchone()[0]:
            raise ConfigurationError([f"{self.path} holds a run already"])
        connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}")

    def _check(self, connection: sqlite3.Connection) -> None:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION:
            raise ConfigurationError(
                [f"{self.path} holds no run: planning ended before it began, delete the file"]
            )
        if version != VERSION:
            problem = (
                f"{self.path} is of version {version}, and this authcore reads version {VERSION}: "
                "continue the run with the authcore that began it, or plan another"
            )
            raise ConfigurationError([problem])
