"""Weak passwords, pools that know people by their address, and values that do not fit."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from unit.migration_world import EMMA, MAPPING, RIGHT


@pytest.fixture(name="accounts")
def _accounts() -> InMemoryLegacyAccounts:
    return InMemoryLegacyAccounts()


@pytest.fixture(name="audit")
def _audit() -> InMemoryAuditLog:
    return InMemoryAuditLog()


@pytest.fixture(name="migration")
def _migration(accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog) -> UserMigration:
    return UserMigration(accounts=accounts, audit=audit, attributes=MAPPING)


POLICY: Final = PasswordPolicy(8, frozenset({"lower", "upper", "digit", "symbol"}))


def test_a_proven_password_that_the_pool_would_not_accept_must_be_replaced(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    # MG-04
    accounts.add(EMMA, "highbury")
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, passwords=POLICY)

    migrated = migration.authenticate(Credentials("emma", "highbury"))

    assert migrated is not None
    assert not migrated.keeps_password


def test_a_weak_password_is_kept_where_no_code_could_reach_its_owner(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    accounts.add(attrs.evolve(EMMA, email_verified=False), "highbury")
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, passwords=POLICY)

    migrated = migration.authenticate(Credentials("emma", "highbury"))

    assert migrated is not None
    assert migrated.keeps_password
    assert audit.events[-1].reason == "weak_password_kept"


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("Box-Hill-1815", True),
        ("box-hill-1815", False),
        ("BOX-HILL-1815", False),
        ("Box-Hill-June", False),
        ("BoxHill1815", False),
        ("Box-181", False),
        ("Box Hill 1815", True),
        (" BoxHill1815", False),
    ],
)
def test_a_policy_is_cognitos(password: str, accepted: bool) -> None:
    assert POLICY.accepts(password) is accepted


@pytest.mark.parametrize("typed", ["emma@hartfield.example", "Emma@Hartfield.example"])
def test_an_email_pool_makes_up_the_name_of_whoever_typed_their_address(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, typed: str
) -> None:
    accounts.add(attrs.evolve(EMMA, username=typed), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="email")

    migrated = migration.authenticate(Credentials(typed, RIGHT.password))

    assert migrated is not None
    assert "username" not in migrated.attributes


def test_an_email_pool_takes_nobody_who_typed_something_else(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="email")

    assert migration.authenticate(RIGHT) is None
    assert audit.events[-1].reason == "email_differs"


def test_an_alias_pool_has_one_name_for_whoever_types_their_address_or_their_user_name(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    by_alias = migration.authenticate(Credentials("emma@hartfield.example", RIGHT.password))
    by_name = migration.authenticate(RIGHT)

    assert by_alias is not None
    assert by_alias.attributes["username"] == "emma"
    assert by_alias.attributes["email"] == "emma@hartfield.example"
    assert by_name is not None
    assert {**by_name.attributes, "username": "emma"} == by_alias.attributes
    assert "username" not in by_name.attributes


@pytest.mark.parametrize("typed", ["Emma", "EMMA"])
def test_an_alias_pool_takes_nobody_under_another_name_than_its_own(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, typed: str
) -> None:
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    assert migration.authenticate(Credentials(typed, RIGHT.password)) is None
    assert migration.forgot_password(typed) is None
    assert [event.reason for event in audit.events] == ["username_differs"] * 2


@pytest.mark.parametrize("pool", ["username", "alias"])
@pytest.mark.parametrize("typed", ["Emma", "emma", "EMMA"])
def test_a_pool_that_ignores_letter_case_takes_a_user_name_in_any(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, pool: PoolKind, typed: str
) -> None:
    """Its events hold names in lower case, so that nobody could type the one in the table."""
    accounts.add(attrs.evolve(EMMA, username="Emma"), RIGHT.password)
    strict = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool=pool)
    migration = UserMigration(
        accounts=accounts, audit=audit, attributes=MAPPING, pool=pool, case_sensitive=False
    )

    assert migration.authenticate(Credentials(typed, RIGHT.password)) is not None
    assert migration.forgot_password(typed) is not None
    assert (strict.forgot_password(typed) is not None) is (typed == "Emma")


def test_a_pool_that_ignores_letter_case_takes_no_other_name_either(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(
        accounts=accounts, audit=audit, attributes=MAPPING, case_sensitive=False
    )

    assert migration.forgot_password("emma@hartfield.example") is None
    assert audit.events[-1].reason == "username_differs"


@pytest.mark.parametrize(
    "username",
    [
        "emma@elsewhere.example",
        "emma woodhouse",
        "emma\u00a0woodhouse",
        "legacy-1776",
        "Legacy-1776",
        "e" * 129,
    ],
)
def test_a_user_name_that_no_pool_takes_or_that_could_be_made_up_is_not_given(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, username: str
) -> None:
    """The name that is made up for one account must never be another one's."""
    accounts.add(attrs.evolve(EMMA, username=username), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    migrated = migration.authenticate(Credentials("emma@hartfield.example", RIGHT.password))

    assert migrated is not None
    assert migrated.attributes["username"] == "legacy-1815"
    assert migration.authenticate(Credentials(username, RIGHT.password)) is None
    assert audit.events[-1].reason in {"username_differs", "email_differs"}


@pytest.mark.parametrize("username", ["émma", "埃玛", "emma.w+1", "☕", "e" * 128, "-"])
def test_a_user_name_that_a_pool_takes_is_given_as_it_is(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, username: str
) -> None:
    accounts.add(attrs.evolve(EMMA, username=username), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    migrated = migration.authenticate(Credentials("emma@hartfield.example", RIGHT.password))

    assert migrated is not None
    assert migrated.attributes["username"] == username
    assert migration.authenticate(Credentials(username, RIGHT.password)) is not None


@pytest.mark.parametrize("typed", ["EMMA@hartfield.example", "emma@HARTFIELD.example"])
def test_an_address_is_verified_as_the_legacy_system_knows_it_and_not_as_it_was_typed(
    audit: InMemoryAuditLog, typed: str
) -> None:
    """Another letter case may be another mailbox, and it is who gets the code to sign in with."""
    # AL-04, MG-04
    accounts = InMemoryLegacyAccounts()
    accounts.add(attrs.evolve(EMMA, username=typed), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    forgotten = migration.forgot_password(typed)

    assert forgotten is not None
    assert forgotten.attributes["email"] == "emma@hartfield.example"
    assert forgotten.attributes["email_verified"] == "true"


@pytest.mark.parametrize("pool", ["email", "alias"])
@pytest.mark.parametrize(
    "typed",
    ["knightley@hartfield.example", "emma\uff20hartfield.example@", "\u0130@hartfield.example"],
)
def test_an_address_that_is_not_the_accounts_creates_nobody(
    audit: InMemoryAuditLog, pool: PoolKind, typed: str
) -> None:
    # AL-04, MG-04
    accounts = InMemoryLegacyAccounts()
    accounts.add(
        attrs.evolve(EMMA, username=typed, email="i\u0307@hartfield.example"), RIGHT.password
    )
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool=pool)

    assert migration.forgot_password(typed) is None
    assert migration.authenticate(Credentials(typed, RIGHT.password)) is None
    assert [event.reason for event in audit.events] == ["email_differs"] * 2


@pytest.mark.parametrize("uid", ["a@b.example", "two words", "\u212a", "x" * 65, "'--"])
def test_an_alias_pool_gives_no_name_that_is_shaped_like_anything(
    audit: InMemoryAuditLog, uid: str
) -> None:
    accounts = InMemoryLegacyAccounts()
    accounts.add(attrs.evolve(EMMA, legacy_uid=uid, username="two words"), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    migrated = migration.authenticate(Credentials("emma@hartfield.example", RIGHT.password))

    assert migrated is not None
    assert re.fullmatch("legacy-[0-9a-f]{64}", migrated.attributes["username"])
    assert migrated.attributes["custom:legacy_uid"] == uid


def test_a_value_that_does_not_fit_is_left_out_and_never_cut(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, migration: UserMigration
) -> None:
    accounts.add(attrs.evolve(EMMA, display_name="E" * 2049), RIGHT.password)
    accounts.add(attrs.evolve(EMMA, username="jane", display_name="J" * 2048), RIGHT.password)

    emma = migration.authenticate(RIGHT)
    recorded = [(event.action, event.reason) for event in audit.events]
    jane = migration.authenticate(Credentials("jane", RIGHT.password))

    assert emma is not None
    assert "name" not in emma.attributes
    assert recorded == [
        ("user_migration.attributes", "too_long"),
        ("user_migration.authenticate", "ok"),
    ]
    assert jane is not None
    assert jane.attributes["name"] == "J" * 2048


class Counting(InMemoryLegacyAccounts):
    """Counts what the legacy system is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        self.asked.append("authenticate")
        return super().authenticate(credentials)

    def find(self, username: str) -> LegacyAccount | None:
        self.asked.append("find")
        return super().find(username)


@pytest.mark.parametrize("pool", ["username", "email", "alias"])
@pytest.mark.parametrize(
    "typed",
    [f"{name}@hartfield.example" for name in ("emma", "nobody", "locked", "linked")],
)
def test_every_no_costs_the_legacy_system_the_same(pool: PoolKind, typed: str) -> None:
    """Wrong password, unknown, locked and linked differ neither in answer nor in calls made."""
    # MG-03
    accounts = Counting()
    accounts.add(EMMA, RIGHT.password)
    accounts.add(attrs.evolve(EMMA, email="locked@hartfield.example", locked=True), "wrong")
    accounts.add(attrs.evolve(EMMA, email="linked@hartfield.example", cognito_id="sub"), "wrong")
    migration = UserMigration(
        accounts=accounts, audit=InMemoryAuditLog(), attributes=MAPPING, pool=pool, passwords=POLICY
    )

    assert migration.authenticate(Credentials(typed, "wrong")) is None
    assert accounts.asked == ["authenticate"]


@pytest.mark.parametrize("typed", ["nobody", "ignaz", "locked", "linked", "two@b.example"])
def test_every_no_to_a_forgotten_password_costs_the_same(typed: str) -> None:
    # MG-03, MG-04
    accounts = Counting()
    accounts.add(attrs.evolve(EMMA, username="ignaz", email_verified=False), RIGHT.password)
    accounts.add(attrs.evolve(EMMA, username="locked", locked=True), RIGHT.password)
    accounts.add(attrs.evolve(EMMA, username="linked", cognito_id="sub"), RIGHT.password)
    for uid in ("1", "2"):
        accounts.add(attrs.evolve(EMMA, legacy_uid=uid, email="two@b.example"), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=InMemoryAuditLog(), attributes=MAPPING)

    assert migration.forgot_password(typed) is None
    assert accounts.asked == ["find"]


def test_two_first_sign_ins_at_once_describe_one_user(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    """Cognito keeps one of two users of the same name, whichever comes first."""
    # MG-08
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")
    typed = Credentials("emma@hartfield.example", RIGHT.password)

    with ThreadPoolExecutor(8) as threads:
        users = [*threads.map(migration.authenticate, [typed] * 16)]

    assert users == [users[0]] * 16
    assert users[0] is not None
    assert users[0].attributes["username"] == "emma"


def test_an_alias_that_nobody_verified_opens_nothing(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    accounts.add(attrs.evolve(EMMA, email_verified=False), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool="alias")

    assert migration.authenticate(Credentials("emma@hartfield.example", RIGHT.password)) is None
    assert audit.events[-1].reason == "email_not_verified"


def test_a_pool_that_needs_addresses_does_not_start_without_them() -> None:
    with pytest.raises(ConfigurationError, match="email"):
        UserMigration(
            accounts=InMemoryLegacyAccounts(),
            audit=InMemoryAuditLog(),
            attributes={"custom:legacy_uid": "legacy_uid"},
            pool="alias",
        )
