"""``InitiateAuth``, ``AdminInitiateAuth`` and ``GetTokensFromRefreshToken``."""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore_local.cognito.app_client_secrets import AppClientSecrets, secret_hash
from authcore_local.cognito.config import AuthFlow, PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.idp_api.sign_in_attempt import Attempt, Output, require_parameter
from authcore_local.cognito.idp_api.sign_in_completion import authentication_result
from authcore_local.cognito.oauth.session_refresh import SessionRefresh


__all__ = ["Authentication", "check_client", "check_pool", "secret_hash"]

_REFRESHING: Final[Mapping[str, AuthFlow]] = {
    "REFRESH_TOKEN_AUTH": "ALLOW_REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN": "ALLOW_REFRESH_TOKEN_AUTH",
}
_SHARED_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "USER_SRP_AUTH": "ALLOW_USER_SRP_AUTH",
    "USER_AUTH": "ALLOW_USER_AUTH",
    **_REFRESHING,
}
_PUBLIC_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    **_SHARED_FLOWS,
}
_ADMIN_FLOWS: Final[Mapping[str, AuthFlow]] = {
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    **_SHARED_FLOWS,
}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Authentication:
    """
    Begins sign-ins, and refreshes tokens.

    Attributes:
        beginnings: By ``AuthFlow``, without those that refresh.
    """

    config: PoolConfig
    secrets: AppClientSecrets
    refresh: SessionRefresh
    beginnings: Mapping[str, Callable[[Attempt], Output]]

    def initiate(self, given: Input) -> Output:
        """``InitiateAuth``; unsigned."""
        return self._begin(given, _PUBLIC_FLOWS)

    def admin_initiate(self, given: Input) -> Output:
        """``AdminInitiateAuth``."""
        check_pool(self.config, given)
        return self._begin(given, _ADMIN_FLOWS)

    def get_tokens(self, given: Input) -> Output:
        """``GetTokensFromRefreshToken``; unsigned, with the client secret as it is."""
        token = given.text("RefreshToken", longest=MAX_TOKEN_LENGTH)
        client_id = check_client(self.config, given)
        if not self.secrets.authenticate(given.optional("ClientSecret")):
            raise CognitoError(
                "NotAuthorizedException", f"Unable to verify secret for client {client_id}"
            )
        tokens = self.refresh.refresh(
            token,
            client_id,
            source="TokenGeneration_Authentication",
            metadata=given.texts("ClientMetadata") or None,
        )
        return {"AuthenticationResult": authentication_result(tokens)["AuthenticationResult"]}

    def _begin(self, given: Input, flows: Mapping[str, AuthFlow]) -> Output:
        client_id = check_client(self.config, given)
        flow = given.text("AuthFlow", longest=64)
        if flows.get(flow) not in self.config.enabled_flows:
            raise invalid_parameter(f"{flow} flow not enabled for this client")
        parameters = given.texts("AuthParameters")
        if flow in _REFRESHING:
            return self._refresh_tokens(parameters, client_id)
        self.secrets.check_hash(parameters.get("SECRET_HASH"), parameters.get("USERNAME", ""))
        attempt = Attempt(
            username=require_parameter(parameters, "USERNAME"),
            parameters=parameters,
            validation_data=given.texts("ClientMetadata") or None,
        )
        return self.beginnings[flow](attempt)

    def _refresh_tokens(self, parameters: Mapping[str, str], client_id: str) -> Output:
        token = require_parameter(parameters, "REFRESH_TOKEN")
        _, user = self.refresh.whose(token, client_id)
        self.secrets.check_hash(parameters.get("SECRET_HASH"), user.username)
        return authentication_result(self.refresh.refresh(token, client_id))


def check_client(config: PoolConfig, given: Input) -> str:
    """
    Return the client id of a call.

    Raises:
        CognitoError: ResourceNotFoundException: another client.
    """
    client_id = given.text("ClientId", longest=128)
    if client_id != config.client_id:
        raise CognitoError(
            "ResourceNotFoundException", f"User pool client {client_id} does not exist."
        )
    return client_id


def check_pool(config: PoolConfig, given: Input) -> None:
    """
    Refuse calls about other pools.

    Raises:
        CognitoError: ResourceNotFoundException.
    """
    pool_id = given.text("UserPoolId", longest=55)
    if pool_id != config.pool_id:
        raise CognitoError("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
