"""
The pre token generation trigger: ``authcore_lambda.pre_token_generation.handler``.

Puts ``custom:legacy_uid`` into every ID token, the very first one included, for which the event may
have been made before the post confirmation trigger wrote the attribute: only then the pool is asked
once.  And it takes the groups that Cognito puts external users into out of ``cognito:groups``: they
say where somebody comes from, not what they may do.  Where the identities cannot be read, all
groups go that may be such.

Nothing here keeps a token back: what fails is left out.

See: docs/adr/0010-trigger-doors.md; Amazon Cognito "Pre token generation Lambda trigger".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore.settings import load
from authcore_lambda.events import Event, LambdaContext
from authcore_lambda.function import ConfiguredOnce, log_fault
from authcore_lambda.members import LEGACY_UID, SUBJECT, attributes, mapping, text
from authcore_lambda.people import EXTERNAL, EventUnreadableError, identities_in, pool_id_in
from authcore_lambda.pool import PoolApi, PoolApiSettings
from authcore_lambda.time_left import TimeLeft


BUDGET: Final = timedelta(seconds=2)
"""For the one question to the pool; people wait for their token."""

_FORMS: Final = {
    "1": "claimsOverrideDetails",
    "2": "claimsAndScopeOverrideDetails",
    "3": "claimsAndScopeOverrideDetails",
}
"""Where the answer stands, by the event's ``version``."""

_NOBODY: Final = "TokenGeneration_ClientCredentials"
_LATER: Final = frozenset(("TokenGeneration_RefreshTokens",))
"""By then the event holds the attribute, if the user has it."""

_log: Final = logging.getLogger("authcore.pre_token_generation")


@attrs.frozen(kw_only=True)
class PreTokenGenerationSettings:
    """What this trigger reads from ``AUTHCORE_COGNITO_*``."""

    cognito: PoolApiSettings


class PreTokenGenerationTrigger:
    """Answers one event at a time from any number of threads; keeps nothing between events."""

    def __init__(
        self, *, directory: Callable[[str, TimeLeft], UserDirectory], audit: AuditLog
    ) -> None:
        """
        Ask *directory*.

        Args:
            directory: Given a pool's id and the time there is, its users.

            audit: Learns of questions that got no answer.
        """
        self._directory = directory
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
        """
        try:
            return self._answered(event, TimeLeft(BUDGET, context, started))
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a token back
            log_fault(_log, error)
            return event

    def _answered(self, event: Event, time: TimeLeft) -> Event:
        form = _FORMS.get(text(event, "version") or "")
        source = text(event, "triggerSource") or ""
        if form is None or not source.startswith("TokenGeneration_") or source == _NOBODY:
            return event
        legacy_uid = text(attributes(event), LEGACY_UID)
        if legacy_uid is None and source not in _LATER:
            legacy_uid = self._asked_for(event, time)
        changes = _changes(event, form, legacy_uid)
        return (
            {**event, "response": {**mapping(event, "response"), form: changes}}
            if changes
            else event
        )

    def _asked_for(self, event: Event, time: TimeLeft) -> str | None:
        username, subject = text(event, "userName"), text(attributes(event), SUBJECT)
        if username is None or subject is None:
            return None
        try:
            user = self._directory(pool_id_in(event), time).find(username)
        except UnavailableError as error:
            self._audit.record(AuditEvent("token.claims", "unavailable", error.code, subject))
            return None
        if user is None or user.subject != subject:
            return None
        return text(dict(user.attributes), LEGACY_UID)


def build_handler(
    variables: Mapping[str, str], *, audit: AuditLog | None = None
) -> PreTokenGenerationTrigger:
    """
    The trigger as *variables* configure it.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Where decisions go; by default to the function's log.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(PreTokenGenerationSettings, variables)
    return PreTokenGenerationTrigger(
        directory=PoolApi(settings.cognito, within=BUDGET / 2).directory,
        audit=audit or LoggingAuditLog(logging.getLogger("authcore.audit")),
    )


_trigger: Final = ConfiguredOnce(build_handler)


def handler(event: Event, context: LambdaContext | None) -> Event:
    """AWS Lambda's entry point.  Settings are read once; where they cannot work, tokens stay."""
    started = monotonic()
    trigger = _trigger.get()
    return event if trigger is None else trigger(event, context, started=started)


def _changes(event: Event, form: str, legacy_uid: str | None) -> Mapping[str, Any]:
    """The override details of *form*; empty where there is nothing to change."""
    groups = mapping(mapping(event, "request"), "groupConfiguration")
    kept = _without_provider_groups(groups.get("groupsToOverride"), event)
    if legacy_uid is None and kept is None:
        return {}
    claims = {"claimsToAddOrOverride": {LEGACY_UID: legacy_uid}} if legacy_uid else {}
    changes: dict[str, Any] = claims if form == _FORMS["1"] else {"idTokenGeneration": claims}
    if groups:
        # Left out or null it would take all groups away, so what stays is said.
        changes["groupOverrideDetails"] = {
            **groups,
            **({} if kept is None else {"groupsToOverride": kept}),
        }
    return changes


def _without_provider_groups(groups: object, event: Event) -> list[Any] | None:
    """*groups* without those Cognito made for the user's providers; None if there are none."""
    if not isinstance(groups, list):
        return None
    prefix = f"{text(event, 'userPoolId') or ''}_".lower()
    providers = _providers(event)
    kept = [
        group
        for group in groups
        if not str(group).lower().startswith(prefix)
        or (providers is not None and str(group).lower().removeprefix(prefix) not in providers)
    ]
    return None if len(kept) == len(groups) else kept


def _providers(event: Event) -> frozenset[str] | None:
    """In lower case; None where the identities do not say, and it may be any."""
    held = attributes(event)
    try:
        names = [text(each, "providerName") for each in identities_in(held)]
    except EventUnreadableError:
        return None
    if None in names or (not names and held.get("cognito:user_status") == EXTERNAL):
        return None
    return frozenset(name.lower() for name in names if name)
