"""
Emma and Mr Knightley, whom the legacy system knows, and the user migration trigger.

Harriet is linked to a pool user, Robert is locked out.
"""

from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.model.accounts import LegacyAccount, PoolKind
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore_lambda.user_migration import UserMigrationTrigger


PASSWORD: Final = "canary-Box-Hill-1815"
EMMA: Final = LegacyAccount(
    legacy_uid="1815",
    username="emma",
    email="emma@hartfield.example",
    email_verified=True,
    display_name="Emma Woodhouse",
)
KNIGHTLEY: Final = attrs.evolve(
    EMMA, legacy_uid="1776", username="george", email=None, email_verified=False
)
HARRIET: Final = attrs.evolve(
    EMMA,
    legacy_uid="1794",
    username="harriet",
    email="harriet@hartfield.example",
    cognito_id="sub-of-her-google-user",
)
ROBERT: Final = attrs.evolve(
    EMMA, legacy_uid="1790", username="robert", email="robert@abbey-mill.example", locked=True
)
MAPPING: Final = {"email": "email", "name": "display_name", "custom:legacy_uid": "legacy_uid"}
BUDGET: Final = timedelta(seconds=4)


def legacy_accounts() -> InMemoryLegacyAccounts:
    accounts = InMemoryLegacyAccounts()
    accounts.add(EMMA, PASSWORD)
    accounts.add(KNIGHTLEY, "Donwell-Abbey")
    accounts.add(HARRIET, PASSWORD)
    accounts.add(ROBERT, PASSWORD)
    return accounts


def trigger_on(
    accounts: LegacyAccounts, pool: PoolKind = "username", passwords: PasswordPolicy | None = None
) -> UserMigrationTrigger:
    migration = UserMigration(
        accounts=accounts,
        audit=InMemoryAuditLog(),
        attributes=MAPPING,
        pool=pool,
        passwords=passwords,
    )
    return UserMigrationTrigger(migration=lambda *_: migration, budget=BUDGET)
