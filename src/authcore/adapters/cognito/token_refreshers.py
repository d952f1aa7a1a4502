"""Refresh over the pool's API, for pools without a domain."""

import base64
import hmac
from typing import TYPE_CHECKING

from authcore.adapters.cognito.authentication_result import refreshed_tokens
from authcore.adapters.cognito.error_translation import (
    GETTING_TOKENS,
    REFRESHING_BY_AUTH_FLOW,
    translate_errors,
)
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token
from authcore.ports.token_endpoint import TokenRefresher


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class ApiTokenRefresher(TokenRefresher):
    """Calls the API for one app client; the base of the two refreshers."""

    def __init__(
        self, *, client: "CognitoIdentityProviderClient", client_id: str, client_secret: str
    ) -> None:
        """
        Bind the API to one app client.

        Args:
            client: From ``unsigned_cognito_client``, which bounds its calls and its log.

            client_id: Of the app client.

            client_secret: Of the app client.
        """
        self._client = client
        self._client_id = client_id
        self._client_secret = client_secret


class CognitoApiTokenRefresher(ApiTokenRefresher):
    """
    Refreshes with GetTokensFromRefreshToken, with or without refresh token rotation.

    Needs no user name.  Not for pools that remember devices: no device key is sent.  Cognito gives
    the same error for a wrong client secret and for a revoked token, so both end the session.
    """

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - not needed here
        """See the port."""
        token = _refresh_token_of(tokens)
        with translate_errors(GETTING_TOKENS):
            answered = self._client.get_tokens_from_refresh_token(
                RefreshToken=token, ClientId=self._client_id, ClientSecret=self._client_secret
            )
        require_cognitos_own(answered["ResponseMetadata"])
        return refreshed_tokens(answered, token)


class CognitoAuthFlowTokenRefresher(ApiTokenRefresher):
    """
    Refreshes with InitiateAuth and the flow REFRESH_TOKEN_AUTH, which excludes token rotation.

    The app client must allow the flow.  The secret hash covers the user name in the pool, so a
    session without a user name is refused.  Not for pools that remember devices.  Cognito gives the
    same error for a wrong client secret and for a revoked token, so both end the session.
    """

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """See the port."""
        token = _refresh_token_of(tokens)
        if username is None or not can_be_username(username):
            raise RefreshTokenRejectedError("the session has no user name")
        with translate_errors(REFRESHING_BY_AUTH_FLOW):
            answered = self._client.initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=self._client_id,
                AuthParameters={
                    "REFRESH_TOKEN": token,
                    "SECRET_HASH": self._secret_hash(username),
                },
            )
        require_cognitos_own(answered["ResponseMetadata"])
        return refreshed_tokens(answered, token)

    def _secret_hash(self, username: str) -> str:
        """See: Amazon Cognito "Computing secret hash values"."""
        message = f"{username}{self._client_id}".encode()
        return base64.b64encode(
            hmac.digest(self._client_secret.encode(), message, "sha256")
        ).decode()


def _refresh_token_of(tokens: TokenSet) -> RefreshToken:
    if tokens.refresh_token is None or not can_be_token(tokens.refresh_token):
        raise RefreshTokenRejectedError("this is no refresh token")
    return tokens.refresh_token
