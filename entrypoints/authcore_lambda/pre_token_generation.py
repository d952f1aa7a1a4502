"""
The pre token generation trigger: ``authcore_lambda.pre_token_generation.handler``.

Puts ``custom:legacy_uid`` into every ID token.  The event of the very first token may be older than
the attribute that the post confirmation trigger wrote: only then the pool is asked once.  Removes
the groups that Cognito puts external users into from ``cognito:groups``: they name the provider,
not a permission.  Where the identities cannot be read, every group that may be such is removed.

Links native users whom no trigger has linked yet: Cognito may not fire post authentication for
them.  The modules for linking are loaded for the first of them.

A part that fails is left out of the token; the token itself is refused only where a link fails and
the policy says ``block``.

See: docs/adr/0010-trigger-functions.md; Amazon Cognito "Pre token generation Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import FailurePolicy, LinkOutcome
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore.settings import load
from authcore.settings.legacy import LegacySettings
from authcore.settings.linking import LinkingSettings
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.token_overrides import FORMS, override_details
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.link_failures import LinkingFailedError, policy_in, require_allowed
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.ports.coordination import Lease, ReplayCache
    from authcore_lambda.account_linking import AccountLinkingTrigger

BUDGET: Final = timedelta(seconds=2)
"""For the one call to the pool; the user waits for the token."""

LATE_BUDGET: Final = timedelta(seconds=3)
"""At most, for an event that links a user: the caller waits five seconds for the token."""

_log: Final = logging.getLogger("authcore.pre_token_generation")

TimeFor = Callable[[timedelta], Deadline]
"""Given a budget, the deadline of the event."""

LateLink = Callable[[TriggerEvent, TimeFor], LinkOutcome]
"""Links the user of an event; may raise LinkingFailedError."""


@attrs.frozen(kw_only=True)
class PreTokenGenerationSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    cognito: PoolApiSettings
    legacy: LegacySettings
    linking: LinkingSettings


class PreTokenGenerationTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        directory: Callable[[str, Deadline], UserDirectory],
        late_link: LateLink,
        failures: FailurePolicy,
        audit: AuditLog,
    ) -> None:
        """
        Ask *directory*.

        Args:
            directory: Opens the users of a pool id, for the time that remains.

            late_link: For native users whom no earlier trigger has linked.

            failures: Which users a failed link keeps out.

            audit: Records calls that got no answer.
        """
        self._directory = directory
        self._late_link = late_link
        self._failures = failures
        self._audit = audit

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """
        Return *event* with our changes to the tokens; unchanged where there are none, and after a
        fault.

        Raises:
            LinkingFailedError: A native user could not be linked, and the policy keeps such users
                out.
        """
        try:
            changes = self._changes(
                TriggerEvent.read(event), lambda budget: Deadline(budget, context, started)
            )
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a token back
            log_fault(_log, error)
            return event
        return {**event, "response": changes} if changes else event

    def _changes(self, event: TriggerEvent, time_for: TimeFor) -> Mapping[str, Any] | None:
        """Return the response; None where nothing changes."""
        form = FORMS.get(event.version or "")
        if form is None or not event.is_for_user:
            return None
        legacy_uid = event.user.legacy_uid
        if event.may_need_link:
            legacy_uid = self._legacy_uid(event, time_for)
        details = override_details(event, form, legacy_uid)
        return {**event.response, form: details} if details else None

    def _legacy_uid(self, event: TriggerEvent, time_for: TimeFor) -> str | None:
        """Ask the pool about a user who is not linked by *event*, which may be stale."""
        current = self._refresh(event, time_for(BUDGET))
        latest = event if current is None else current
        known = latest.user.legacy_uid
        if not latest.is_unlinked_native:
            return known
        if current is None:
            require_allowed(self._failures, event.provider)
            return known
        return self._link(current, time_for) or known

    def _refresh(self, event: TriggerEvent, time: Deadline) -> TriggerEvent | None:
        """Return *event* with the attributes that the pool holds now; None if it does not say."""
        subject = event.user.subject
        try:
            directory = self._directory(require_readable(event.pool_id), time)
            user = directory.find(str(event.username))
        except UnavailableError as error:
            self._audit.record(AuditEvent.of("token.claims", error, subject=subject))
            return None
        return event.apply(user) if user and user.subject == subject else None

    def _link(self, event: TriggerEvent, time_for: TimeFor) -> str | None:
        try:
            return self._late_link(event, time_for).legacy_uid
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - what is loaded late may fail late
            log_fault(_log, error)
            require_allowed(self._failures, event.provider)
            return None


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: "HttpClient | None" = None,
    lease: "Lease | None" = None,
    intents: "ReplayCache | None" = None,
) -> PreTokenGenerationTrigger:
    """
    Build the trigger that *variables* configure.

    Arguments: see ``account_linking.build_handler``.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(PreTokenGenerationSettings, variables)
    pool = PoolApi(settings.cognito, within=BUDGET / 2)
    audit = audit or LoggingAuditLog()

    @cache
    def linking() -> "AccountLinkingTrigger":
        from authcore_lambda.account_linking import trigger_on
        from authcore_lambda.linking_wiring import AccountLinkingSettings

        groups = AccountLinkingSettings(
            cognito=settings.cognito, legacy=settings.legacy, linking=settings.linking
        )
        given = None if lease is None or intents is None else (lease, intents)
        return trigger_on(groups, pool, audit=audit, http=http, given=given)

    budget = min(settings.linking.budget, LATE_BUDGET)

    return PreTokenGenerationTrigger(
        directory=pool.directory,
        late_link=lambda event, time_for: linking().link(event, time_for(budget)),
        failures=settings.linking.on_failure,
        audit=audit,
    )


def _allow_without_settings(event: Event, variables: Mapping[str, str]) -> Event:
    read = TriggerEvent.read(event)
    if read.is_for_user and read.may_need_link and read.is_unlinked_native:
        require_allowed(policy_in(variables), read.provider)
    return event


handler: Final = LazyFunction(build_handler, without_settings=_allow_without_settings)
"""
AWS Lambda's entry point.  While the settings cannot work, tokens stay unchanged.

Raises LinkingFailedError: see PreTokenGenerationTrigger.  While the settings cannot work, their
failure policy applies to unlinked native users.
"""
