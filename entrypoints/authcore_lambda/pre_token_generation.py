"""
The pre token generation trigger: ``authcore_lambda.pre_token_generation.handler``.

Decides which account an ID token names: the one that a proof in ``custom:legacy_linked`` holds for.
Without such a proof ``custom:legacy_uid`` is suppressed, at refreshes too, because it may have been
written by a client, or left by a link that was refused.  The event of the very first token may be
older than the proof that the post confirmation trigger wrote: then the pool is asked once.

Removes the groups that Cognito puts external users into from ``cognito:groups``: they name the
provider, not a permission.  Where the identities cannot be read, every group that may be such is
removed.

Links users whom no trigger has linked yet: native ones at each sign-in, because Cognito may not
fire post authentication for them, and all at a refresh.  The modules for linking are loaded for the
first of them.

A part that fails is left out of the token; the token itself is refused only where a link fails at a
sign-in and the policy says ``block``, or where a claim that nothing proves cannot be suppressed.

See: docs/adr/0010-trigger-functions.md, docs/adr/0019-link-proofs.md; Amazon Cognito "Pre token
generation Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import FailurePolicy, LinkOutcome, LinkPolicy
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore.settings import load
from authcore.settings.legacy import LegacySettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.linking import LinkingSettings
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.json_members import NOTHING
from authcore_lambda.events.token_overrides import FORMS, LinkClaims, override_details
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.events.user_attributes import EventUnreadableError, require_readable
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.link_failures import LinkingFailedError, policy_in, require_allowed
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.ports.coordination import CreateIntents, Lease
    from authcore_lambda.account_linking import AccountLinkingTrigger

BUDGET: Final = timedelta(seconds=2)
"""For the one call to the pool; the user waits for the token."""

LATE_BUDGET: Final = timedelta(seconds=3)
"""At most, for an event that links a user: the caller waits five seconds for the token."""

UNPROVEN: Final = LinkClaims()

TOLD: Final = frozenset({"link_taken"})
"""Reasons of refusals that tokens tell: the user, who proved the address, can connect the two."""

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
    link_proof: LinkProofSettings


class PreTokenGenerationTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        directory: Callable[[str, Deadline], UserDirectory],
        late_link: LateLink,
        keys: tuple[bytes, ...],
        failures: FailurePolicy,
        audit: AuditLog,
        issuers: Mapping[str, str] = NOTHING,
    ) -> None:
        """
        Ask *directory*.

        Args:
            directory: Opens the users of a pool id, for the time that remains.

            late_link: For users whom no earlier trigger has linked.

            keys: Of link proofs.

            failures: Which users a failed link keeps out.

            audit: Records calls that got no answer.

            issuers: The issuer that identities of a provider must have, by provider name; by
                default none is checked.
        """
        self._directory = directory
        self._late_link = late_link
        self._keys = keys
        self._failures = failures
        self._audit = audit
        self._policy = LinkPolicy(issuers=issuers)

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """
        Return *event* with our changes to the tokens.

        Raises:
            LinkingFailedError: A native user could not be linked, and the policy keeps such users
                out; or the event has a form in which no claim can be suppressed.
        """
        read = TriggerEvent.read(event)
        if read.makes_no_user_token:
            return event
        if not read.is_for_user or read.version not in FORMS:
            return _require_nothing_to_suppress(event, read, self._proven(read))
        try:
            link = self._link_claims(read, lambda budget: Deadline(budget, context, started))
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a token back
            log_fault(_log, error)
            link = UNPROVEN
        return _answer(event, read, link)

    def _link_claims(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        """Say what the tokens of *event*, which may be older than the pool, tell of the link."""
        if proven := self._proven(event):
            return proven
        if event.username is None or event.user.subject is None:
            return UNPROVEN
        if event.is_refresh:
            return self._renew_link(event, time_for)
        current = self._read_again(event, time_for(BUDGET))
        if current is not None and (proven := self._proven(current)):
            return proven
        if not (current or event).is_native:
            return self._told(self._refusal(current or event))
        if current is None:
            require_allowed(self._failures, event.provider)
            return UNPROVEN
        return self._link(current, time_for)

    def _renew_link(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        """Link a user whose session began without a link; a refusal stands until a sign-in."""
        refusal = self._refusal(event)
        if refusal is not None:
            return self._told(refusal)
        try:
            return self._link(event, time_for)
        except LinkingFailedError:
            return UNPROVEN

    def _proofs(self, event: TriggerEvent) -> LinkProofs:
        return LinkProofs(self._keys, require_readable(event.pool_id))

    def _proven(self, event: TriggerEvent) -> LinkClaims | None:
        user = event.user
        if isinstance(event.pool_id, EventUnreadableError) or user.subject is None:
            return None
        is_linked = self._proofs(event).is_linked(user.statement, user.subject, user.legacy_uid)
        is_named = is_linked and self._knows_issuer(event)
        return LinkClaims(legacy_uid=user.legacy_uid) if is_named else None

    def _knows_issuer(self, event: TriggerEvent) -> bool:
        """Whether the user comes from the issuer that is set: it may be set after the link."""
        identity = event.user.identity
        if isinstance(identity, EventUnreadableError):
            return not self._policy.issuers
        return identity is None or self._policy.knows_issuer(identity)

    def _refusal(self, event: TriggerEvent) -> Refusal | None:
        user = event.user
        if isinstance(event.pool_id, EventUnreadableError) or user.subject is None:
            return None
        return self._proofs(event).refusal(user.statement, user.subject)

    def _told(self, refusal: Refusal | None) -> LinkClaims:
        return LinkClaims(refusal=refusal.reason if refusal and refusal.reason in TOLD else None)

    def _read_again(self, event: TriggerEvent, time: Deadline) -> TriggerEvent | None:
        """Return *event* with the attributes that the pool holds now; None if it does not say."""
        subject = event.user.subject
        try:
            directory = self._directory(require_readable(event.pool_id), time)
            user = directory.find(event.username or "")
        except UnavailableError as error:
            self._audit.record(AuditEvent.of("token.claims", error, subject=subject))
            return None
        return event.apply(user) if user and user.subject == subject else None

    def _link(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        try:
            outcome = self._late_link(event, time_for)
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - what is loaded late may fail late
            log_fault(_log, error)
            require_allowed(self._failures, event.provider)
            return UNPROVEN
        if outcome.status == "refused":
            return self._told(Refusal(outcome.reason, None))
        return LinkClaims(legacy_uid=outcome.legacy_uid)


def _answer(event: Event, read: TriggerEvent, link: LinkClaims) -> Event:
    form = FORMS[read.version or ""]
    return {**event, "response": {**read.response, form: override_details(read, form, link)}}


def _require_nothing_to_suppress(
    event: Event, read: TriggerEvent, proven: LinkClaims | None
) -> Event:
    """Return *event* of an unknown form, unless it names an account that nothing proves."""
    if proven is None and read.user.claims_legacy_id:
        _log.critical("the event has an unknown version or source: no claim can be suppressed")
        raise LinkingFailedError
    return event


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: "HttpClient | None" = None,
    lease: "Lease | None" = None,
    intents: "CreateIntents | None" = None,
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
            cognito=settings.cognito,
            legacy=settings.legacy,
            linking=settings.linking,
            link_proof=settings.link_proof,
        )
        given = None if lease is None or intents is None else (lease, intents)
        return trigger_on(groups, pool, audit=audit, http=http, given=given)

    budget = min(settings.linking.budget, LATE_BUDGET)

    return PreTokenGenerationTrigger(
        directory=pool.directory,
        late_link=lambda event, time_for: linking().link(event, time_for(budget)),
        keys=settings.link_proof.keys,
        failures=settings.linking.on_failure,
        audit=audit,
        issuers=settings.linking.issuers,
    )


def _name_no_account(event: Event, variables: Mapping[str, str]) -> Event:
    """Answer *event* while no proof can be checked: keep out whom the policy blocks."""
    read = TriggerEvent.read(event)
    if read.makes_no_user_token:
        return event
    may_be_linked = (read.user.statement or "").startswith("linked.")
    if not read.is_for_user or read.version not in FORMS:
        return _require_nothing_to_suppress(event, read, None)
    if read.is_native and not read.is_refresh and not may_be_linked:
        require_allowed(policy_in(variables), read.provider)
    return _answer(event, read, UNPROVEN)


handler: Final = LazyFunction(build_handler, without_settings=_name_no_account)
"""
AWS Lambda's entry point.  While the settings cannot work, no token names an account.

Raises LinkingFailedError: see PreTokenGenerationTrigger.  While the settings cannot work, their
failure policy applies to native users who sign in and are not linked.
"""
