"""One schedule of account linking, from the first attempt to the sign-in that heals."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Self

import attrs

from authcore.adapters.system import monotonic
from authcore.domain.model.linking import NATIVE, Creation, LinkOutcome, LinkPolicy, PoolAccount
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents, Lease
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.system import Clock
from authcore.ports.user_directory import UserDirectory
from authcore.testing.fakes.audit import InMemoryAuditLog
from faults.baton import Runner
from faults.edges import (
    InjectedAccounts,
    InjectedCreateIntents,
    InjectedDirectory,
    InjectedLease,
    InjectedLinks,
)
from faults.linking_world import ISSUER, PROOFS, World, world
from faults.outside import Outside
from faults.schedules import Planned, Schedule
from faults.steps import SLEEP, ProcessKilled, StepInjector


RETRY: Final = timedelta(seconds=1)
"""
From an attempt's end to the next: Cognito asks again five seconds after it began to ask, and an
attempt that hangs has four.
"""

NEXT_SIGN_IN: Final = timedelta(hours=1)

Link = Callable[[PoolAccount], LinkOutcome]
Build = Callable[[Outside, StepInjector, AuditLog], Link]
"""Makes what is under test: given the outside, the line to it and the audit, one attempt's link."""


@attrs.frozen
class Ports:
    """
    What account linking talks to the outside through.

    Attributes:
        links: The legacy system.
        accounts: Its user table.
        directory: The pool.
        lease: The store of leases.
        intents: The memory of what was tried.
    """

    links: LegacyLinks
    accounts: LegacyAccounts
    directory: UserDirectory
    lease: Lease
    intents: CreateIntents

    @classmethod
    def straight(cls, outside: Outside, line: StepInjector) -> Self:
        """All of them through *line*."""
        return cls(
            links=InjectedLinks(outside, line),
            accounts=InjectedAccounts(outside, line),
            directory=InjectedDirectory(outside, line),
            lease=InjectedLease(outside, line),
            intents=InjectedCreateIntents(outside, line),
        )


def linking(ports: Ports, mode: Creation, audit: AuditLog, clock: Clock) -> Link:
    """The product's service on *ports*."""
    return AccountLinking(
        links=ports.links,
        accounts=ports.accounts,
        directory=ports.directory,
        lease=ports.lease,
        intents=ports.intents,
        audit=audit,
        policy=LinkPolicy(email_providers=frozenset({"Google", NATIVE}), creation=mode),
        proofs=PROOFS,
        issuer=ISSUER,
        clock=clock,
    ).link


def product(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
    """The product's service before *outside*."""
    return linking(Ports.straight(outside, line), outside.mode, audit, outside.clock)


@attrs.define
class Verdict:
    """
    What one schedule led to.

    Attributes:
        schedule: As text.
        violations: Of an invariant; empty if all held.
        history: Every outside call and outcome, in order.
        outcomes: Of every attempt, None for a killed one; the last two are the clean sign-ins.
        seconds: How long each attempt took on this machine.
        living: At each step, how many attempts could have moved.
        steps: Outside calls of each attempt.
        legacy_calls: Those of them to the legacy system.
        repaired: The healing sign-in found half a link.
        orphaned: Somebody must look: no retry can tell whether the account exists.
    """

    schedule: str
    violations: list[str] = attrs.field(factory=list)
    history: list[str] = attrs.field(factory=list)
    outcomes: list[LinkOutcome | None] = attrs.field(factory=list)
    seconds: list[float] = attrs.field(factory=list)
    living: list[int] = attrs.field(factory=list)
    steps: list[int] = attrs.field(factory=list)
    legacy_calls: list[int] = attrs.field(factory=list)
    repaired: bool = False
    orphaned: bool = False


def run(schedule: Schedule, build: Build = product) -> Verdict:
    """Let *schedule* happen, then two clean sign-ins."""
    sitting = _Sitting(schedule, build)
    if schedule.order:
        sitting.overlapping()
    else:
        sitting.one_after_the_other()
    sitting.heal()
    return sitting.verdict


def _wakes_at(runner: Runner) -> datetime:
    if runner.wakes_at is None:
        raise AssertionError("it is awake")
    return runner.wakes_at


class _Sitting:
    def __init__(self, schedule: Schedule, build: Build) -> None:
        self.verdict = Verdict(str(schedule))
        self._schedule = schedule
        self._build = build
        self._world: World = world(schedule.mode, schedule.scenario)
        self._first_event = self._world.person()
        self._audit = InMemoryAuditLog()
        self._to_come = deque(enumerate(schedule.attempts, 1))

    def one_after_the_other(self) -> None:
        while self._to_come:
            number, planned = self._to_come.popleft()
            self._attempt(number, planned, sleep=self._the_others_meanwhile)
            self._world.outside.advance(RETRY)

    def _the_others_meanwhile(self) -> None:
        self._world.outside.advance(SLEEP / 2)
        self.one_after_the_other()
        self._world.outside.advance(SLEEP / 2)

    def overlapping(self) -> None:
        runners = [self._runner(number, planned) for number, planned in self._to_come]
        order = iter(self._schedule.order)
        while living := [runner for runner in runners if not runner.over]:
            movable = [each for each in living if each.wakes_at is None] or [self._woken(living)]
            self.verdict.living.append(len(movable))
            chosen = movable[next(order, 0) % len(movable)]
            if not chosen.begun and not any(runner.begun for runner in movable):
                self._let_time_pass(living)
            chosen.advance()

    def _runner(self, number: int, planned: Planned) -> Runner:
        def work(runner: Runner) -> None:
            def sleep() -> None:
                runner.sleep(until=self._world.outside.clock.now() + SLEEP)

            self._attempt(number, planned, runner.wait_for_turn, sleep)

        return Runner(work)

    def _woken(self, sleepers: Sequence[Runner]) -> Runner:
        """The one that wakes first, now that nobody else can move."""
        first = min(sleepers, key=_wakes_at)
        self._advance_to(_wakes_at(first))
        return first

    def _let_time_pass(self, living: Sequence[Runner]) -> None:
        """Before an attempt begins that none is awake beside."""
        self._world.outside.advance(RETRY)
        sleepers = [_wakes_at(each) for each in living if each.wakes_at is not None]
        if sleepers:
            self._advance_to(min(sleepers) - SLEEP / 2)

    def _advance_to(self, moment: datetime) -> None:
        outside = self._world.outside
        outside.advance(max(timedelta(0), moment - outside.clock.now()))

    def heal(self) -> None:
        self._world.outside.advance(NEXT_SIGN_IN)
        half = bool(self._world.outside.legacy.of(self._world.subject))
        self.verdict.repaired = half and self._world.written_in_pool() is None
        for number in (1, 2):
            self._attempt(len(self._schedule.attempts) + number, Planned())
        self._judge_the_end()

    def _attempt(
        self,
        number: int,
        planned: Planned,
        wait: Callable[[], None] = lambda: None,
        sleep: Callable[[], None] = lambda: None,
    ) -> None:
        line = StepInjector(
            self._world.outside,
            planned.struck,
            before_each=wait,
            after_each=self._look,
            sleep=sleep,
        )
        person = self._first_event if planned.retry else self._world.person()
        link = self._build(self._world.outside, line, self._audit)
        began = monotonic()
        outcome = self._outcome(link, person)
        self.verdict.seconds.append(monotonic() - began)
        self.verdict.outcomes.append(outcome)
        said = f"{outcome.status} {outcome.reason}" if outcome else "killed or escaped"
        self.verdict.history += [f"attempt {number}: {each}" for each in (*line.history, said)]
        self.verdict.steps.append(line.steps)
        self.verdict.legacy_calls.append(line.legacy_calls)
        self._judge(outcome)

    def _outcome(self, link: Link, person: PoolAccount) -> LinkOutcome | None:
        try:
            return link(person)
        except ProcessKilled:
            return None
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            self.verdict.violations.append(f"{type(error).__name__} escaped")
            return None

    def _look(self) -> None:
        self._note(self._world.never())

    def _note(self, violations: list[str]) -> None:
        self.verdict.violations += [
            each for each in violations if each not in self.verdict.violations
        ]

    def _judge(self, outcome: LinkOutcome | None) -> None:
        if outcome is None:
            return
        if outcome.status in {"already_linked", "linked", "created"}:
            self._note([f"{outcome.status}, but {each}" for each in self._world.unlinked()])
        mine = [
            row.account.legacy_uid for row in self._world.outside.legacy.of(self._world.subject)
        ]
        if outcome.legacy_uid is not None and outcome.legacy_uid not in mine:
            self._note(["the outcome names an account that is not the person's"])

    def _judge_the_end(self) -> None:
        healing, after = self.verdict.outcomes[-2:]
        if self._schedule.mode == "once" and healing is not None and healing.status == "refused":
            self.verdict.orphaned = True
            recorded = [event.reason for event in self._audit.events if event.outcome == "rejected"]
            self._note(["refused and not recorded"] * (healing.reason not in recorded))
            return
        self._note([f"after a clean sign-in: {each}" for each in self._world.unlinked()])
        if after is None or after.status != "already_linked" or self.verdict.legacy_calls[-1]:
            self._note(["a linked person costs a legacy call"])
