"""``InitiateAuth`` and ``AdminInitiateAuth``."""

import base64
import hmac
from collections.abc import Mapping
from typing import Final

from authcore.ports.ambient import Clock
from authcore_local.cognito.api import Input
from authcore_local.cognito.config import AuthFlow, PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.password_sign_in import PasswordSignIn
from authcore_local.cognito.tokens import API_SCOPE, IssuedTokens, SignedIn, TokenIssuer


_PUBLIC_FLOWS: Final[Mapping[str, AuthFlow]] = {"USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH"}
_ADMIN_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH"
}


class Authentication:
    """Password sign-in over the API."""

    def __init__(
        self, config: PoolConfig, *, sign_in: PasswordSignIn, issuer: TokenIssuer, clock: Clock
    ) -> None:
        self._config = config
        self._sign_in = sign_in
        self._issuer = issuer
        self._clock = clock

    def initiate(self, given: Input) -> Mapping[str, object]:
        """``InitiateAuth``; unsigned."""
        return self._begin(given, _PUBLIC_FLOWS)

    def admin_initiate(self, given: Input) -> Mapping[str, object]:
        """``AdminInitiateAuth``."""
        check_pool(self._config, given)
        return self._begin(given, _ADMIN_FLOWS)

    def _begin(self, given: Input, flows: Mapping[str, AuthFlow]) -> Mapping[str, object]:
        client_id = given.text("ClientId", longest=128)
        if client_id != self._config.client_id:
            raise CognitoError(
                "ResourceNotFoundException", f"User pool client {client_id} does not exist."
            )
        flow = given.text("AuthFlow", longest=64)
        if flows.get(flow) not in self._config.auth_flows:
            raise invalid_parameter(f"{flow} flow not enabled for this client")
        parameters = given.texts("AuthParameters")
        self._check_secret_hash(parameters)
        return self._tokens(parameters, given.texts("ClientMetadata"))

    def _tokens(
        self, parameters: Mapping[str, str], metadata: Mapping[str, str]
    ) -> Mapping[str, object]:
        for name in ("USERNAME", "PASSWORD"):
            if not parameters.get(name):
                raise invalid_parameter(f"Missing required parameter {name}")
        user = self._sign_in.over_the_api(
            parameters["USERNAME"], parameters["PASSWORD"], metadata or None
        )
        signed_in = SignedIn(user=user, scopes=(API_SCOPE,), at=self._clock.now())
        return {
            "ChallengeParameters": {},
            "AuthenticationResult": _result(self._issuer.issue(signed_in)),
        }

    def _check_secret_hash(self, parameters: Mapping[str, str]) -> None:
        client_id = self._config.client_id
        given = parameters.get("SECRET_HASH")
        if given is None:
            raise CognitoError(
                "NotAuthorizedException",
                f"Client {client_id} is configured with secret but SECRET_HASH was not received",
            )
        message = f"{parameters.get('USERNAME', '')}{client_id}"
        matches = [
            hmac.compare_digest(given.encode(), secret_hash(secret, message).encode())
            for secret in self._config.client_secrets
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


def _result(tokens: IssuedTokens) -> dict[str, object]:
    return {
        "AccessToken": tokens.access_token,
        "ExpiresIn": tokens.expires_in,
        "TokenType": "Bearer",
        "RefreshToken": tokens.refresh_token,
        "IdToken": tokens.id_token,
    }
