"""A run, its pool and its legacy system, in memory; and a process that dies at any call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.adapters.system import SystemEntropy
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import NewPoolUser, PlannedUser, Run, UserOutcome
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import Workers
from authcore.domain.services.moves.execution import RunExecution
from authcore.domain.services.moves.linking import RunLinking
from authcore.domain.services.moves.opening import RunOpening
from authcore.domain.services.moves.own_users import OwnUsers
from authcore.domain.services.moves.survey import PoolSurvey
from authcore.domain.services.moves.undo import RunUndo
from authcore.domain.services.moves.user_removal import UserRemoval
from authcore.ports.legacy_links import LegacyUnlinking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyAccounts,
    InMemoryLegacyLinks,
    InMemoryLegacyUnlinking,
    LegacyRow,
)
from authcore.testing.fakes.move_runs import InMemoryRun
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_creation import InMemoryUserCreation
from authcore.testing.fakes.user_directory import (
    InMemoryDirectoryListing,
    InMemoryUserAdministration,
    InMemoryUserDirectory,
)


POOL: Final = "eu-west-1_Ab12Cd34"
RUN_ID: Final = "20260314-7f3a9c"
PROOFS: Final = LinkProofs((b"k" * 32,), POOL)


class Killed(BaseException):
    """The process is killed: no code of it runs any more."""


def account(number: int) -> LegacyAccount:
    return LegacyAccount(
        str(number), f"user{number}", f"user{number}@legacy.example", True, f"User {number}"
    )


def planned(number: int) -> PlannedUser:
    legacy = account(number)
    attributes = {
        "email": f"user{number}@legacy.example",
        "email_verified": "true",
        LEGACY_UID: legacy.legacy_uid,
        LEGACY_LINKED: PROOFS.vouch(legacy, RUN_ID),
    }
    claims = (f"name:{legacy.username}", f"email:{legacy.email}", f"uid:{legacy.legacy_uid}")
    return PlannedUser(
        number, legacy.legacy_uid, NewPoolUser(legacy.username, attributes), claims=claims
    )


def claims_of(user: DirectoryUser) -> Sequence[str]:
    held = user.attributes
    claims = [f"name:{user.username}"]
    if held.get("email_verified") == "true":
        claims.append(f"email:{held['email']}")
    if LEGACY_UID in held:
        claims.append(f"uid:{held[LEGACY_UID]}")
    return claims


class Mortal:
    """Passes calls on, and dies before or after the call with a given number, counted from 1."""

    def __init__(self, port: Any, life: "Life") -> None:
        self._port = port
        self._life = life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._life.guard(found) if callable(found) else found


class Life:
    """
    Counts the calls of one process.

    Attributes:
        calls: How many began.
    """

    def __init__(self, dies_at: int | None = None, *, after: bool = False) -> None:
        self.calls = 0
        self._dies_at = dies_at
        self._after = after
        self._is_over = False

    def guard(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self._require()
            self.calls += 1
            is_last = self.calls == self._dies_at
            if is_last and not self._after:
                self._is_over = True
                raise Killed
            try:
                return call(*args, **kwargs)
            finally:
                if is_last:
                    self._is_over = True
                    raise Killed

        return guarded

    def _require(self) -> None:
        if self._is_over:
            raise Killed


@attrs.define
class World:
    """Everything that outlives a process."""

    size: int = 5
    clock: FrozenClock = attrs.field(factory=FrozenClock)
    life: Life = attrs.field(factory=Life)
    workers: int = 1
    audit: InMemoryAuditLog = attrs.field(factory=InMemoryAuditLog)
    store: InMemoryRun = attrs.field(factory=InMemoryRun)
    directory: InMemoryUserDirectory = attrs.field(init=False)
    creation: InMemoryUserCreation = attrs.field(init=False)
    administration: InMemoryUserAdministration = attrs.field(init=False)
    links: InMemoryLegacyLinks = attrs.field(init=False)
    accounts: InMemoryLegacyAccounts = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.directory = InMemoryUserDirectory(clock=self.clock)
        self.creation = InMemoryUserCreation(self.directory)
        self.administration = InMemoryUserAdministration(self.directory)
        everybody = [account(number) for number in range(1, self.size + 1)]
        self.links = InMemoryLegacyLinks([LegacyRow(each) for each in everybody])
        self.accounts = InMemoryLegacyAccounts()
        for each in everybody:
            self.accounts.add(each, "")
        self.store.begin(
            Run(
                run_id=RUN_ID,
                source="legacy",
                pool_id=POOL,
                target="create",
                fingerprint="AUTHCORE_MOVE_*:1 AUTHCORE_SOURCE_*:0 pool-settings:2",
                stage="planned",
                started_at=self.clock.now(),
            )
        )
        self.store.add_page([planned(number) for number in range(1, self.size + 1)], None)

    def mortal(self, port: Any) -> Any:
        return Mortal(port, self.life)

    def retrier(self) -> Retrier:
        pause = RecordedPause(self.clock)
        limiter = RateLimiter(50, clock=self.clock, pause=pause)
        return Retrier(rate_limiter=limiter, pause=pause, back_off=(timedelta(seconds=1),))

    def own(self) -> OwnUsers:
        return OwnUsers(
            directory=self.mortal(self.directory),
            proofs=PROOFS,
            run_id=RUN_ID,
        )

    def execution(self) -> RunExecution:
        return RunExecution(
            store=self.mortal(self.store),
            creation=self.mortal(self.creation),
            own=self.own(),
            retrier=self.retrier(),
            audit=self.audit,
            workers=Workers(count=self.workers),
        )

    def survey(self, page_size: int = 2) -> PoolSurvey:
        return PoolSurvey(
            store=self.mortal(self.store),
            listing=self.mortal(InMemoryDirectoryListing(self.directory, page_size)),
            claims_of=claims_of,
            own=self.own(),
            retrier=self.retrier(),
            clock=self.clock,
        )

    def linking(self) -> RunLinking:
        return RunLinking(
            store=self.mortal(self.store),
            directory=self.mortal(self.directory),
            accounts=self.mortal(self.accounts),
            links=self.mortal(self.links),
            proofs=PROOFS,
            retrier=self.retrier(),
            audit=self.audit,
            workers=Workers(count=self.workers),
        )

    def removal(self) -> UserRemoval:
        return UserRemoval(
            directory=self.mortal(self.directory),
            administration=self.mortal(self.administration),
            retrier=self.retrier(),
        )

    def undo(self, unlinking: LegacyUnlinking | None = None) -> RunUndo:
        return RunUndo(
            store=self.mortal(self.store),
            removal=self.removal(),
            unlinking=unlinking or self.mortal(InMemoryLegacyUnlinking(self.links)),
            audit=self.audit,
            workers=Workers(count=self.workers),
        )

    def opening(self) -> RunOpening:
        return RunOpening(
            store=self.mortal(self.store),
            administration=self.mortal(self.administration),
            entropy=SystemEntropy(),
            retrier=self.retrier(),
            audit=self.audit,
            workers=Workers(count=self.workers),
        )

    def open_all(self) -> None:
        self.opening().run(lambda: None, lambda _: None)

    def link_all(self) -> None:
        self.linking().run(lambda: None, lambda _: None)

    def undo_all(self) -> None:
        self.undo().run(lambda: None, lambda _: None)

    def linked(self) -> "World":
        """Execute and link."""
        self.execute()
        self.link_all()
        return self

    def execute(self, *, accepts_refused: bool = False) -> None:
        execution = self.execution()
        execution.run(lambda: None, lambda _: None, accepts_refused=accepts_refused)

    def outcomes(self) -> list[UserOutcome]:
        return [*self.store.outcomes()]

    def kinds(self) -> Mapping[int, str]:
        return {each.number: each.kind for each in self.store.outcomes()}

    def names(self) -> list[str]:
        return [each.username for each in self.directory.everybody()]


def executed_world(size: int = 5, *, is_linked: bool = True, life: Life | None = None) -> World:
    """Return a world a day after its run, with users who were there before."""
    world = World(size=size, life=life or Life())
    world.directory.add("admin", {"name": "there before"})
    world.directory.add("user3x", {"custom:legacy_uid": "99"}, status="FORCE_CHANGE_PASSWORD")
    world.execute()
    if is_linked:
        world.link_all()
    world.clock.advance(timedelta(days=1))
    return world


def pool_before(size: int = 5) -> tuple[list[DirectoryUser], list[object]]:
    """Return the users and accounts before a run of *size* users."""
    world = World(size=size)
    world.directory.add("admin", {"name": "there before"})
    world.directory.add("user3x", {"custom:legacy_uid": "99"}, status="FORCE_CHANGE_PASSWORD")
    return [*world.directory.everybody()], [*world.links.rows.items()]
