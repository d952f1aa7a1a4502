"""
What changes in tokens.

See: Amazon Cognito "Pre token generation Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any, Final

from authcore.domain.model.usernames import LEGACY_UID
from authcore_lambda.events.trigger_event import TriggerEvent


FORMS: Final = {
    "1": "claimsOverrideDetails",
    "2": "claimsAndScopeOverrideDetails",
    "3": "claimsAndScopeOverrideDetails",
}
"""The member of the response that holds the details, by the event's ``version``."""


def override_details(event: TriggerEvent, form: str, legacy_uid: str | None) -> Mapping[str, Any]:
    """
    Return the override details for the tokens of *event*; empty where nothing changes.

    Args:
        event: Of this trigger.

        form: One of FORMS.

        legacy_uid: For the ID token.
    """
    kept = _drop_provider_groups(event)
    if legacy_uid is None and kept is None:
        return {}
    claims = {"claimsToAddOrOverride": {LEGACY_UID: legacy_uid}} if legacy_uid else {}
    changes: dict[str, Any] = claims if form == FORMS["1"] else {"idTokenGeneration": claims}
    if event.groups:
        # Cognito takes all groups away where they are left out or null, so those that stay are
        # listed again.
        changes["groupOverrideDetails"] = {
            **event.groups,
            **({} if kept is None else {"groupsToOverride": kept}),
        }
    return changes


def _drop_provider_groups(event: TriggerEvent) -> list[Any] | None:
    """Return the groups but those that Cognito made for the user's providers; None if all stay."""
    groups = event.groups.get("groupsToOverride")
    if not isinstance(groups, list):
        return None
    prefix = f"{event.pool_name or ''}_".lower()
    providers = event.user.providers
    kept = [
        group
        for group in groups
        if not str(group).lower().startswith(prefix)
        or (providers is not None and str(group).lower().removeprefix(prefix) not in providers)
    ]
    return None if len(kept) == len(groups) else kept
