"""
F1 with a trojan account: its opener moves by password, its owner links it by address.

The opener of account 2 made it with the owner's address, which the owner verified later.  Migration
gives the opener a pool user with a voucher; the owner signs in through a provider.  Attempts of
both are struck anywhere.  Read from the outside alone: what tokens may name is what the pool
proves, or what linking itself said to the token.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Final, Literal

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.linking import Creation, LinkOutcome, PoolAccount
from authcore.testing.fakes.audit import InMemoryAuditLog
from faults.figures import Failure, Progress, Section
from faults.linking_runs import NEXT_SIGN_IN, RETRY
from faults.linking_runs import product as linking
from faults.linking_world import EMAIL, IDENTITY, LEGACY_LINKED, PROOFS, USERNAME
from faults.outside import LEGACY_UID, Outside, Row
from faults.steps import PUNCTUAL, Fault, ProcessKilled, StepInjector, Struck


OPENER: Final = "user-2"
ACCOUNT: Final = "2"
STEPS: Final = 6
"""Outside calls of the longest attempt here."""

MODES: Final[tuple[Creation, ...]] = ("unique", "idempotent", "lease", "once")

Who = Literal["opener", "owner"]

STRIKES: Final = (
    None,
    *(Struck(n, f) for n in range(1, STEPS + 1) for f in (*PUNCTUAL, Fault.LATE)),
)


@attrs.frozen
class Trojan:
    """
    One schedule: who signs in first, and what strikes the first attempt of each.

    After these two both sign in twice more, without faults, in the same order.
    """

    mode: Creation
    first: Who
    opener: Struck | None
    owner: Struck | None

    def __str__(self) -> str:
        struck = (f"{s.step}.{s.fault}" if s else "ok" for s in (self.opener, self.owner))
        return f"trojan {self.mode} {self.first} {' '.join(struck)}"


def schedules() -> Iterator[Trojan]:
    """Every one."""
    first: tuple[Who, ...] = ("opener", "owner")
    for each in product(MODES, first, STRIKES, STRIKES):
        yield Trojan(*each)


def by_proof(user: DirectoryUser) -> bool:
    """Whether tokens of *user* name the account, as the product decides it."""
    statement, named = user.attributes.get(LEGACY_LINKED), user.attributes.get(LEGACY_UID)
    return named == ACCOUNT and PROOFS.is_linked(statement, user.subject, named)


def by_attribute(user: DirectoryUser) -> bool:
    """The same for tokens that believe the plain attribute: a fault that must be caught."""
    return user.attributes.get(LEGACY_UID) == ACCOUNT


def run(
    schedule: Trojan, tokens_name: Callable[[DirectoryUser], bool] = by_proof
) -> Failure | None:
    """Let *schedule* happen; None if all invariants held."""
    sitting = _Sitting(schedule, tokens_name)
    violations = sitting.violations()
    return Failure(str(schedule), sitting.history, violations) if violations else None


class _Sitting:
    def __init__(self, schedule: Trojan, tokens_name: Callable[[DirectoryUser], bool]) -> None:
        self._tokens_name = tokens_name
        self.history: list[str] = []
        self._violations: list[str] = []
        self._schedule = schedule
        self._outside = Outside(schedule.mode)
        self._audit = InMemoryAuditLog()
        account = LegacyAccount(ACCOUNT, OPENER, EMAIL, True, None)
        self._outside.legacy.add(Row(account, open_sessions=1))
        address = {"email": EMAIL, "email_verified": "true"}
        voucher = {LEGACY_UID: ACCOUNT, LEGACY_LINKED: PROOFS.vouch(account)}
        self._outside.directory.add(OPENER, {**address, **voucher})
        self._outside.directory.add(USERNAME, address)

    def violations(self) -> list[str]:
        second: Who = "owner" if self._schedule.first == "opener" else "opener"
        order = (self._schedule.first, second)
        for who in order:
            struck = self._schedule.opener if who == "opener" else self._schedule.owner
            self._sign_in(who, struck)
            self._outside.advance(RETRY)
        self._outside.advance(NEXT_SIGN_IN)
        for who in (*order, *order):
            self._sign_in(who, None)
        self._require(len(self._named()) == 1, "at the end the account is in nobody's tokens")
        return self._violations

    def _sign_in(self, who: Who, struck: Struck | None) -> None:
        person = self._person(who)
        if person is None:
            return
        line = StepInjector(self._outside, struck, after_each=self._look)
        link = linking(self._outside, line, self._audit)
        try:
            outcome: LinkOutcome | None = link(person)
        except ProcessKilled:
            outcome = None
        said = f"{outcome.status} {outcome.reason}" if outcome else "killed"
        self.history += [f"{who}: {each}" for each in (*line.history, said)]
        self._look()
        if outcome and outcome.legacy_uid == ACCOUNT:
            self._require(self._owner_of_account() == person.subject, "a token names the other's")

    def _person(self, who: Who) -> PoolAccount | None:
        name = OPENER if who == "opener" else USERNAME
        user = self._outside.directory.find(name)
        if user is None:
            return None
        return PoolAccount(
            username=name,
            subject=user.subject,
            email=EMAIL,
            email_verified=True,
            name=None,
            identity=None if who == "opener" else IDENTITY,
            legacy_uid=user.attributes.get(LEGACY_UID),
            statement=user.attributes.get(LEGACY_LINKED),
        )

    def _look(self) -> None:
        named = self._named()
        self._require(len(named) <= 1, "tokens of two pool users name the account")
        self._require({*named} <= {self._owner_of_account()}, "a proof without the legacy side")
        accounts = [row.account.cognito_id for row in self._outside.legacy.rows]
        owned = [owner for owner in accounts if owner is not None]
        self._require(len(owned) == len({*owned}), "a pool user has two accounts")

    def _named(self) -> list[str]:
        """The pool users whose tokens name the account."""
        return [
            user.subject for user in self._outside.directory.everybody() if self._tokens_name(user)
        ]

    def _owner_of_account(self) -> str | None:
        return self._outside.legacy.rows[0].account.cognito_id

    def _require(self, holds: bool, otherwise: str) -> None:
        if not holds and otherwise not in self._violations:
            self._violations.append(otherwise)


def section(progress: Progress) -> Section:
    """The figures."""
    failures, count = [], 0
    for count, schedule in enumerate(schedules(), 1):
        if count % 1_000 == 1:
            progress(f"F1 trojan: {schedule}")
        failure = run(schedule)
        failures += [failure] if failure else []
    return Section("F1-trojan", [("schedules", f"{count:,}")], failures)
