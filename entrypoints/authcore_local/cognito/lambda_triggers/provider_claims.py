"""
The inbound federation trigger: what is stored of a provider's answer.

The pool's attribute mapping gives each of MAPPED the claim of the same name.  Attributes that the
function leaves out are not written.  ``userName`` is the bare id at the provider, as in published
events of Google sign-ins; Amazon's guide does not say.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore_local.cognito.config import Provider
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle


SOURCE: Final = "InboundFederation_ExternalProvider"

MAPPED: Final = ("email", "email_verified", "name")

_STORED_AS: Final = {True: "true", False: "false"}


@attrs.frozen(eq=False, repr=False)
class ProviderClaims:
    """Fires the trigger of the pool, if one is attached."""

    _lifecycle: Lifecycle

    def attributes(
        self, provider: Provider, user_id: str, said: Mapping[str, str]
    ) -> dict[str, str]:
        """
        Return the attributes to store of *said*.

        Raises:
            CognitoError: See Lifecycle.
        """
        request = {
            "providerName": provider,
            "providerType": provider,
            "attributes": _answer_of(provider, user_id, said),
        }
        response = self._lifecycle.fire(SOURCE, user_id, request, {"userAttributesToMap": {}})
        if response is None:
            return dict(said)
        chosen = response.get("userAttributesToMap")
        if not isinstance(chosen, dict):
            raise CognitoError("InvalidLambdaResponseException", "Unrecognizable lambda output")
        return _map(chosen) if chosen else dict(said)


def _answer_of(provider: Provider, user_id: str, said: Mapping[str, str]) -> dict[str, Any]:
    """Return what the provider's endpoints answered; Facebook has no ID token."""
    tokens = {"access_token": "local-access-token", "token_type": "Bearer", "expires_in": "3600"}
    if provider == "Facebook":
        return {"tokenResponse": tokens, "idToken": {}, "userInfo": {"id": user_id, **said}}
    return {"tokenResponse": tokens, "idToken": {"sub": user_id, **said}, "userInfo": {}}


def _map(chosen: Mapping[str, Any]) -> dict[str, str]:
    values = {name: chosen[name] for name in MAPPED if name in chosen}
    stored = {n: _STORED_AS.get(v, v) if isinstance(v, bool) else v for n, v in values.items()}
    return {name: value for name, value in stored.items() if isinstance(value, str)}
