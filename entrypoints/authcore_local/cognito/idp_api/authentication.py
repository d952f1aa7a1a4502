"""``InitiateAuth``, ``AdminInitiateAuth``, ``GetTokensFromRefreshToken``, ``ConfirmSignUp``."""

import base64
import hmac
from collections.abc import Mapping
from typing import Final

from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore.ports.system import Clock
from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import AuthFlow, PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.oauth.oauth_requests import is_secret_of
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.token_issuer import API_SCOPE, IssuedTokens, SignedIn, TokenIssuer
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.sign_up import SignUp


_REFRESHING: Final[Mapping[str, AuthFlow]] = {
    "REFRESH_TOKEN_AUTH": "ALLOW_REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN": "ALLOW_REFRESH_TOKEN_AUTH",
}
_PUBLIC_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    **_REFRESHING,
}
_ADMIN_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    **_REFRESHING,
}


class Authentication:
    """Password sign-in and refresh over the API."""

    def __init__(
        self,
        config: PoolConfig,
        secrets: AppClientSecrets,
        *,
        sign_in: PasswordSignIn,
        sign_up: SignUp,
        issuer: TokenIssuer,
        refresh: SessionRefresh,
        clock: Clock,
    ) -> None:
        self._config = config
        self._secrets = secrets
        self._sign_in = sign_in
        self._sign_up = sign_up
        self._issuer = issuer
        self._refresh = refresh
        self._clock = clock

    def initiate(self, given: Input) -> Mapping[str, object]:
        """``InitiateAuth``; unsigned."""
        return self._begin(given, _PUBLIC_FLOWS)

    def admin_initiate(self, given: Input) -> Mapping[str, object]:
        """``AdminInitiateAuth``."""
        check_pool(self._config, given)
        return self._begin(given, _ADMIN_FLOWS)

    def get_tokens(self, given: Input) -> Mapping[str, object]:
        """``GetTokensFromRefreshToken``; unsigned, with the client secret as it is."""
        token = given.text("RefreshToken", longest=MAX_TOKEN_LENGTH)
        client_id = self._client_id(given)
        if not is_secret_of(self._secrets, given.optional("ClientSecret")):
            raise CognitoError(
                "NotAuthorizedException", f"Unable to verify secret for client {client_id}"
            )
        tokens = self._refresh.refresh(
            token,
            client_id,
            source="TokenGeneration_Authentication",
            metadata=given.texts("ClientMetadata") or None,
        )
        return {"AuthenticationResult": _result(tokens)}

    def confirm_sign_up(self, given: Input) -> Mapping[str, object]:
        """``ConfirmSignUp``; unsigned."""
        self._client_id(given)
        username = given.text("Username", longest=128)
        self._check_secret_hash({"SECRET_HASH": given.optional("SecretHash")}, username)
        self._sign_up.confirm(username, given.text("ConfirmationCode"))
        return {}

    def _begin(self, given: Input, flows: Mapping[str, AuthFlow]) -> Mapping[str, object]:
        client_id = self._client_id(given)
        flow = given.text("AuthFlow", longest=64)
        if flows.get(flow) not in self._config.enabled_flows:
            raise invalid_parameter(f"{flow} flow not enabled for this client")
        parameters = given.texts("AuthParameters")
        if flow in _REFRESHING:
            tokens = self._refresh_tokens(parameters, client_id)
        else:
            tokens = self._signed_in(parameters, given.texts("ClientMetadata"))
        return {"ChallengeParameters": {}, "AuthenticationResult": _result(tokens)}

    def _client_id(self, given: Input) -> str:
        client_id = given.text("ClientId", longest=128)
        if client_id != self._config.client_id:
            raise CognitoError(
                "ResourceNotFoundException", f"User pool client {client_id} does not exist."
            )
        return client_id

    def _signed_in(
        self, parameters: Mapping[str, str], metadata: Mapping[str, str]
    ) -> IssuedTokens:
        self._check_secret_hash(parameters, parameters.get("USERNAME", ""))
        for name in ("USERNAME", "PASSWORD"):
            _require(parameters, name)
        user = self._sign_in.over_the_api(
            parameters["USERNAME"], parameters["PASSWORD"], metadata or None
        )
        return self._issuer.issue(SignedIn(user=user, scopes=(API_SCOPE,), at=self._clock.now()))

    def _refresh_tokens(self, parameters: Mapping[str, str], client_id: str) -> IssuedTokens:
        _require(parameters, "REFRESH_TOKEN")
        token = parameters["REFRESH_TOKEN"]
        _, user = self._refresh.whose(token, client_id)
        self._check_secret_hash(parameters, user.username)
        return self._refresh.refresh(token, client_id)

    def _check_secret_hash(self, parameters: Mapping[str, str], username: str) -> None:
        client_id = self._config.client_id
        given = parameters.get("SECRET_HASH")
        if given is None:
            raise CognitoError(
                "NotAuthorizedException",
                f"Client {client_id} is configured with secret but SECRET_HASH was not received",
            )
        message = f"{username}{client_id}"
        matches = [
            hmac.compare_digest(given.encode(), secret_hash(secret, message).encode())
            for secret in self._secrets.active()
        ]
        if not any(matches):
            raise CognitoError(
                "NotAuthorizedException", f"Unable to verify secret hash for client {client_id}"
            )


def check_pool(config: PoolConfig, given: Input) -> None:
    """
    Refuse calls about other pools.

    Raises:
        CognitoError: ResourceNotFoundException.
    """
    pool_id = given.text("UserPoolId", longest=55)
    if pool_id != config.pool_id:
        raise CognitoError("ResourceNotFoundException", f"User pool {pool_id} does not exist.")


def secret_hash(client_secret: str, message: str) -> str:
    """``SECRET_HASH`` of *message*: the user name as sent, then the client id."""
    digest = hmac.digest(client_secret.encode(), message.encode(), "sha256")
    return base64.b64encode(digest).decode()


def _require(parameters: Mapping[str, str], name: str) -> None:
    if not parameters.get(name):
        raise invalid_parameter(f"Missing required parameter {name}")


def _result(tokens: IssuedTokens) -> dict[str, object]:
    optional = {"IdToken": tokens.id_token, "RefreshToken": tokens.refresh_token}
    return {
        **{name: token for name, token in optional.items() if token is not None},
        "AccessToken": tokens.access_token,
        "ExpiresIn": tokens.expires_in,
        "TokenType": "Bearer",
    }
