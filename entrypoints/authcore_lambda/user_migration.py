"""
The user migration trigger: ``authcore_lambda.user_migration.handler``.

Cognito calls it about users whom the pool does not know.  If the legacy system accepts them, the
answer creates a user.  A refusal of any kind returns the event unchanged, which Cognito shows as a
wrong password.  Without an answer the trigger raises one fixed sentence, which Cognito shows to the
user who signs in.

Wired by hand: importing a container library would cost as much as everything else here.
See: docs/adr/0003-migration-function-wired-by-hand.md; Amazon Cognito "Migrate user
Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.domain.errors import UnavailableError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.services.accounts.user_migration import MigratedUser, UserMigration
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.settings import load
from authcore.settings.audit import AuditSettings
from authcore.settings.legacy import LegacySettings, LegacySideSettings
from authcore.settings.link_proof import LinkVoucherSettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.old_pool import OLD_POOL_IS_PROVEN, ONE_OLD_SIDE, OldPoolSettings
from authcore.wiring.legacy_key import legacy_key
from authcore_lambda.deadlines.deadline import NO_TIME, Deadline
from authcore_lambda.events.migration_event import MigrationEvent
from authcore_lambda.events.types import OUTAGE_TEXT, Event, LambdaContext, UserMigrationAnswer
from authcore_lambda.lazy_function import LazyFunction, log_fault


AccountsFor = Callable[[Deadline], LegacyAccounts]
"""Opens the accounts for the time that remains."""

OBSERVES: Final = "AUTHCORE_MIGRATION_MODE=observe: this trigger creates NO user; it only records"

_log: Final = logging.getLogger("authcore.user_migration")


class MigrationUnavailableError(Exception):
    """What Cognito shows when the legacy system gave no answer.  Always OUTAGE_TEXT."""

    def __init__(self) -> None:
        super().__init__(OUTAGE_TEXT)


@attrs.frozen(kw_only=True)
class UserMigrationSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    CHECKS: ClassVar = (*ONE_OLD_SIDE, OLD_POOL_IS_PROVEN)

    legacy: LegacySideSettings
    old_pool: OldPoolSettings
    migration: MigrationSettings
    link_proof: LinkVoucherSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


class UserMigrationTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        migration: Callable[[Deadline, LinkProofs | None], UserMigration],
        keys: tuple[bytes, ...] = (),
        budget: timedelta,
        observes: bool = False,
    ) -> None:
        """
        Answer with *migration*.

        Args:
            migration: Makes the service, for the time that remains and the pool of the event.

            keys: Of link proofs; without them, the default, migration vouches for no account.

            budget: Total time of one event, less than the five seconds that Cognito waits.

            observes: Whether *migration* only records, and no user is created.  Default: no.
        """
        self._observes = observes
        self._migration = migration
        self._keys = keys
        self._budget = budget

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """
        Answer *event*; always unchanged where this trigger only observes.

        Raises:
            MigrationUnavailableError: No answer worth trusting, or a fault of our own.
        """
        if self._observes:
            with suppress(MigrationUnavailableError):
                self._answer(event, context, started)
            return event
        return self._answer(event, context, started)

    def _answer(self, event: Event, context: LambdaContext | None, started: float | None) -> Event:
        time = Deadline(self._budget, context, started)
        try:
            read = MigrationEvent.read(event)
            user = _migrate(self._migration(time, self._proofs(read)), read)
        except UnavailableError as error:
            _log.warning("no answer: %s", error)
            raise MigrationUnavailableError from None
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text users would see
            log_fault(_log, error)
            raise MigrationUnavailableError from None
        return event if user is None else {**event, "response": _answer(user)}

    def _proofs(self, event: MigrationEvent) -> LinkProofs | None:
        return LinkProofs(self._keys, event.pool_name) if self._keys and event.pool_name else None


def _migrate(migration: UserMigration, event: MigrationEvent) -> MigratedUser | None:
    if event.username is None or event.is_off:
        return None
    if event.source == "UserMigration_ForgotPassword":
        return migration.forgot_password(event.username)
    if event.source == "UserMigration_Authentication" and event.password:
        return migration.authenticate(Credentials(event.username, event.password))
    return None


def _answer(user: MigratedUser) -> UserMigrationAnswer:
    answer: UserMigrationAnswer = {
        "userAttributes": dict(user.attributes),
        "messageAction": "SUPPRESS",
        "desiredDeliveryMediums": ["EMAIL"],
        "forceAliasCreation": False,
    }
    if user.keeps_password:
        answer["finalUserStatus"] = "CONFIRMED"
    return answer


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: HttpClient | None = None,
) -> UserMigrationTrigger:
    """
    Build the trigger that *variables* configure.

    Arguments: see ``account_linking.build_handler``.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(UserMigrationSettings, variables)
    legacy = settings.legacy.over_http()
    accounts = _old_accounts(settings) if legacy is None else _over_http(settings, legacy, http)
    observes = settings.migration.mode == "observe"
    audit = audit or LoggingAuditLog()
    if legacy is None:
        audit = _name_old_pool(audit, settings)
    migration = partial(
        UserMigration,
        audit=_shadow_audit(audit) if observes else audit,
        attributes=settings.migration.attributes,
        pool=settings.migration.pool,
        case_sensitive=settings.migration.case_sensitive == "on",
        passwords=settings.migration.password_policy,
        resets_in_legacy=settings.migration.resets == "legacy",
    )
    return UserMigrationTrigger(
        migration=lambda time, proofs: migration(accounts=accounts(time), proofs=proofs),
        keys=settings.link_proof.keys,
        budget=settings.migration.budget,
        observes=observes,
    )


def _over_http(
    settings: UserMigrationSettings, legacy: LegacySettings, http: HttpClient | None
) -> AccountsFor:
    accounts = HttpLegacyAccounts(
        http=http
        or HttpClient(
            within=settings.migration.budget, max_bytes=MAX_ANSWER_BYTES, partner="legacy"
        ),
        base_url=legacy.url,
        api_key=legacy_key(legacy),
    )
    return lambda time: accounts.with_deadline(time.remaining(NO_TIME))


def _old_accounts(settings: UserMigrationSettings) -> AccountsFor:
    """Load the client of the old pool only where there is one: it costs most of a cold start."""
    from authcore_lambda.old_pool import accounts_in

    return accounts_in(settings.old_pool, within=settings.migration.budget)


def _name_old_pool(audit: AuditLog, settings: UserMigrationSettings) -> AuditLog:
    from authcore_lambda.old_pool import name_old_pool

    return name_old_pool(audit, settings.old_pool)


def _shadow_audit(audit: AuditLog) -> AuditLog:
    from authcore.domain.services.accounts.shadow_audit import ShadowAudit

    _log.warning(OBSERVES)
    return ShadowAudit(audit)


def _fail_without_settings(*_: object) -> Event:
    raise MigrationUnavailableError


handler: Final = LazyFunction(
    "user-migration", build_handler, without_settings=_fail_without_settings
)
"""
AWS Lambda's entry point.

Raises MigrationUnavailableError: no answer worth trusting, or settings that cannot work.  Cognito
shows its text to the user who signs in.
"""
