"""The world machine notices faults that are planted in what it walks through."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.domain.model.linking import AccountMatches
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_local.legacy.account_access import Access
from authcore_local.legacy.link_lookup import Links
from authcore_local.legacy.operations import Operations
from authcore_local.legacy.password_hashing import PasswordHashing
from faults.world.in_process import in_this_process
from faults.world.runs import Walk, kind_of, walk_through
from faults.world.shrinking import Shrinker, script_of
from faults.world.stand import Stand
from faults.world.steps import Step, read_steps
from faults.world.variants import Variant
from faults.world.weather import Fault
from faults.world.world import World


@pytest.fixture(scope="module", autouse=True)
def everything_in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


def finds_no_account(patch: pytest.MonkeyPatch) -> None:
    """Linking looks, and sees nothing."""
    patch.setattr(HttpLegacyLinks, "match", lambda *_: AccountMatches())


def takes_any_password(patch: pytest.MonkeyPatch) -> None:
    """So does the legacy system; the machine itself still knows who knows what."""
    right = Operations._login

    def login(self: Operations, asked: Any, key: str | None) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(PasswordHashing, "matches", lambda *_: True)
            return right(self, asked, key)

    patch.setattr(Operations, "_login", login)


def forgets_revocations(patch: pytest.MonkeyPatch) -> None:
    """``sessions end`` says that it wrote the list."""
    end = Stand.end_sessions

    def end_without_list(self: Stand, username: str) -> object:
        kept = self.revocations
        self.revocations = type(kept)(self.clock)
        try:
            return end(self, username)
        finally:
            self.revocations = kept

    patch.setattr(Stand, "end_sessions", end_without_list)


def keeps_silent(patch: pytest.MonkeyPatch) -> None:
    """No refusal and no outage is recorded."""
    record = InMemoryAuditLog.record

    def only_good_news(self: InMemoryAuditLog, event: Any) -> None:
        if event.outcome == "accepted":
            record(self, event)

    patch.setattr(InMemoryAuditLog, "record", only_good_news)


def writes_nothing(patch: pytest.MonkeyPatch) -> None:
    """The pool's attributes stay as they are."""
    patch.setattr(CognitoUserDirectory, "set_attributes", lambda *_: None)


def lets_only_the_pool_in(patch: pytest.MonkeyPatch) -> None:
    """Neither moves anybody into the pool nor admits the old login."""
    functions = Stand._functions
    unmoved: Any = {"user_migration": lambda event, _: event}
    patch.setattr(Stand, "_functions", lambda self: attrs.evolve(functions(self), **unmoved))
    patch.setattr(Access, "whose_session", lambda *_: None)


def renames_at_links(patch: pytest.MonkeyPatch) -> None:
    """A link changes more than the link."""
    attach = Links.attach

    def attach_and_rename(self: Links, userid: str, *arguments: Any, **named: Any) -> Any:
        with self._store.transaction() as connection:
            connection.execute("UPDATE users SET username = 'x' WHERE userid = ?", (userid,))
        return attach(self, userid, *arguments, **named)

    patch.setattr(Links, "attach", attach_and_rename)


PLANTED: Final[tuple[tuple[Callable[[pytest.MonkeyPatch], None], str, tuple[str, ...]], ...]] = (
    (finds_no_account, "I1 a second account", ("gregor provider google",)),
    (
        takes_any_password,
        "I2 N was linked with a user whose person did not prove it",
        ("mallory password jane first",),
    ),
    (
        forgets_revocations,
        "I3 the guard admits a session that an operator ended",
        ("huck password huck first", "op end huck", "huck visit tokens"),
    ),
    (renames_at_links, "I4 N was changed", ("gregor provider google",)),
    (lets_only_the_pool_in, "I5 no way in", ()),
    (writes_nothing, "I6 nothing heals the link of N", ("gregor provider google",)),
    (keeps_silent, "I7 no line about an outage", ("sky down legacy", "jane password jane first")),
)


@pytest.mark.parametrize(
    ("plant", "kind", "lines"), PLANTED, ids=[plant.__name__ for plant, *_ in PLANTED]
)
def test_a_planted_fault_is_noticed(
    plant: Callable[[pytest.MonkeyPatch], None],
    kind: str,
    lines: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clean = walk_through(Variant(), read_steps(lines))
    plant(monkeypatch)
    walk = walk_through(Variant(), read_steps(lines))

    assert clean.violations == []
    assert kind in map(kind_of, walk.violations), walk.history()


def test_a_walk_that_ends_badly_is_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    finds_no_account(monkeypatch)
    steps = read_steps(
        (
            "nora signup nora nora@old.example first",
            "op audit",
            "gregor provider google !9.killed",
            "huck password huck first",
            "sky wait 6",
        )
    )

    short = Shrinker(_first_bad(steps)).shrink()

    assert [str(step) for step in short.steps] == ["gregor provider google"]
    assert "('gregor provider google', 'in 100003')" in script_of(short)


def _first_bad(steps: tuple[Step, ...]) -> Walk:
    walk = walk_through(Variant(), steps)
    assert walk.violations
    return walk


def test_each_fault_falls_on_the_call_that_it_is_meant_for() -> None:
    for fault in Fault:
        world = World(Variant())
        said = world.take(Step("gregor", "password", ("gregor", "first"), {1: fault}))
        assert (said == "in 1915") is (fault is Fault.KILLED), fault
        assert world.effects.spoilt == [f"legacy.{fault}"]
