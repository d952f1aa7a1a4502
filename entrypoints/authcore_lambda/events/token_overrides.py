"""
What changes in tokens.

See: Amazon Cognito "Pre token generation Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any, Final

from authcore_lambda.events.trigger_event import (
    EXTERNAL,
    LEGACY_UID,
    STATUS,
    EventUnreadableError,
    attributes,
    identities_in,
    mapping,
    text,
)
from authcore_lambda.events.types import Event


FORMS: Final = {
    "1": "claimsOverrideDetails",
    "2": "claimsAndScopeOverrideDetails",
    "3": "claimsAndScopeOverrideDetails",
}
"""Where the answer stands, by the event's ``version``."""


def changed(event: Event, form: str, legacy_uid: str | None) -> Mapping[str, Any]:
    """
    The override details for the tokens of *event*; empty where there is nothing to change.

    Args:
        event: As Cognito sent it.

        form: One of FORMS.

        legacy_uid: For the ID token.
    """
    groups = mapping(mapping(event, "request"), "groupConfiguration")
    kept = _without_provider_groups(groups.get("groupsToOverride"), event)
    if legacy_uid is None and kept is None:
        return {}
    claims = {"claimsToAddOrOverride": {LEGACY_UID: legacy_uid}} if legacy_uid else {}
    changes: dict[str, Any] = claims if form == FORMS["1"] else {"idTokenGeneration": claims}
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
    if None in names or (not names and held.get(STATUS) == EXTERNAL):
        return None
    return frozenset(name.lower() for name in names if name)
