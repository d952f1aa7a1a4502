"""A move that has ended well, and everything that can still be in its way."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import Census, DailyCount, PersonState
from authcore.domain.model.checks import UNREAD, Finding, Report
from authcore.domain.model.deployment import Reading
from authcore.domain.model.moves import Run, RunStage
from authcore.domain.model.readiness import Evidence, MoveRun, MoveSetup


NOW: Final = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
QUEUE: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012/profiles-dead"
OTHER_QUEUE: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012/other-dead"
SETUP: Final = MoveSetup(
    quiet_days=30,
    admits_old_sessions=True,
    has_one_password=True,
    callers=("legacy", "mobile"),
    has_profile_messages=True,
    dead_letters=(QUEUE,),
)
PERSONS: Final[Mapping[PersonState, int]] = {
    "legacy_only": 3,
    "unreachable": 0,
    "moved": 0,
    "linked": 900,
    "native": 40,
    "one_sided": 0,
}


def day(ago: int) -> date:
    return NOW.date() - timedelta(ago)


def counts_of_a_quiet_month(days: int = 40) -> Iterator[DailyCount]:
    """Everything is watched, and only the new login is used."""
    for ago in range(days, -1, -1):
        yield DailyCount(day(ago), "guard", "accepted", "ok", 5000)
        yield DailyCount(day(ago), "guard", "accepted", "legacy_session", 0)
        yield DailyCount(day(ago), "sign_in.complete", "accepted", "ok", 300)
        yield DailyCount(day(ago), "password.verify", "accepted", "ok", 0)
        yield DailyCount(day(ago), "account_linking.linked", "accepted", "ok", 4)
        yield DailyCount(day(ago), "profile_sync", "accepted", "ok", 7)


def census(ago: timedelta = timedelta(hours=1), **changed: Any) -> Census:
    persons = {**PERSONS, **changed.pop("persons", {})}
    return Census(at=NOW - ago, persons=persons, accounts=943, users=940, locked=3, **changed)


def clean_end(**changed: Any) -> Evidence:
    """Evidence of a move that has ended well; *changed* are parts of it."""
    whole = Evidence(
        now=NOW,
        setup=SETUP,
        census=Reading("the count of both systems", census()),
        days=Reading("the history", tuple(counts_of_a_quiet_month())),
        links=Reading("the links", {}),
        doctor=Reading("the report of authcore doctor", report()),
        queues={QUEUE: Reading("the queue", 0)},
        runs=Reading("the runs", (run_of("linked"),)),
        second_factors=Reading("the pool", False),
    )
    return attrs.evolve(whole, **changed)


def with_setup(evidence: Evidence, **changed: Any) -> Evidence:
    return attrs.evolve(evidence, setup=attrs.evolve(evidence.setup, **changed))


def _persons(given: Mapping[str, int]) -> Mapping[PersonState, int]:
    return {state: given[state] for state in PERSONS if state in given}


def with_census(evidence: Evidence, **persons: int) -> Evidence:
    counted = evidence.census.get()
    changed = attrs.evolve(counted, persons={**counted.persons, **_persons(persons)})
    return attrs.evolve(evidence, census=Reading("the count", changed))


def with_counts(evidence: Evidence, *counts: DailyCount) -> Evidence:
    return attrs.evolve(evidence, days=Reading("the history", (*evidence.days.get(), *counts)))


def without_counts(evidence: Evidence, *actions: str, on: date | None = None) -> Evidence:
    """Leave out actions that begin so, on all days or on one."""
    kept = tuple(
        each
        for each in evidence.days.get()
        if not each.action.startswith(actions) or (on is not None and each.day != on)
    )
    return attrs.evolve(evidence, days=Reading("the history", kept))


def counted(
    action: str, reason: str, number: int = 1, *, ago: int = 1, outcome: Outcome = "rejected"
) -> DailyCount:
    return DailyCount(day(ago), action, outcome, reason, number)


def with_links(evidence: Evidence, **findings: int) -> Evidence:
    return attrs.evolve(evidence, links=Reading("the links", {**evidence.links.get(), **findings}))


def run_of(stage: RunStage, **counts: int) -> MoveRun:
    run = Run(
        run_id="20261130-7f3a9c",
        source="sql",
        pool_id="eu-west-1_Ab12Cd34",
        target="create",
        fingerprint="f",
        stage=stage,
        started_at=NOW - timedelta(days=9),
    )
    return MoveRun(run, {(kind, "ok"): number for kind, number in counts.items()})


def report(*findings: Finding) -> Report:
    return Report(findings=findings, passed=("pool_kind",), skipped=(), not_asked=())


def with_finding(evidence: Evidence, id_: str = "letter_case") -> Evidence:
    found = Finding(id=id_, severity="low", evidence="e", mend="m", anchor="doctor.md")
    return attrs.evolve(evidence, doctor=Reading("the report of authcore doctor", report(found)))


def darken(evidence: Evidence, part: str) -> Evidence:
    """Let *part* be one that could not be read."""
    changed: Any = {part: unread(part)}
    return attrs.evolve(evidence, **changed)


def unread(name: str) -> Reading[Any]:
    return Reading(name, failure="AccessDeniedException")


UNREAD_FINDING: Final = UNREAD
