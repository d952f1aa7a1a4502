"""The ways to refresh a session of the local Cognito, as one function each."""

import json
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from authcore.adapters.http import HttpAnswer
from authcore_local.cognito.idp_api.authentication import secret_hash
from support.local_pool import CLIENT_ID, CLIENT_SECRET, POOL_ID, LocalPool


@attrs.frozen
class Refreshed:
    """What came of it: tokens, or else the name of an error."""

    access_token: str = ""
    id_token: str = ""
    refresh_token: str | None = None
    error: str = ""


Way = Callable[[LocalPool, str], Refreshed]


def at_the_token_endpoint(pool: LocalPool, token: str) -> Refreshed:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token}
    answer = pool.post("/oauth2/token", form)
    said = json.loads(answer.body)
    if answer.status != 200:
        assert (answer.status, answer.header("cache-control")) == (400, "no-store")
        return Refreshed(error=said["error"])
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    return Refreshed(said["access_token"], said["id_token"], said.get("refresh_token"))


def by_get_tokens(
    pool: LocalPool, token: str, metadata: Mapping[str, str] | None = None
) -> Refreshed:
    given = {"RefreshToken": token, "ClientId": CLIENT_ID, "ClientSecret": CLIENT_SECRET}
    return _over_the_api(
        pool.call("GetTokensFromRefreshToken", {**given, "ClientMetadata": metadata})
    )


def by_auth_flow(pool: LocalPool, token: str) -> Refreshed:
    return _over_the_api(pool.call("InitiateAuth", auth_flow(token)))


def by_admin_flow(pool: LocalPool, token: str) -> Refreshed:
    given = {**auth_flow(token), "UserPoolId": POOL_ID}
    return _over_the_api(pool.call("AdminInitiateAuth", given, signed=True))


def auth_flow(token: str, username: str = "anna") -> dict[str, object]:
    """The input of InitiateAuth."""
    proof = secret_hash(CLIENT_SECRET, f"{username}{CLIENT_ID}")
    return {
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": CLIENT_ID,
        "AuthParameters": {"REFRESH_TOKEN": token, "SECRET_HASH": proof},
    }


EVERY_WAY: Final[Mapping[str, Way]] = {
    "token endpoint": at_the_token_endpoint,
    "GetTokensFromRefreshToken": by_get_tokens,
    "InitiateAuth": by_auth_flow,
    "AdminInitiateAuth": by_admin_flow,
}
ROTATING_WAYS: Final[Mapping[str, Way]] = {
    "token endpoint": at_the_token_endpoint,
    "GetTokensFromRefreshToken": by_get_tokens,
}


def _over_the_api(answer: HttpAnswer) -> Refreshed:
    said = json.loads(answer.body)
    if answer.status != 200:
        assert answer.status == 400
        return Refreshed(error=said["__type"])
    result = said["AuthenticationResult"]
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
    return Refreshed(result["AccessToken"], result["IdToken"], result.get("RefreshToken"))
