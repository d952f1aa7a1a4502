"""Whom a code can reach: resets that the legacy system keeps, and users without a way back."""

from typing import Any

import attrs
import pytest

from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from unit.migration_world import EMMA, MAPPING, RIGHT


class Counting(InMemoryLegacyAccounts):
    """Accounts that count the calls for them."""

    calls = 0

    def find(self, username: str) -> LegacyAccount | None:
        self.calls += 1
        return super().find(username)

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        self.calls += 1
        return super().authenticate(credentials)


class World:
    """Migration of one account whose password is RIGHT's."""

    def __init__(self, account: LegacyAccount = EMMA, **choices: Any) -> None:
        self.accounts = Counting()
        self.accounts.add(account, RIGHT.password)
        self.audit = InMemoryAuditLog()
        self.migration = UserMigration(
            **{"accounts": self.accounts, "audit": self.audit, "attributes": MAPPING, **choices}
        )

    def noted_of_a_sign_in(self) -> tuple[str, str]:
        """Outcome and reason in the audit log after a sign-in that migrates."""
        assert self.migration.authenticate(RIGHT) is not None
        return self.audit.events[-1].outcome, self.audit.events[-1].reason


@pytest.mark.parametrize("down", [False, True], ids=["answering", "down"])
@pytest.mark.parametrize("username", ["emma", "emma@hartfield.example", "nobody"])
def test_resets_that_stay_in_the_legacy_system_create_nobody_and_ask_nobody(
    username: str, *, down: bool
) -> None:
    """Every name looks the same, known or not, in an outage too."""
    # MG-03, MG-04
    world = World(resets_in_legacy=True)
    if down:
        world.accounts.go_down()

    assert world.migration.forgot_password(username) is None
    assert world.accounts.calls == 0
    assert world.audit.events == [
        AuditEvent("user_migration.forgot_password", "rejected", "resets_in_legacy")
    ]


def test_the_right_password_moves_a_user_for_whom_a_stranger_wanted_a_code() -> None:
    # MG-04
    world = World(resets_in_legacy=True)
    world.migration.forgot_password("emma")

    user = world.migration.authenticate(RIGHT)

    assert user is not None
    assert user.keeps_password


@pytest.mark.parametrize(
    "account",
    [attrs.evolve(EMMA, email_verified=False), attrs.evolve(EMMA, email=None)],
    ids=["unverified", "no address"],
)
def test_a_user_whom_no_code_can_reach_is_counted_when_they_move(account: LegacyAccount) -> None:
    # MG-06
    assert World(account).noted_of_a_sign_in() == ("accepted", "ok_unreachable")


def test_an_address_that_is_not_copied_reaches_its_owner_no_more() -> None:
    # MG-06
    world = World(attributes={"custom:legacy_id": "legacy_uid"})

    assert world.noted_of_a_sign_in() == ("accepted", "ok_unreachable")


def test_an_address_that_is_too_long_to_copy_reaches_nobody() -> None:
    # MG-06
    long = attrs.evolve(EMMA, email=f"emma@{'x' * 2048}.example")

    assert World(long).noted_of_a_sign_in() == ("accepted", "ok_unreachable")


@pytest.mark.parametrize(
    ("account", "reason"),
    [(EMMA, "ok"), (attrs.evolve(EMMA, email_verified=False), "weak_password_kept")],
    ids=["reachable", "unreachable"],
)
def test_a_weak_password_stays_only_where_no_code_arrives(
    account: LegacyAccount, reason: str
) -> None:
    """``weak_password_kept`` says both: weak, and unreachable."""
    world = World(account, passwords=PasswordPolicy(len(RIGHT.password) + 1))

    assert world.noted_of_a_sign_in() == ("accepted", reason)


def test_a_user_who_can_be_reached_is_an_ordinary_one() -> None:
    assert World().noted_of_a_sign_in() == ("accepted", "ok")
