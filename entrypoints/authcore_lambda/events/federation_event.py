"""
An inbound federation event, read once where it comes in.  It holds the provider's tokens.

See: Amazon Cognito "Inbound federation Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.trigger_event import POOL_ID
from authcore_lambda.events.types import Event


SOURCE: Final = "InboundFederation_ExternalProvider"

_PARTS: Final = ("samlResponse", "tokenResponse", "userInfo", "idToken")
"""What the provider says, in these members; the later one wins, as in Amazon's examples."""

_ID_CLAIMS: Final = {"Facebook": "id", "LoginWithAmazon": "user_id"}
"""The claim with the user's id, by provider type, where it is not ``sub``."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FederationEvent:
    """
    What a provider says about a user who signs in.  What cannot be read is None, or missing.

    Attributes:
        source: ``triggerSource``.
        pool_id: ``userPoolId``, if it has the shape of ``eu-west-1_Ab12Cd34``.
        username: ``userName``: the id at the provider, or the pool's name of the user.
        provider: ``request.providerName``.
        user_id: Of the user at the provider; None for SAML, whose attributes do not hold it.
        given: Everything that the provider says, by claim, in one object.
        response: As it came; empty where there is none.
    """

    source: str | None
    pool_id: str | None
    username: str | None
    provider: str | None
    user_id: str | None
    given: Mapping[str, Any]
    response: Mapping[str, Any]

    @classmethod
    def read(cls, event: Event) -> "FederationEvent":
        """Read *event*, whose members may be missing, mistyped or unknown.  Never raises."""
        request = mapping(event, "request")
        attributes = mapping(request, "attributes")
        given = {n: value for part in _PARTS for n, value in mapping(attributes, part).items()}
        pool_id = text(event, "userPoolId")
        return cls(
            source=text(event, "triggerSource"),
            pool_id=pool_id if pool_id and POOL_ID.fullmatch(pool_id) else None,
            username=text(event, "userName"),
            provider=text(request, "providerName"),
            user_id=_user_id(given, text(request, "providerType")),
            given=given,
            response=mapping(event, "response"),
        )

    @property
    def pool_usernames(self) -> tuple[str, ...]:
        """
        Names that the pool may have for the user who signs in, the likeliest first.

        Published events of Google sign-ins have the bare id as ``userName``; Amazon's guide shows
        neither form.  The pool names an external user ``Provider_id``.
        """
        if not (self.provider and self.username):
            return ()
        prefix = f"{self.provider}_"
        if self.username.casefold().startswith(prefix.casefold()):
            return (self.username,)
        return (f"{prefix}{self.user_id or self.username}", self.username)

    def is_about(self, provider: str | None, user_id: str | None) -> bool:
        """
        Whether the user who signs in has the id *user_id* at *provider*.

        Where the event holds no id, the user name must be the id, or be made of both.
        """
        if not (self.provider and provider and user_id):
            return False
        if provider.casefold() != self.provider.casefold():
            return False
        named = {user_id.casefold(), f"{self.provider}_{user_id}".casefold()}
        return user_id == self.user_id or (self.username or "").casefold() in named


def _user_id(given: Mapping[str, Any], kind: str | None) -> str | None:
    return None if kind == "SAML" else text(given, _ID_CLAIMS.get(kind or "", "sub"))
