"""
What changes in tokens.

See: Amazon Cognito "Pre token generation Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore.domain.model.attempt_ids import TOKEN_REQUEST_CLAIM
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID, LINK_REFUSAL_CLAIM
from authcore_lambda.events.trigger_event import TriggerEvent


FORMS: Final = {
    "1": "claimsOverrideDetails",
    "2": "claimsAndScopeOverrideDetails",
    "3": "claimsAndScopeOverrideDetails",
}
"""The member of the response that holds the details, by the event's ``version``."""


@attrs.frozen(kw_only=True)
class LinkClaims:
    """
    What the tokens say about the link, and where they were made.

    The ID token never holds ``custom:legacy_linked``.

    Attributes:
        legacy_uid: Id of the account that a proof names; None, the default, where none holds: then
            the claim is suppressed, for the attribute proves nothing.
        refusal: Why the user was refused an account, for the claim ``authcore_link``; None, the
            default, where the user may not be told or was not refused.
        request_id: Of the request that makes the token, for the claim ``authcore_request``; None,
            the default, where it is left out.
    """

    legacy_uid: str | None = None
    refusal: str | None = None
    request_id: str | None = None

    def details(self) -> dict[str, Any]:
        """Return the override details of the ID token."""
        said = {
            LEGACY_UID: self.legacy_uid,
            LINK_REFUSAL_CLAIM: self.refusal,
            TOKEN_REQUEST_CLAIM: self.request_id,
        }
        added = {name: value for name, value in said.items() if value is not None}
        suppressed = [LEGACY_LINKED] if self.legacy_uid else [LEGACY_UID, LEGACY_LINKED]
        changes: dict[str, Any] = {"claimsToSuppress": suppressed}
        return {"claimsToAddOrOverride": added, **changes} if added else changes


def override_details(event: TriggerEvent, form: str, link: LinkClaims) -> Mapping[str, Any]:
    """
    Return the override details for the tokens of *event*.

    Args:
        event: Of this trigger.

        form: One of FORMS.

        link: For the ID token.
    """
    claims = link.details()
    changes = claims if form == FORMS["1"] else {"idTokenGeneration": claims}
    if event.groups:
        # Cognito takes all groups away where they are left out or null, so those that stay are
        # listed again.
        kept = _drop_provider_groups(event)
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
