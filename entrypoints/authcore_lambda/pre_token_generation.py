"""
The pre token generation trigger: ``authcore_lambda.pre_token_generation.handler``.

Puts ``custom:legacy_uid`` into every ID token, the very first one included, for which the event may
have been made before the post confirmation trigger wrote the attribute: only then the pool is asked
once.  And it takes the groups that Cognito puts external users into out of ``cognito:groups``: they
say where somebody comes from, not what they may do.  Where the identities cannot be read, all
groups go that may be such.

Native users whom no trigger has linked yet are linked here: Cognito may not fire post
authentication for them.  What that takes is loaded for the first of them.

What fails is left out of the token; only where a link fails and the policy says ``block`` is the
token kept back.

See: docs/adr/0010-trigger-doors.md; Amazon Cognito "Pre token generation Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.system import environment, monotonic
from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import FailurePolicy, LinkOutcome
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore.settings import LegacySettings, LinkingSettings, load
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.token_overrides import FORMS, changed
from authcore_lambda.events.trigger_event import (
    LEGACY_UID,
    STATUS,
    SUBJECT,
    attributes,
    is_for_people,
    is_unlinked_native,
    mapping,
    may_need_a_link,
    pool_id_in,
    text,
)
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.link_failures import LinkingFailedError, policy_in, require_let_in
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.ports.coordination import Lease, ReplayCache
    from authcore_lambda.account_linking import AccountLinkingTrigger

BUDGET: Final = timedelta(seconds=2)
"""For the one question to the pool; people wait for their token."""

LATE_BUDGET: Final = timedelta(seconds=3)
"""At most, for everything where somebody is linked: who asks for the token waits five seconds."""

_log: Final = logging.getLogger("authcore.pre_token_generation")

LateLink = Callable[[Event, LambdaContext | None, float | None], LinkOutcome]
"""Links the user of an event; may raise LinkingFailedError."""


@attrs.frozen(kw_only=True)
class PreTokenGenerationSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    cognito: PoolApiSettings
    legacy: LegacySettings
    linking: LinkingSettings


class PreTokenGenerationTrigger:
    """Answers one event at a time from any number of threads; keeps nothing between events."""

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
            directory: Given a pool's id and the time there is, its users.

            late_link: For native users whom no earlier trigger has linked.

            failures: Whom a failed link keeps out.

            audit: Learns of questions that got no answer.
        """
        self._directory = directory
        self._late_link = late_link
        self._failures = failures
        self._audit = audit

    def __call__(
        self, event: Event, context: LambdaContext | None, *, started: float | None = None
    ) -> Event:
        """
        *event* with our changes to the tokens; unchanged where there are none, and after a fault.

        Args:
            event: As Cognito sent it; missing and unknown members are tolerated.

            context: Lambda's, for the time that remains.

            started: When the work on this event began, by ``monotonic``; now, if left out.

        Raises:
            LinkingFailedError: A native user could not be linked, and the policy is to keep such
                people out.
        """
        try:
            return self._answered(event, context, started)
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a token back
            log_fault(_log, error)
            return event

    def _answered(
        self, event: Event, context: LambdaContext | None, started: float | None
    ) -> Event:
        form = FORMS.get(text(event, "version") or "")
        if form is None or not is_for_people(event):
            return event
        legacy_uid = text(attributes(event), LEGACY_UID)
        if may_need_a_link(event):
            legacy_uid = self._after_linking(event, context, started)
        changes = changed(event, form, legacy_uid)
        return (
            {**event, "response": {**mapping(event, "response"), form: changes}}
            if changes
            else event
        )

    def _after_linking(
        self, event: Event, context: LambdaContext | None, started: float | None
    ) -> str | None:
        """The legacy id of somebody whom *event* does not show as linked; it may be stale."""
        current = self._current(event, Deadline(BUDGET, context, started))
        shown = event if current is None else current
        known = text(attributes(shown), LEGACY_UID)
        if not is_unlinked_native(shown):
            return known
        if current is None:
            require_let_in(self._failures, event)
            return known
        return self._linked(current, context, started) or known

    def _current(self, event: Event, time: Deadline) -> Event | None:
        """*event* with the attributes that the pool holds now; None where it does not say."""
        held = attributes(event)
        try:
            user = self._directory(pool_id_in(event), time).find(str(text(event, "userName")))
        except UnavailableError as error:
            subject = text(held, SUBJECT)
            self._audit.record(AuditEvent("token.claims", "unavailable", error.code, subject))
            return None
        if user is None or user.subject != text(held, SUBJECT):
            return None
        shown = {**held, **user.attributes, STATUS: user.status}
        return {**event, "request": {**mapping(event, "request"), "userAttributes": shown}}

    def _linked(
        self, event: Event, context: LambdaContext | None, started: float | None
    ) -> str | None:
        try:
            return self._late_link(event, context, started).legacy_uid
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - what is loaded late may fail late
            log_fault(_log, error)
            require_let_in(self._failures, event)
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
    The trigger as *variables* configure it.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Where decisions go; by default to the function's log.

        http: See ``account_linking.build_handler``, also for the others.

        lease: Likewise.

        intents: Likewise.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(PreTokenGenerationSettings, variables)
    pool = PoolApi(settings.cognito, within=BUDGET / 2)
    audit = audit or LoggingAuditLog(logging.getLogger("authcore.audit"))

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

    def late_link(
        event: Event, context: LambdaContext | None, started: float | None
    ) -> LinkOutcome:
        return linking().link(event, Deadline(budget, context, started))

    return PreTokenGenerationTrigger(
        directory=pool.directory,
        late_link=late_link,
        failures=settings.linking.on_failure,
        audit=audit,
    )


_trigger: Final = LazyFunction(build_handler)


def handler(event: Event, context: LambdaContext | None) -> Event:
    """
    AWS Lambda's entry point.  Settings are read once; where they cannot work, tokens stay.

    Raises:
        LinkingFailedError: See PreTokenGenerationTrigger; also where settings cannot work, if they
            say so of failures all the same.
    """
    started = monotonic()
    trigger = _trigger.get()
    if trigger is not None:
        return trigger(event, context, started=started)
    if is_for_people(event) and may_need_a_link(event) and is_unlinked_native(event):
        require_let_in(policy_in(environment()), event)
    return event
