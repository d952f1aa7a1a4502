"""
The pre token generation trigger: ``authcore_lambda.pre_token_generation.handler``.

Writes into the tokens which account they name, see ``authcore_lambda.token_links``.  Where no proof
holds for one, ``custom:legacy_uid`` is suppressed, at refreshes too, because it may have been
written by a client, or left by a link that was refused.

Removes the groups that Cognito puts external users into from ``cognito:groups``: they name the
provider, not a permission.  Where the identities cannot be read, every group that may be such is
removed.

Users whom no trigger has linked yet are linked.  The modules for linking are loaded for the first
of them.

A part that fails is left out of the token; the token itself is refused only where a link fails at a
sign-in and the policy says ``block``, or where a claim that nothing proves cannot be suppressed.

See: docs/adr/0010-trigger-functions.md, docs/adr/0019-link-proofs.md; Amazon Cognito "Pre token
generation Lambda trigger".
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.settings import load
from authcore.settings.audit import AuditSettings
from authcore.settings.legacy import LegacySideSettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.log import TokenLogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.old_pool import NOTHING_IS_TOLD, ONE_OLD_SIDE, OldPoolSettings
from authcore.settings.sync import FIELDS_ARE_TOLD, FieldSettings
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.token_overrides import FORMS, LinkClaims, override_details
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.invocations import request_id_of
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.link_failures import LinkingFailedError, policy_in, require_allowed
from authcore_lambda.pool_api import PoolApi, PoolApiSettings
from authcore_lambda.profile_updates import TellLegacy, tell_legacy
from authcore_lambda.token_links import ACTION, BUDGET, UNPROVEN, TokenLinks


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.ports.coordination import CreateIntents, Lease
    from authcore_lambda.account_linking import AccountLinkingTrigger

LATE_BUDGET: Final = timedelta(seconds=3)
"""At most, for an event that links a user: the caller waits five seconds for the token."""

_log: Final = logging.getLogger("authcore.pre_token_generation")


@attrs.frozen(kw_only=True)
class PreTokenGenerationSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    CHECKS: ClassVar = (FIELDS_ARE_TOLD, *ONE_OLD_SIDE, NOTHING_IS_TOLD)

    cognito: PoolApiSettings
    legacy: LegacySideSettings
    old_pool: OldPoolSettings
    linking: LinkingSettings
    link_proof: LinkProofSettings
    sync: FieldSettings
    log: TokenLogSettings
    audit: AuditSettings
    metrics: MetricsSettings


class PreTokenGenerationTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        links: TokenLinks,
        audit: AuditLog,
        tell_legacy: TellLegacy | None = None,
        names_requests: bool = True,
    ) -> None:
        """
        Name the accounts that *links* says.

        Args:
            links: Says which account the tokens of an event name.

            audit: Records named requests.

            tell_legacy: Writes fields of the pool to the account; by default there are none.

            names_requests: Whether the ID token of a sign-in names the request in which it was
                made, which then is recorded.  Default: yes.
        """
        self._names_requests = names_requests
        self._tell_legacy = tell_legacy
        self._links = links
        self._audit = audit

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
            return _require_nothing_to_suppress(event, read, self._links.prove(read))
        try:
            link = self._links.claims_of(read, lambda budget: Deadline(budget, context, started))
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a token back
            log_fault(_log, error)
            link = UNPROVEN
        self._tell(read, link, Deadline(LATE_BUDGET, context, started))
        return _answer(event, read, self._name_request(read, link, context))

    def _name_request(
        self, event: TriggerEvent, link: LinkClaims, context: LambdaContext | None
    ) -> LinkClaims:
        """Name this request in the token, and record whose sign-in it is."""
        request_id = request_id_of(context) if self._names_requests else None
        if request_id is None or event.is_refresh:
            return link
        subject, legacy_uid = event.user.subject, link.legacy_uid
        self._audit.record(AuditEvent.of(ACTION, None, subject=subject, legacy_uid=legacy_uid))
        return attrs.evolve(link, request_id=request_id)

    def _tell(self, event: TriggerEvent, link: LinkClaims, time: Deadline) -> None:
        """Tell the account what the user changed, where post authentication may not have run."""
        if self._tell_legacy and link.legacy_uid and (event.is_native or event.is_refresh):
            self._tell_legacy(event, link.legacy_uid, time)


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
            old_pool=settings.old_pool,
            linking=settings.linking,
            link_proof=settings.link_proof,
            sync=settings.sync,
            log=settings.log,
            audit=settings.audit,
            metrics=settings.metrics,
        )
        given = None if lease is None or intents is None else (lease, intents)
        return trigger_on(groups, pool, audit=audit, http=http, given=given)

    late_budget = min(settings.linking.budget, LATE_BUDGET)
    return PreTokenGenerationTrigger(
        links=TokenLinks(
            directory=pool.directory,
            late_link=lambda event, time_for: linking().link(event, time_for(late_budget)),
            keys=settings.link_proof.keys,
            failures=settings.linking.on_failure,
            audit=audit,
            issuers=settings.linking.issuers,
            budget=BUDGET,
        ),
        audit=audit,
        names_requests=settings.log.token_claim == "on",  # noqa: S105 - a switch
        tell_legacy=tell_legacy(
            settings.sync, settings.legacy.over_http(), settings.linking, audit=audit, http=http
        ),
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


handler: Final = LazyFunction(
    "pre-token-generation", build_handler, without_settings=_name_no_account
)
"""
AWS Lambda's entry point.  While the settings cannot work, no token names an account.

Raises LinkingFailedError: see PreTokenGenerationTrigger.  While the settings cannot work, their
failure policy applies to native users who sign in and are not linked.
"""
