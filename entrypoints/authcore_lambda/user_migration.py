"""
The user migration trigger: ``authcore_lambda.user_migration.handler``.

Cognito asks it about people it does not know yet.  A yes of the legacy system makes a user; a no,
of whatever kind, returns the event as it came, which Cognito shows as a wrong password; no answer
raises one fixed sentence, because Cognito shows it to whoever is signing in.

Wired by hand: importing a container library would cost as much as everything else here.
See: docs/adr/0003-migration-door-wired-by-hand.md; Amazon Cognito "Migrate user Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore.domain.model.accounts import Credentials, PoolKind
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import MigratedUser, UserMigration
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.settings import LegacySettings, MigrationSettings, load
from authcore_lambda.events.trigger_event import mapping, text
from authcore_lambda.events.types import Event, LambdaContext, UserMigrationAnswer
from authcore_lambda.lazy_function import LazyFunction, log_fault


OUTAGE_TEXT: Final = "This service is not available right now. Please try again in a few minutes."

ANSWER_MARGIN: Final = timedelta(milliseconds=250)
"""Kept free of every budget, for what happens before and after the legacy call."""

_log: Final = logging.getLogger("authcore.user_migration")


class MigrationUnavailableError(Exception):
    """What Cognito shows when the legacy system gave no answer.  Always OUTAGE_TEXT."""

    def __init__(self) -> None:
        super().__init__(OUTAGE_TEXT)


@attrs.frozen(kw_only=True)
class UserMigrationSettings:
    """What this trigger reads from ``AUTHCORE_LEGACY_*`` and ``AUTHCORE_MIGRATION_*``."""

    legacy: LegacySettings
    migration: MigrationSettings


class UserMigrationTrigger:
    """Answers one event at a time from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        accounts: Callable[[timedelta], LegacyAccounts],
        audit: AuditLog,
        attributes: Mapping[str, str],
        budget: timedelta,
        pool: PoolKind = "username",
        case_sensitive: bool = True,
        passwords: PasswordPolicy | None = None,
    ) -> None:
        """
        Answer from *accounts*.

        Args:
            accounts: Given the time left for asking, the legacy accounts to ask.

            audit: Learns of every decision.

            attributes: Cognito attribute to legacy field.

            budget: Total time of one event, less than the five seconds that Cognito waits.

            pool: How people name themselves at the pool.

            case_sensitive: See UserMigration.

            passwords: See UserMigration.

        Raises:
            ConfigurationError: An attribute that a legacy field may not fill.
        """
        self._accounts = accounts
        self._audit = audit
        self._attributes = attributes
        self._budget = budget
        self._pool = pool
        self._case_sensitive = case_sensitive
        self._passwords = passwords
        self._migration(budget)

    def __call__(
        self, event: Event, context: LambdaContext | None, *, started: float | None = None
    ) -> Event:
        """
        Answer *event*.

        Args:
            event: As Cognito sent it; missing and unknown members are tolerated.

            context: Lambda's, for the time that remains.

            started: When the work on this event began, by ``monotonic``; now, if left out.

        Raises:
            MigrationUnavailableError: No answer worth trusting, or a fault of our own.
        """
        left = self._time_left(monotonic() if started is None else started, context)
        try:
            user = _decided(event, self._migration(left))
        except UnavailableError as error:
            _log.warning("no answer: %s", error)
            raise MigrationUnavailableError from None
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text people would see
            log_fault(_log, error)
            raise MigrationUnavailableError from None
        return event if user is None else {**event, "response": _answer(user)}

    def _migration(self, left: timedelta) -> UserMigration:
        return UserMigration(
            accounts=self._accounts(left),
            audit=self._audit,
            attributes=self._attributes,
            pool=self._pool,
            case_sensitive=self._case_sensitive,
            passwords=self._passwords,
        )

    def _time_left(self, started: float, context: LambdaContext | None) -> timedelta:
        left = self._budget - timedelta(seconds=monotonic() - started)
        if context is not None:
            left = min(left, timedelta(milliseconds=context.get_remaining_time_in_millis()))
        return left - ANSWER_MARGIN


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: HttpClient | None = None,
) -> UserMigrationTrigger:
    """
    The trigger as *variables* configure it.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Where decisions go; by default to the function's log.

        http: For callers that want to close it; by default one of the trigger's own.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(UserMigrationSettings, variables)
    accounts = HttpLegacyAccounts(
        http=http or HttpClient(within=settings.migration.budget, max_bytes=MAX_ANSWER_BYTES),
        base_url=settings.legacy.url,
        api_key=settings.legacy.api_key,
    )
    return UserMigrationTrigger(
        accounts=accounts.with_deadline,
        audit=audit or LoggingAuditLog(logging.getLogger("authcore.audit")),
        attributes=settings.migration.attributes,
        budget=settings.migration.budget,
        pool=settings.migration.pool,
        case_sensitive=settings.migration.case_sensitive == "on",
        passwords=settings.migration.password_policy,
    )


_trigger: Final = LazyFunction(build_handler)


def handler(event: Event, context: LambdaContext | None) -> Event:
    """
    AWS Lambda's entry point.  Settings are read once, at the first event.

    Raises:
        MigrationUnavailableError: No answer worth trusting, or settings that cannot work.  Cognito
            shows its text to people.
    """
    started = monotonic()
    trigger = _trigger.get()
    if trigger is None:
        raise MigrationUnavailableError
    return trigger(event, context, started=started)


def _decided(event: Event, migration: UserMigration) -> MigratedUser | None:
    source, username = text(event, "triggerSource"), text(event, "userName")
    if username is None:
        return None
    if source == "UserMigration_ForgotPassword":
        return migration.forgot_password(username)
    password = text(mapping(event, "request"), "password")
    if source == "UserMigration_Authentication" and password:
        return migration.authenticate(Credentials(username, password))
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
