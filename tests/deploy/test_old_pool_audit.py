"""Audit lines of a move from one pool to another say which pool the legacy id is of."""

from collections.abc import Iterator

import pytest

from authcore.domain.model.audit import AuditEvent
from authcore.settings import load
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import user_migration
from authcore_lambda.old_pool import name_old_pool
from deploy.account import PASSWORD, Account, account
from deploy.driven_functions import enrol_in_old_pool
from support.recorded_calls import OLD_POOL_ID
from support.unhurried import Unhurried
from unit.trigger_world import trigger_event


@pytest.fixture(scope="module")
def served() -> Iterator[Account]:
    with account() as given:
        enrol_in_old_pool(given)
        yield given


@pytest.mark.parametrize("password", [PASSWORD, "wrong-Password-1"], ids=["right", "wrong"])
def test_a_migration_names_the_old_pool(served: Account, password: str) -> None:
    audit = InMemoryAuditLog()
    trigger = Unhurried(user_migration.build_handler(served.from_old_pool(), audit=audit))
    given = {"username": "anna@example.org", "password": password}

    trigger(trigger_event("UserMigration_Authentication", {}, **given))

    assert [each.old_pool for each in audit.events] == [OLD_POOL_ID]


def test_a_move_from_a_legacy_system_names_no_pool(served: Account) -> None:
    audit = InMemoryAuditLog()
    trigger = Unhurried(user_migration.build_handler(served.variables, audit=audit))
    given = {"username": "anna", "password": "wrong"}

    trigger(trigger_event("UserMigration_Authentication", {}, **given))

    assert [each.old_pool for each in audit.events] == [None]


def test_a_line_is_passed_on_with_the_pool(served: Account) -> None:
    audit = InMemoryAuditLog()
    settings = load(user_migration.UserMigrationSettings, served.from_old_pool())

    name_old_pool(audit, settings.old_pool).record(
        AuditEvent("account_linking.linked", "accepted", "ok")
    )

    assert audit.events[0].old_pool == OLD_POOL_ID
