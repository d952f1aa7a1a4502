"""When somebody may become the owner of a legacy account, said once more and in other words."""

import json
from collections.abc import Mapping
from typing import Any, Final

from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks
from unit.account_linking_world import DARCY


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"


def assert_darcy_is_nobodys_without_a_reason(
    legacy: InMemoryLegacyLinks, event: Any, trusted: set[str]
) -> None:
    """Unless *event* names the account as the rules allow it, where *trusted* are believed."""
    if legacy.rows["1813"].account.cognito_id is not None:
        held = event["request"]["userAttributes"]
        assert named_by_the_pool(held, event) or proven_by_address(held, trusted), held


def named_by_the_pool(held: Mapping[str, Any], event: Any) -> bool:
    """Somebody who signed in before, whom migration gave this very account."""
    return (
        event["triggerSource"] != CONFIRMED
        and held.get("custom:legacy_uid") == "1813"
        and provider_of(held) == "Cognito"
    )


def proven_by_address(held: Mapping[str, Any], trusted: set[str]) -> bool:
    return (
        provider_of(held) in trusted
        and held.get("email") == DARCY.email
        and json.dumps(held.get("email_verified")) in ("true", '"true"')
        and held.get("cognito:user_status") in ("CONFIRMED", "EXTERNAL_PROVIDER")
    )


def provider_of(held: Mapping[str, Any]) -> str | None:
    """Whose word the address is, as a suspicious reader sees it; None where that is not said."""
    listed = held.get("identities")
    if isinstance(listed, str) and listed:
        listed = json.loads(listed)
    said = [json.dumps(each.get("primary")) for each in listed or ()]
    primary = [each for each, word in zip(listed or (), said, strict=True) if "true" in word]
    if not {*said} <= {"true", '"true"', "false", '"false"'} or len(primary) > 1:
        return None
    if primary:
        return str(primary[0]["providerName"])
    return None if held.get("cognito:user_status") == "EXTERNAL_PROVIDER" else "Cognito"
