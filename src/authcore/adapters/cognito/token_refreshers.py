"""Refresh over the pool's API, for pools without a domain."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from authcore.adapters.client_secrets import client_secrets
from authcore.adapters.cognito.authentication_result import refreshed_tokens
from authcore.adapters.cognito.client_authentication import with_secret
from authcore.adapters.cognito.client_probe import hear_message, require_known_client, secret_hash
from authcore.adapters.cognito.error_translation import (
    GETTING_TOKENS,
    REFRESHING_BY_AUTH_FLOW,
    Refusals,
    translate_errors,
)
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.token_endpoint import TokenRefresher


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

OTHER_SECRETS_WITHIN: Final = timedelta(seconds=1.5)
"""
How long after the first call another secret is tried.

A call that begins then ends before the lease of its session does.
"""

AMBIGUOUS: Final = "NotAuthorizedException"
"""Cognito's error for a refused token, and for a refused client."""


class ApiTokenRefresher(TokenRefresher):
    """
    Calls the API for one app client; the base of the two refreshers.

    Cognito gives the same error class for a refused token and for a refused client.  A session ends
    only where ``require_known_client`` shows that the client was not refused.
    """

    def __init__(
        self,
        *,
        client: "CognitoIdentityProviderClient",
        client_id: str,
        client_secret: str | ClientSecrets,
    ) -> None:
        """
        Bind the API to one app client.

        Args:
            client: From ``unsigned_cognito_client``, which bounds its calls and its log.

            client_id: Of the app client.

            client_secret: Of the app client: one that stays, or the ClientSecrets.
        """
        self._client = client
        self._client_id = client_id
        self._secrets = client_secrets(client_secret)

    def _exchange(
        self, token: RefreshToken, refusals: Refusals, call: Callable[[str], Mapping[str, Any]]
    ) -> TokenSet:
        """Exchange *token* by *call*, which gets the client secret to use."""

        def ask(secret: str, _: timedelta) -> TokenSet:
            message: list[str] = []
            try:
                with translate_errors(refusals), hear_message(message):
                    answered = call(secret)
            except RefreshTokenRejectedError as refusal:
                if refusal.detail == AMBIGUOUS:
                    require_known_client(
                        self._client, self._client_id, secret, token=token, message=message[0]
                    )
                raise
            require_cognitos_own(answered["ResponseMetadata"])
            return refreshed_tokens(answered, token)

        return with_secret(self._secrets, OTHER_SECRETS_WITHIN, ask)


class CognitoApiTokenRefresher(ApiTokenRefresher):
    """
    Refreshes with GetTokensFromRefreshToken, with or without refresh token rotation.

    Needs no user name.  Not for pools that remember devices: no device key is sent.
    """

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - not needed here
        """See the port."""
        token = _refresh_token_of(tokens)

        def call(secret: str) -> Mapping[str, Any]:
            return self._client.get_tokens_from_refresh_token(
                RefreshToken=token, ClientId=self._client_id, ClientSecret=secret
            )

        return self._exchange(token, GETTING_TOKENS, call)


class CognitoAuthFlowTokenRefresher(ApiTokenRefresher):
    """
    Refreshes with InitiateAuth and the flow REFRESH_TOKEN_AUTH, which excludes token rotation.

    The app client must allow the flow.  The secret hash covers the user name in the pool, so a
    session without a user name is refused, and so is one with the name of another user.  Not for
    pools that remember devices.
    """

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """See the port."""
        token = _refresh_token_of(tokens)
        if username is None or not can_be_username(username):
            raise RefreshTokenRejectedError("the session has no user name")

        def call(secret: str) -> Mapping[str, Any]:
            return self._client.initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=self._client_id,
                AuthParameters={
                    "REFRESH_TOKEN": token,
                    "SECRET_HASH": secret_hash(secret, username, self._client_id),
                },
            )

        return self._exchange(token, REFRESHING_BY_AUTH_FLOW, call)


def _refresh_token_of(tokens: TokenSet) -> RefreshToken:
    if tokens.refresh_token is None or not can_be_token(tokens.refresh_token):
        raise RefreshTokenRejectedError("this is no refresh token")
    return tokens.refresh_token
