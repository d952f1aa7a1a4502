"""F1 with real processes: each attempt is a child; one of them exits in the middle of a step."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from authcore.domain.errors import AuthcoreError
from authcore.domain.model.linking import LinkOutcome, PoolAccount
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import LeaseGrant
from faults.child import DIE, KILLED, attempt
from faults.figures import Failure, Progress, Section
from faults.linking_runs import Link, Ports, Verdict, run
from faults.linking_suite import MODES, clean_run
from faults.outside import Outside
from faults.schedules import Planned, Schedule
from faults.steps import Fault, ProcessKilled, StepInjector, Struck


PATIENCE: Final = 30
"""Seconds that a child has to end."""


def in_a_child(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
    """The product's service in a process of its own."""

    def link(person: PoolAccount) -> LinkOutcome:
        processes = get_context("spawn")
        ours, theirs = processes.Pipe()
        asked = (theirs, outside.mode, outside.clock.now(), person)
        child = processes.Process(target=attempt, args=asked, daemon=True)
        child.start()
        theirs.close()
        try:
            return _Parent(ours, Ports.straight(outside, line), audit).outcome()
        except ProcessKilled:
            child.join(PATIENCE)
            if child.exitcode != KILLED:
                raise AssertionError("the child did not die as it was told") from None
            raise
        finally:
            child.join(PATIENCE)
            ours.close()

    return link


class _Parent:
    """Carries out what a child asks for."""

    def __init__(self, child: Connection, ports: Ports, audit: AuditLog) -> None:
        self._child = child
        self._ports = ports
        self._audit = audit
        self._held: list[AbstractContextManager[LeaseGrant]] = []

    def outcome(self) -> LinkOutcome:
        while True:
            name, arguments, named = self._child.recv()
            if name == "outcome":
                outcome, events = arguments
                for event in events:
                    self._audit.record(event)
                return outcome  # type: ignore[no-any-return]
            self._child.send(self._answer(name, arguments, named))

    def _answer(self, name: str, arguments: Any, named: Any) -> tuple[str, object]:
        try:
            return "returned", self._done(name, arguments, named)
        except AuthcoreError as error:
            return "raised", error
        except ProcessKilled:
            self._child.send((DIE, None))
            self._abandon()
            raise

    def _done(self, name: str, arguments: Any, named: Any) -> object:
        if name == "release":
            return self._held.pop().__exit__(None, None, None)
        port, method = name.split(".")
        done = getattr(getattr(self._ports, port), method)(*arguments, **named)
        if name != "lease.hold":
            return done
        self._held.append(done)
        try:
            return done.__enter__()
        except BaseException:
            self._held.pop()
            raise

    def _abandon(self) -> None:
        """What a dead child held stays held; only our side of it ends."""
        for held in self._held:
            with suppress(ProcessKilled):
                held.__exit__(ProcessKilled, ProcessKilled(), None)


def kills() -> Iterator[Schedule]:
    """A newcomer's attempt dies at each of its steps, in each mode."""
    for mode in MODES:
        for step in range(1, clean_run(mode, "newcomer").steps[0] + 1):
            struck = Planned(Struck(step, Fault.KILLED))
            yield Schedule(mode, "newcomer", (struck,))


def section(progress: Progress) -> Section:
    """The figures."""
    verdicts: list[Verdict] = []
    for schedule in kills():
        progress(f"processes: {schedule}")
        verdicts.append(run(schedule, in_a_child))
    failures = [Failure(v.schedule, v.history, v.violations) for v in verdicts if v.violations]
    rows = [
        ("processes killed in mid-step", str(len(verdicts))),
        ("repairs", str(sum(verdict.repaired for verdict in verdicts))),
        ("for a person", str(sum(verdict.orphaned for verdict in verdicts))),
    ]
    return Section("F1-processes", rows, failures)
