"""A run in a SQLite file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final, TypeVar

from authcore.adapters.runs.plan_rows import (
    claim_digest,
    claim_rows,
    outcome_row,
    plan_row,
    planned_user,
    user_outcome,
)
from authcore.adapters.runs.run_file import RunFile
from authcore.domain.model.moves import PlannedUser, Run, RunStage, UserOutcome
from authcore.ports.move_runs import RunStore


READ_AT_ONCE: Final = 1_000
"""Rows that are in memory at a time."""

_SHARED: Final = """
UPDATE plan SET reason = 'claimed_twice', username = NULL, attributes = NULL, password_hash = NULL
WHERE reason = 'ok' AND number IN (
  SELECT number FROM claims
  WHERE digest IN (SELECT digest FROM claims GROUP BY digest HAVING COUNT(*) > 1)
)
"""
_COUNTS: Final = """
SELECT CASE reason WHEN 'ok' THEN 'planned' ELSE 'rejected' END, reason, COUNT(*)
FROM plan GROUP BY reason
UNION ALL SELECT kind, reason, COUNT(*) FROM outcomes GROUP BY kind, reason
"""
_CLAIMANT: Final = """
SELECT claims.number FROM claims CROSS JOIN plan USING (number) WHERE digest = ? AND reason = 'ok'
"""
_PLANNED: Final = "SELECT * FROM plan WHERE number > ? ORDER BY number LIMIT ?"
_PENDING: Final = """
SELECT * FROM plan
WHERE number > ? AND reason = 'ok' AND number NOT IN (SELECT number FROM outcomes)
ORDER BY number LIMIT ?
"""
_OUTCOMES: Final = "SELECT * FROM outcomes WHERE number > ? ORDER BY number LIMIT ?"
_CLAIMS_AT_ONCE: Final = 400
"""Rows of one statement, which take two thirds of the time of as many statements."""

_CLAIM: Final = "INSERT INTO claims VALUES (?, ?)"
_CLAIMS: Final = _CLAIM + ", (?, ?)" * (_CLAIMS_AT_ONCE - 1)

Row = TypeVar("Row", PlannedUser, UserOutcome)


class SqliteRun(RunStore):
    """
    One file for each run, as RunFile describes it.

    Holds names, addresses and, until the run is executed, password hashes in clear: it is readable
    by its owner only, and belongs on an encrypted disk.  Claims are kept as digests.
    """

    def __init__(self, path: Path, *, is_reader: bool = False) -> None:
        """
        Open the run in *path*.

        Args:
            path: ``<run id>.run`` in a folder that exists.

            is_reader: Whether this process only reads, while another one may write; False by
                default.

        Raises:
            LeaseHeldError: Another process writes the run.

            ConfigurationError: The folder cannot be written to.
        """
        self._file = RunFile(path, is_reader=is_reader)

    def begin(self, run: Run) -> None:
        """See the port."""
        started = run.started_at.isoformat()
        decided = (run.run_id, run.source, run.pool_id, run.target, run.fingerprint, run.stage)
        with self._file.creating():
            with self._file.writing() as connection:
                connection.execute(
                    "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL)", (*decided, started)
                )
            self._file.begin_log()

    def run(self) -> Run:
        """See the port."""
        (row,) = self._read(
            "SELECT run_id, source, pool_id, target, fingerprint, stage, started_at FROM run"
        )
        run_id, source, pool_id, target, fingerprint, stage, started_at = row
        return Run(
            run_id=run_id,
            source=source,
            pool_id=pool_id,
            target=target,
            fingerprint=fingerprint,
            stage=stage,
            started_at=datetime.fromisoformat(started_at),
        )

    def enter(self, stage: RunStage) -> None:
        """See the port."""
        with self._file.writing() as connection:
            connection.execute("UPDATE run SET stage = ?", (stage,))
            if stage == "executed":
                connection.execute(
                    "UPDATE plan SET password_hash = NULL WHERE password_hash IS NOT NULL"
                )
        if stage == "executed":
            self._file.empty_log()

    def add_page(self, planned: Sequence[PlannedUser], after: str | None) -> None:
        """See the port."""
        with self._file.writing(is_durable=False) as connection:
            (last,) = connection.execute("SELECT last FROM run").fetchone()
            numbers = range(last + 1, last + 1 + len(planned))
            if [each.number for each in planned] != [*numbers]:
                raise ValueError("the page is not numbered on from the last one")
            connection.executemany(
                "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?)", map(plan_row, planned)
            )
            _insert_claims(connection, claim_rows(planned))
            connection.execute("UPDATE run SET last = ?, after = ?", (last + len(planned), after))

    def cursor(self) -> tuple[int, str | None]:
        """See the port."""
        ((last, after),) = self._read("SELECT last, after FROM run")
        return last, after

    def refuse_shared_claims(self) -> int:
        """See the port."""
        with self._file.writing() as connection:
            connection.execute(
                "CREATE INDEX IF NOT EXISTS claims_by_digest ON claims (digest, number)"
            )
            connection.execute(_SHARED)
            connection.execute("CREATE INDEX IF NOT EXISTS plan_by_reason ON plan (reason)")
            refused = "SELECT COUNT(*) FROM plan WHERE reason = 'claimed_twice'"
            count: int = connection.execute(refused).fetchone()[0]
        return count

    def claimants(self, claims: Sequence[str]) -> Mapping[str, int]:
        """See the port."""
        found = ((claim, self._read(_CLAIMANT, claim_digest(claim))) for claim in claims)
        return {claim: rows[0][0] for claim, rows in found if rows}

    def planned(self, after: int = 0) -> Iterator[PlannedUser]:
        """See the port."""
        return self._read_on(_PLANNED, planned_user, after)

    def record(self, outcomes: Sequence[UserOutcome]) -> None:
        """See the port."""
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?)",
                map(outcome_row, outcomes),
            )

    def outcomes(self, after: int = 0) -> Iterator[UserOutcome]:
        """See the port."""
        return self._read_on(_OUTCOMES, user_outcome, after)

    def pending(self, after: int = 0) -> Iterator[PlannedUser]:
        """See the port."""
        return self._read_on(_PENDING, planned_user, after)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """See the port."""
        return {(kind, reason): count for kind, reason, count in self._read(_COUNTS)}

    def note(self, name: str, value: str) -> None:
        """See the port."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def noted(self) -> Mapping[str, str]:
        """See the port."""
        return dict(self._read("SELECT name, value FROM notes"))

    def close(self) -> None:
        """See the port."""
        self._file.close()

    def _read(self, question: str, *parameters: object) -> list[Any]:
        connection = self._file.connection()
        with self._file.usable():
            return connection.execute(question, parameters).fetchall()

    def _read_on(
        self, question: str, read: Callable[[Sequence[Any]], Row], after: int
    ) -> Iterator[Row]:
        """
        Yield rows after the number *after*; no statement stays open between two reads.

        The first row is read alone: a survey asks about one user at a time.
        """
        at_once = 1
        while rows := self._read(question, after, at_once):
            yield from map(read, rows)
            after, at_once = rows[-1][0], READ_AT_ONCE


def _insert_claims(connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
    whole = len(rows) - len(rows) % _CLAIMS_AT_ONCE
    for start in range(0, whole, _CLAIMS_AT_ONCE):
        together = rows[start : start + _CLAIMS_AT_ONCE]
        connection.execute(_CLAIMS, [*chain.from_iterable(together)])
    connection.executemany(_CLAIM, rows[whole:])
