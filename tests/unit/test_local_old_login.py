"""The local legacy system's own login, for users who moved and users who did not."""

from collections.abc import Callable
from typing import Final

import pytest

from authcore.adapters.system import SystemClock, SystemEntropy
from authcore_local.legacy import SEED_USERS
from authcore_local.legacy.account_access import Access
from authcore_local.legacy.old_login import (
    LATER,
    NEW_LOGIN,
    POLICY,
    REFUSED,
    UNKNOWN,
    WRONG,
    WRONG_CURRENT,
    OldLogin,
)
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.pool_passwords import ChangeVerdict, PoolPasswords, Verdict
from authcore_local.legacy.sqlite_database import Store
from authcore_local.legacy.user_table import Row, UserTable


JANE: Final = SEED_USERS[0]
OWN: Final = "the old hash's password"
POOLS: Final = "the pool's password"


class _Pool(PoolPasswords):
    """Says what it is told to; by default that POOLS is right."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self.changes: ChangeVerdict = "changed"
        self.asked: list[tuple[str, str, str]] = []

    def verify(self, userid: str, cognito_id: str, password: str) -> Verdict:
        self.asked.append((userid, cognito_id, password))
        return self.verdict or ("right" if password == POOLS else "wrong")

    def change(self, userid: str, cognito_id: str, password: str) -> ChangeVerdict:
        self.asked.append((userid, cognito_id, password))
        return self.changes


class _World:
    def __init__(self) -> None:
        store = Store(":memory:")
        hashing = PasswordHashing(SystemEntropy())
        self.users = UserTable(store)
        self.users.put(JANE, hashing.hash(OWN))
        self.pool = _Pool()
        access = Access(store, SystemEntropy(), SystemClock())
        self.login = OldLogin(self.users, access, hashing, self.pool)

    def move(self) -> None:
        self.users.set_cognito_id(JANE.userid, "sub-of-jane")

    @property
    def jane(self) -> Row:
        [row] = self.users.matching(JANE.username)
        return row

    def sign_in(self, password: str) -> str | None:
        """What is said; None where Jane is signed in."""
        told = self.login.sign_in(JANE.username, password)
        return told if isinstance(told, str) else None

    def change(self, current: str, new: str = "another password") -> str | None:
        return self.login.change_password(self.jane, current, new)


@pytest.fixture
def world() -> _World:
    return _World()


def test_who_has_not_moved_is_checked_here_and_the_pool_is_not_asked(world: _World) -> None:
    assert world.sign_in(OWN) is None
    assert world.sign_in(POOLS) == WRONG
    assert world.pool.asked == []


def test_who_moved_is_checked_at_the_pool(world: _World) -> None:
    world.move()
    assert world.sign_in(POOLS) is None
    assert world.pool.asked == [(JANE.userid, "sub-of-jane", POOLS)]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("wrong", WRONG), ("needs_new_login", NEW_LOGIN), ("no_answer", LATER)],
)
def test_without_a_yes_of_the_pool_the_own_hash_lets_nobody_in(
    world: _World, verdict: Verdict, said: str
) -> None:
    world.move()
    world.pool.verdict = verdict
    assert world.sign_in(OWN) == said


def test_of_an_external_user_the_own_hash_counts(world: _World) -> None:
    world.move()
    world.pool.verdict = "own"
    assert world.sign_in(OWN) is None
    assert world.sign_in(POOLS) == WRONG


def test_a_locked_user_is_refused_without_a_question(world: _World) -> None:
    world.move()
    world.users.set_locked(JANE.userid, locked=True)
    assert world.sign_in(POOLS) == WRONG
    assert world.pool.asked == []


def test_a_password_is_changed_at_the_pool_and_kept_for_a_way_back(world: _World) -> None:
    world.move()
    assert world.change(POOLS) is None
    world.pool.verdict = "own"
    assert world.sign_in("another password") is None


def test_who_has_not_moved_changes_it_here(world: _World) -> None:
    assert world.change(OWN) is None
    assert world.sign_in("another password") is None
    assert world.pool.asked == []


@pytest.mark.parametrize(
    ("changes", "said"), [("policy", POLICY), ("refused", REFUSED), ("no_answer", UNKNOWN)]
)
def test_what_the_pool_does_not_take_is_not_kept_either(
    world: _World, changes: ChangeVerdict, said: str
) -> None:
    world.move()
    world.pool.changes = changes
    assert world.change(POOLS) == said
    world.pool.verdict = "own"
    assert world.sign_in(OWN) is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: None, WRONG_CURRENT),
        (lambda world: setattr(world.pool, "verdict", "no_answer"), LATER),
        (lambda world: setattr(world.pool, "verdict", "needs_new_login"), NEW_LOGIN),
    ],
)
def test_nobody_changes_a_password_without_the_present_one(
    world: _World, spoil: Callable[[_World], None], said: str
) -> None:
    world.move()
    spoil(world)
    assert world.change("wrong") == said
    assert {password for *_, password in world.pool.asked} == {"wrong"}
