"""
A process that plans a run, and kills itself by SIGKILL at one point.

``python -m support.killed_move FOLDER POINT``: begins a run in FOLDER, or continues the one there.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.runs.directory import RunsDirectory
from authcore.adapters.runs.sqlite_run import SqliteRun
from authcore.domain.errors import UnavailableError
from authcore.domain.model.moves import NewPoolUser, Run, SourceUser
from authcore.domain.services.moves.import_rows import ImportRows
from authcore.domain.services.moves.planning import Planning
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore_cli.move.plan_job import Counts, PlanJob, PlanReport, begin, resume
from authcore_cli.move.plan_tools import PlanTools
from unit.move_world import PROOFS, PagedSource, account, import_rows, planning_for


USERS: Final = 3_000
PAGE: Final = 250
POINTS: Final = ("planning a row", "keeping a page", "refusing claims", "writing a file", "ending")
"""Where the process can be killed: one point of each kind of work."""


class Silent(PlanReport):
    """Shows nothing."""

    def on_begin(self, run: Run, total: int | None) -> None: ...
    def on_planned(self, rows: int) -> None: ...
    def on_written(self, rows: int, total: int) -> None: ...
    def on_wait(self, error: UnavailableError, wait: timedelta) -> None: ...
    def on_end(self, run: Run, counts: Counts, files: Path) -> None: ...


def _users() -> Iterator[SourceUser]:
    """Users of whom some are refused: locked, unverified, of one address, or not for a file."""
    for number in range(1, USERS + 1):
        yield SourceUser(
            account(
                number,
                locked=number % 97 == 0,
                email_verified=number % 31 != 0,
                email=f"user-{number - number % 500 if number % 500 == 1 else number}@a.example",
                display_name='"' if number % 53 == 0 else f"Émma, {number}",
            )
        )


def source() -> PagedSource:
    """The source of every run here."""
    users = [*_users()]
    return PagedSource(*(users[start : start + PAGE] for start in range(0, USERS, PAGE)))


def tools(folder: Path, row_rule: ImportRows | None = None) -> PlanTools:
    """What planning works with; *row_rule* writes the rows where one is given."""
    rows = row_rule or import_rows()
    return PlanTools(
        runs=RunsDirectory(folder),
        source=source(),
        source_name="file users.csv",
        planning=planning_for(proofs=PROOFS, row_rule=rows),
        rows=rows,
        pool_id="eu-west-1_Contract1",
        target="import",
        fingerprint="source:0",
    )


def plan(tools: PlanTools, prepare: Callable[[SqliteRun], None] = lambda _: None) -> None:
    """Begin a run, or continue the one that there is, to its end."""
    found = [*tools.runs.run_ids()]
    if found:
        store = resume(tools, found[0])
    else:
        store = begin(tools, clock=FrozenClock(), entropy=ScriptedEntropy())  # one id each time
    assert isinstance(store, SqliteRun)
    prepare(store)
    job = PlanJob(tools, store, Silent())
    job.work()
    job.end()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _DyingPlanning(Planning):
    def plan(self, number: int, source: SourceUser):  # type: ignore[no-untyped-def]
        if number == USERS // 2:
            _die()
        return super().plan(number, source)


class _DyingRows(ImportRows):
    written = 0

    def row(self, user: NewPoolUser) -> str:
        type(self).written += 1
        if self.written == USERS // 2:
            _die()
        return super().row(user)


def _die_at(statement: str, times: int) -> Callable[[SqliteRun], None]:
    """Kill the process when SQLite is about to run *statement* for the last of *times*."""
    left = [times]

    def trace(sql: str) -> None:
        left[0] -= sql.strip().startswith(statement)
        if left[0] == 0:
            _die()

    def prepare(store: SqliteRun) -> None:
        store._file.connection().set_trace_callback(trace)

    return prepare


def main(folder: Path, point: str) -> None:
    """Plan in *folder*, and die at *point*; go to the end for any other text."""
    given = tools(folder)
    prepare: Callable[[SqliteRun], None] = lambda _: None  # noqa: E731
    if point == "planning a row":
        own = {each.name: getattr(given.planning, each.name) for each in attrs.fields(Planning)}
        given = attrs.evolve(given, planning=_DyingPlanning(**own))
    elif point == "keeping a page":
        prepare = _die_at("COMMIT", 3)
    elif point == "refusing claims":
        prepare = _die_at("UPDATE plan SET reason", 1)
    elif point == "writing a file":
        rows = given.rows
        assert rows is not None
        given = attrs.evolve(
            given,
            rows=_DyingRows(
                header=rows.header,
                auto_verified=rows.auto_verified,
                is_mfa_required=rows.is_mfa_required,
            ),
        )
    elif point == "ending":
        prepare = _die_at("UPDATE run SET stage", 1)
    plan(given, prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
