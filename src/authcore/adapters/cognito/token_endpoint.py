"""Cognito's token and revoke endpoints, over HTTP."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from authcore.adapters.cognito.oauth_client import MAX_ANSWER_BYTES, OAuthClient
from authcore.adapters.cognito.token_response import (
    machine_token,
    read_refreshed_tokens,
    require_revoked,
    token_set,
)
from authcore.adapters.http import HttpClient
from authcore.domain.errors import (
    CodeRejectedError,
    RefreshTokenRejectedError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MachineToken, can_be_scopes
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.token_endpoint import (
    CodeExchanger,
    MachineTokenIssuer,
    TokenRefresher,
    TokenRevoker,
)


__all__ = [
    "MAX_ANSWER_BYTES",
    "MAX_CODE_LENGTH",
    "CognitoCodeExchanger",
    "CognitoMachineTokenIssuer",
    "CognitoTokenRefresher",
    "CognitoTokenRevoker",
]

MAX_CODE_LENGTH: Final = 2048

_CODE: Final = re.compile(rf"[\x20-\x7e]{{1,{MAX_CODE_LENGTH}}}")


class CognitoCodeExchanger(CodeExchanger):
    """Exchanges codes at ``/oauth2/token``."""

    def __init__(
        self,
        *,
        http: HttpClient,
        token_url: ServiceUrl,
        client_id: str,
        client_secret: str | ClientSecrets,
    ) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every exchange.

            token_url: The complete URL, ending in ``/oauth2/token``.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client: one that stays, or the ClientSecrets.
        """
        self._client = OAuthClient(http=http, client_id=client_id, client_secret=client_secret)
        self._token_url = token_url

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """See the port."""
        if not _CODE.fullmatch(code):
            raise CodeRejectedError("an authorization code is printable ASCII")
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client.client_id,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        return self._client.post(self._token_url, form, token_set)


class CognitoTokenRefresher(TokenRefresher):
    """
    Exchanges refresh tokens at ``/oauth2/token``, with or without refresh token rotation.

    Needs no user name, but the pool must have a domain.
    """

    def __init__(
        self,
        *,
        http: HttpClient,
        token_url: ServiceUrl,
        client_id: str,
        client_secret: str | ClientSecrets,
        within: timedelta | None = None,
    ) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every refresh.

            token_url: The complete URL, ending in ``/oauth2/token``.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client: one that stays, or the ClientSecrets.

            within: A shorter deadline than that of *http*, for all secrets together; by default
                that of *http* for each.
        """
        self._client = OAuthClient(http=http, client_id=client_id, client_secret=client_secret)
        self._token_url = token_url
        self._within = within

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - not needed here
        """See the port."""
        token = tokens.refresh_token
        if token is None or not can_be_token(token):
            raise RefreshTokenRejectedError("this is no refresh token")
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client.client_id,
            "refresh_token": token,
        }
        return self._client.post(
            self._token_url,
            form,
            lambda answer: read_refreshed_tokens(answer, token),
            within=self._within,
        )


class CognitoTokenRevoker(TokenRevoker):
    """
    Revokes tokens at ``/oauth2/revoke``.  A text that cannot be a refresh token is not sent.

    Token revocation must be enabled for the app client, as it is by default for new ones.
    Otherwise nothing is revoked, and every call raises ProviderUnavailableError.
    """

    def __init__(
        self,
        *,
        http: HttpClient,
        revoke_url: ServiceUrl,
        client_id: str,
        client_secret: str | ClientSecrets,
    ) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every call.

            revoke_url: The complete URL, ending in ``/oauth2/revoke``.

            client_id: Of the app client that the tokens were issued to; holds no colon.

            client_secret: Of the app client: one that stays, or the ClientSecrets.
        """
        self._client = OAuthClient(http=http, client_id=client_id, client_secret=client_secret)
        self._revoke_url = revoke_url

    def revoke(self, token: RefreshToken) -> None:
        """See the port."""
        if can_be_token(token):
            self._client.post(self._revoke_url, {"token": token}, require_revoked)


class CognitoMachineTokenIssuer(MachineTokenIssuer):
    """
    Requests tokens for the app client itself at ``/oauth2/token``.

    The app client must have the grant ``client_credentials``, which excludes the others, and the
    scopes of resource servers.
    """

    def __init__(
        self,
        *,
        http: HttpClient,
        token_url: ServiceUrl,
        client_id: str,
        client_secret: str | ClientSecrets,
        within: timedelta | None = None,
    ) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every call.

            token_url: The complete URL, ending in ``/oauth2/token``.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client: one that stays, or the ClientSecrets.

            within: A shorter deadline than that of *http*, for all secrets together; by default
                that of *http* for each.
        """
        self._client = OAuthClient(http=http, client_id=client_id, client_secret=client_secret)
        self._token_url = token_url
        self._within = within

    def issue(self, scopes: Collection[str]) -> MachineToken:
        """See the port."""
        if not can_be_scopes(scopes):
            raise ScopeRejectedError("scopes are words of printable ASCII", detail="not sent")
        asked = {"scope": " ".join(sorted(scopes))} if scopes else {}
        form = {"grant_type": "client_credentials", **asked}
        return self._client.post(self._token_url, form, machine_token, within=self._within)
