"""
The linking triggers: ``authcore_lambda.account_linking.handler``.

Attach it to the pool as *post confirmation* and as *post authentication*: Cognito runs the first
one only at the first sign-in of an external user, and the second one only at later ones.  Both do
the same, and repeating an event is harmless.

The event is returned unchanged, with or without a link.  A failed link keeps the user out only
where the policy says ``block``, or where the pool user is deleted because migration made it from an
address that is out of date; Cognito then shows the user a sentence of ours.

See: docs/adr/0010-trigger-functions.md; Amazon Cognito "Post confirmation Lambda trigger", "Post
authentication Lambda trigger", "Lambda triggers for federated users".
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import FailurePolicy, LinkOutcome, PoolAccount
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents, Lease
from authcore.settings import load
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.events.user_attributes import EventUnreadableError, require_readable
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.link_failures import LinkingFailedError, policy_in, require_allowed
from authcore_lambda.linking_services import LinkingFor, linking_for
from authcore_lambda.linking_wiring import COGNITO_SHARE, AccountLinkingSettings
from authcore_lambda.pool_api import PoolApi
from authcore_lambda.profile_updates import TellLegacy, tell_legacy
from authcore_lambda.unnamed_providers import UnnamedProviders


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
POSTPONED: Final = "account_linking.postponed"
SOURCES: Final = frozenset((CONFIRMED, "PostAuthentication_Authentication"))

OBSERVES: Final = (
    "AUTHCORE_LINKING_MODE=observe: this trigger links NO user and creates no account; it only "
    "records"
)


_log: Final = logging.getLogger("authcore.account_linking")


class AccountLinkingTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        linking: LinkingFor,
        audit: AuditLog,
        budget: timedelta,
        failures: FailurePolicy,
        unnamed: UnnamedProviders | None = None,
        tell_legacy: TellLegacy | None = None,
        observes: bool = False,
    ) -> None:
        """
        Answer with *linking*.

        Args:
            linking: Makes the service for a pool id and the time that remains.

            audit: Records events that do not reach the service.

            budget: Total time of one event, less than the five seconds that Cognito waits.

            failures: Which users a failed link keeps out.

            unnamed: Warns about providers that no setting names; by default nothing does.

            tell_legacy: Writes fields of the pool to the account; by default there are none.

            observes: Whether *linking* only records; then no user is kept out.  Default: no.
        """
        self._observes = observes
        self._tell_legacy = tell_legacy
        self._linking = linking
        self._audit = audit
        self._budget = budget
        self._failures = failures
        self._unnamed = unnamed

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """
        Link the user of *event*, and return it unchanged.

        Raises:
            LinkingFailedError: The link failed, and the policy keeps the user out, or the pool user
                is gone.
        """
        read = TriggerEvent.read(event)
        if read.source in SOURCES:
            time = Deadline(self._budget, context, started)
            self._tell(read, self.link(read, time), time)
        return event

    def _tell(self, event: TriggerEvent, outcome: LinkOutcome, time: Deadline) -> None:
        """Tell the account what the user changed; nothing of a user who has just been confirmed."""
        is_linked = outcome.status in ("already_linked", "linked")
        if self._tell_legacy and event.source != CONFIRMED and is_linked and outcome.legacy_uid:
            self._tell_legacy(event, outcome.legacy_uid, time)

    def link(self, event: TriggerEvent, time: Deadline) -> LinkOutcome:
        """
        Link the user of *event*, from any trigger.

        Where this trigger only observes, a user who was not linked before is ``postponed``: nothing
        may believe in a link that was only predicted.

        Args:
            event: As it was read.

            time: What remains.

        Raises:
            LinkingFailedError: The link failed, and the policy keeps the user out, or the pool user
                is gone.
        """
        if self._unnamed is not None:
            self._unnamed.note(event.provider)
        outcome = self._try_to_link(event, time)
        if self._observes:
            is_linked = outcome.status == "already_linked"
            return outcome if is_linked else LinkOutcome("postponed", outcome.reason)
        if outcome.ends_sign_in:
            raise LinkingFailedError
        if outcome.status in ("refused", "postponed"):
            require_allowed(self._failures, event.provider)
        return outcome

    def _try_to_link(self, event: TriggerEvent, time: Deadline) -> LinkOutcome:
        try:
            return self._linking(require_readable(event.pool_id), time).link(_account(event))
        except EventUnreadableError as error:
            _log.error("cannot link: %s", error)
            return self._postpone(event, AuditEvent.of(POSTPONED, error, detail=str(error)))
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text users would see
            log_fault(_log, error)
            return self._postpone(event, _fault(error))

    def _postpone(self, event: TriggerEvent, recorded: AuditEvent) -> LinkOutcome:
        self._audit.record(attrs.evolve(recorded, subject=event.user.subject))
        return LinkOutcome("postponed", recorded.reason)


def _fault(error: Exception) -> AuditEvent:
    return AuditEvent(POSTPONED, "unavailable", "fault", detail=type(error).__name__)


def _account(event: TriggerEvent) -> PoolAccount:
    """
    Return the user.  A legacy id and a statement count only from the second sign-in on: a user who
    has just been confirmed cannot have ours yet, but may have sent some along at sign-up.
    """
    account = require_readable(event.account)
    is_new = event.source == CONFIRMED
    return attrs.evolve(account, legacy_uid=None, statement=None) if is_new else account


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: "HttpClient | None" = None,
    lease: Lease | None = None,
    intents: CreateIntents | None = None,
) -> AccountLinkingTrigger:
    """
    Build the trigger that *variables* configure.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Records decisions; by default in the function's log.

        http: For callers that want to close it; by default the trigger has its own.

        lease: With *intents* in place of those in the configured table; without a table the default
            is this process.

        intents: With *lease*.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(AccountLinkingSettings, variables)
    given = None if lease is None or intents is None else (lease, intents)
    return trigger_on(
        settings,
        PoolApi(settings.cognito, within=settings.linking.budget / COGNITO_SHARE),
        audit=audit or LoggingAuditLog(),
        http=http,
        given=given,
    )


def trigger_on(
    settings: AccountLinkingSettings,
    pool: PoolApi,
    *,
    audit: AuditLog,
    http: "HttpClient | None",
    given: tuple[Lease, CreateIntents] | None,
) -> AccountLinkingTrigger:
    """
    Build the trigger that *settings* configure.

    Args:
        settings: Of this trigger, or of another that links too.

        pool: The admin API of the calling pool.

        audit: Records decisions.

        http: For callers that want to close it.

        given: Lease and begun creates in place of the configured ones.

    Raises:
        ConfigurationError: Names settings that do not fit together.
    """
    observes = settings.linking.mode == "observe"
    audit = _shadow_audit(audit) if observes else audit
    legacy = settings.legacy.over_http()
    if legacy is None:
        audit = _name_old_pool(audit, settings)
    return AccountLinkingTrigger(
        linking=linking_for(settings, pool, audit=audit, http=http, given=given),
        audit=audit,
        budget=settings.linking.budget,
        failures=settings.linking.on_failure,
        unnamed=UnnamedProviders(settings.linking),
        tell_legacy=None
        if observes
        else tell_legacy(settings.sync, legacy, settings.linking, audit=audit, http=http),
        observes=observes,
    )


def _name_old_pool(audit: AuditLog, settings: AccountLinkingSettings) -> AuditLog:
    from authcore_lambda.old_pool import name_old_pool

    return name_old_pool(audit, settings.old_pool)


def _shadow_audit(audit: AuditLog) -> AuditLog:
    from authcore.domain.services.accounts.shadow_audit import ShadowAudit

    _log.warning(OBSERVES)
    return ShadowAudit(audit)


def _allow_without_settings(event: Event, variables: Mapping[str, str]) -> Event:
    read = TriggerEvent.read(event)
    if read.source in SOURCES:
        require_allowed(policy_in(variables), read.provider)
    return event


handler: Final = LazyFunction(
    "account-linking", build_handler, without_settings=_allow_without_settings
)
"""
AWS Lambda's entry point.

Raises LinkingFailedError: see AccountLinkingTrigger.  While the settings cannot work, their failure
policy applies to every event, and one that cannot be read keeps every user out.
"""
