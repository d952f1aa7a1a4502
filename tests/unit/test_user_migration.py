"""Who is migrated, and with which attributes."""

import attrs
import pytest

from authcore.domain.errors import ConfigurationError, LegacyUnavailableError
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.audit import AuditEvent
from authcore.domain.services.accounts.user_migration import MigratedUser, UserMigration
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


def test_the_right_password_migrates_with_the_mapped_attributes(
    accounts: InMemoryLegacyAccounts, migration: UserMigration
) -> None:
    accounts.add(EMMA, RIGHT.password)

    assert migration.authenticate(RIGHT) == MigratedUser(
        {
            "email": "emma@hartfield.example",
            "email_verified": "true",
            "name": "Emma Woodhouse",
            "custom:legacy_uid": "1815",
        },
        keeps_password=True,
    )


@pytest.mark.parametrize("typed", ["emma@hartfield.example", "Emma", "EMMA"])
def test_a_pool_of_user_names_takes_nobody_who_typed_another_name_than_theirs(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, migration: UserMigration, typed: str
) -> None:
    """The pool would keep what was typed, and make a second user of the user name later."""
    accounts.add(EMMA, RIGHT.password)

    assert migration.authenticate(Credentials(typed, RIGHT.password)) is None
    assert migration.forgot_password(typed) is None
    assert [(event.outcome, event.reason) for event in audit.events] == [
        ("rejected", "username_differs")
    ] * 2


@pytest.mark.parametrize("pool", ["username", "email", "alias"])
@pytest.mark.parametrize("typed", ["emma", "emma@hartfield.example"])
def test_an_account_that_has_a_pool_user_is_not_migrated_again(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, pool: PoolKind, typed: str
) -> None:
    """Two users for one person; and after a reset the old password would open one of them."""
    accounts.add(attrs.evolve(EMMA, cognito_id="sub-of-her-google-user"), RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING, pool=pool)

    assert migration.authenticate(Credentials(typed, RIGHT.password)) is None
    assert migration.forgot_password(typed) is None
    assert audit.events == [
        AuditEvent(
            f"user_migration.{action}", "rejected", "already_linked", legacy_uid=EMMA.legacy_uid
        )
        for action in ("authenticate", "forgot_password")
    ]


def test_a_locked_account_is_sent_no_code(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, migration: UserMigration
) -> None:
    # MG-04
    accounts.add(attrs.evolve(EMMA, locked=True), RIGHT.password)

    assert migration.forgot_password("emma") is None
    assert migration.authenticate(RIGHT) is None
    assert [event.reason for event in audit.events] == ["account_locked", "credentials_rejected"]


def test_a_lock_holds_where_the_legacy_system_says_yes_all_the_same(
    audit: InMemoryAuditLog,
) -> None:
    class Careless(InMemoryLegacyAccounts):
        def authenticate(self, credentials: Credentials) -> LegacyAccount:
            return attrs.evolve(super().authenticate(credentials), locked=True)

    accounts = Careless()
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(accounts=accounts, audit=audit, attributes=MAPPING)

    assert migration.authenticate(RIGHT) is None
    assert audit.events[-1].reason == "account_locked"


def test_an_address_that_nobody_checked_is_never_verified(
    accounts: InMemoryLegacyAccounts, migration: UserMigration
) -> None:
    # MG-04, MG-06
    accounts.add(attrs.evolve(EMMA, email_verified=False), RIGHT.password)

    user = migration.authenticate(RIGHT)

    assert user is not None
    assert user.attributes["email"] == "emma@hartfield.example"
    assert "email_verified" not in user.attributes


def test_no_address_is_verified_where_there_is_none(
    accounts: InMemoryLegacyAccounts, migration: UserMigration
) -> None:
    # MG-06
    accounts.add(attrs.evolve(EMMA, email=None, display_name=None), RIGHT.password)

    user = migration.authenticate(RIGHT)

    assert user == MigratedUser({"custom:legacy_uid": "1815"}, keeps_password=True)


def test_an_address_that_is_not_copied_is_not_verified_either(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog
) -> None:
    # MG-06
    accounts.add(EMMA, RIGHT.password)
    migration = UserMigration(
        accounts=accounts, audit=audit, attributes={"custom:legacy_id": "legacy_uid"}
    )

    user = migration.authenticate(RIGHT)

    assert user == MigratedUser({"custom:legacy_id": "1815"}, keeps_password=True)


@pytest.mark.parametrize("credentials", [Credentials("emma", "wrong"), Credentials("mr", "x")])
def test_unknown_user_and_wrong_password_migrate_nobody(
    accounts: InMemoryLegacyAccounts,
    audit: InMemoryAuditLog,
    migration: UserMigration,
    credentials: Credentials,
) -> None:
    # MG-03
    accounts.add(EMMA, RIGHT.password)

    assert migration.authenticate(credentials) is None
    assert audit.events == [
        AuditEvent("user_migration.authenticate", "rejected", "credentials_rejected")
    ]


def test_a_forgotten_password_migrates_a_user_who_must_choose_a_new_one(
    accounts: InMemoryLegacyAccounts, migration: UserMigration
) -> None:
    # MG-04
    accounts.add(EMMA, RIGHT.password)

    user = migration.forgot_password("emma")

    assert user is not None
    assert not user.keeps_password
    assert user.attributes["email_verified"] == "true"


def test_a_forgotten_password_creates_nobody_from_an_unknown_name(
    audit: InMemoryAuditLog, migration: UserMigration
) -> None:
    # MG-04
    assert migration.forgot_password("nobody") is None
    assert audit.events == [
        AuditEvent("user_migration.forgot_password", "rejected", "account_not_found")
    ]


@pytest.mark.parametrize("email", [None, "emma@hartfield.example"])
def test_a_forgotten_password_leaves_alone_whom_no_code_can_reach(
    accounts: InMemoryLegacyAccounts,
    audit: InMemoryAuditLog,
    migration: UserMigration,
    email: str | None,
) -> None:
    """In the pool without a verified address, even the right old password would not help."""
    # MG-04
    accounts.add(attrs.evolve(EMMA, email=email, email_verified=False), RIGHT.password)

    assert migration.forgot_password("emma") is None
    assert audit.events[0].reason == "email_not_verified"
    assert migration.authenticate(RIGHT) is not None


def test_an_outage_is_raised_and_recorded_as_one(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, migration: UserMigration
) -> None:
    accounts.add(EMMA, RIGHT.password)
    accounts.go_down()

    with pytest.raises(LegacyUnavailableError):
        migration.authenticate(RIGHT)
    with pytest.raises(LegacyUnavailableError):
        migration.forgot_password("emma")
    assert [(event.outcome, event.reason) for event in audit.events] == [
        ("unavailable", "legacy_unavailable"),
        ("unavailable", "legacy_unavailable"),
    ]


def test_after_an_outage_the_same_password_migrates(
    accounts: InMemoryLegacyAccounts, migration: UserMigration
) -> None:
    accounts.add(EMMA, RIGHT.password)
    accounts.go_down()
    with pytest.raises(LegacyUnavailableError):
        migration.authenticate(RIGHT)
    accounts.come_back()

    assert migration.authenticate(RIGHT) is not None


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("email_verified", "email_verified"),
        ("email_verified", "display_name"),
        ("phone_number_verified", "legacy_uid"),
        ("custom:role", "display_name"),
        ("custom:role", "username"),
        ("custom:role", "legacy_uid"),
        ("custom:legacy_role", "display_name"),
        ("custom:legacy_uid", "email"),
        ("custom:legacy_uid_of_somebody", "legacy_uid"),
        ("cognito:groups", "display_name"),
        ("username", "username"),
        ("sub", "legacy_uid"),
        ("email", "display_name"),
        ("email", "username"),
        ("name", "password"),
        ("name", "cognito_id"),
        ("Name", "display_name"),
        ("name\n", "display_name"),
    ],
)
def test_a_legacy_field_fills_only_the_attributes_on_the_list(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, name: str, field: str
) -> None:
    # MG-06
    with pytest.raises(ConfigurationError) as refused:
        UserMigration(accounts=accounts, audit=audit, attributes={**MAPPING, name: field})

    assert len(refused.value.problems) == 1


def test_nothing_personal_is_in_reprs_or_audit(
    accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog, migration: UserMigration
) -> None:
    # MG-02
    accounts.add(EMMA, RIGHT.password)
    shown = f"{RIGHT!r} {EMMA!r} {migration.authenticate(RIGHT)!r} {migration!r} {audit.events!r}"

    for canary in (RIGHT.password, "hartfield", "Woodhouse"):
        assert canary not in shown
    assert "1815" in shown
