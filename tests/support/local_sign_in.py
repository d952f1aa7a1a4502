"""Sign-ins at a local Cognito over its API, one call at a time."""

import json
from collections.abc import Mapping
from typing import Any, Final

from authcore_local.cognito.app_client_secrets import secret_hash
from support.local_pool import CLIENT_ID, CLIENT_SECRET, PASSWORD, POOL_ID, LocalPool
from support.srp_client import SrpClient


WRONG: Final = ("NotAuthorizedException", "Incorrect username or password.")
OVER: Final = ("NotAuthorizedException", "Invalid session for the user, session is expired.")


def called(pool: LocalPool, operation: str, **members: object) -> Any:
    """The output, or the error's kind and message."""
    answer = pool.call(operation, {"ClientId": CLIENT_ID, **members})
    body = json.loads(answer.body)
    return body if answer.status == 200 else (body["__type"], body["message"])


def hash_of(username: str) -> str:
    return secret_hash(CLIENT_SECRET, f"{username}{CLIENT_ID}")


def begin(pool: LocalPool, name: str, **changes: str) -> Any:
    parameters = {
        "USERNAME": name,
        "SRP_A": SrpClient(POOL_ID).public,
        "SECRET_HASH": hash_of(name),
        **changes,
    }
    return called(pool, "InitiateAuth", AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)


def respond(
    pool: LocalPool, challenge: Mapping[str, Any], responses: Mapping[str, str], **more: object
) -> Any:
    """One answer to *challenge*, as its user."""
    username = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"]
    session = {"Session": challenge["Session"]} if "Session" in challenge else {}
    given = {"USERNAME": username, "SECRET_HASH": hash_of(username), **responses}
    return called(
        pool,
        "RespondToAuthChallenge",
        **{
            "ChallengeName": challenge["ChallengeName"],
            "ChallengeResponses": given,
            **session,
            **more,
        },
    )


def prove(pool: LocalPool, challenge: Any, password: str = PASSWORD, **changes: str) -> Any:
    parameters = challenge["ChallengeParameters"]
    responses = SrpClient(POOL_ID).answer(parameters, password, pool.clock.now())
    return respond(pool, challenge, {**responses, **changes})


def with_password(pool: LocalPool, name: str, password: str = PASSWORD) -> Any:
    """USER_PASSWORD_AUTH."""
    parameters = {"USERNAME": name, "PASSWORD": password, "SECRET_HASH": hash_of(name)}
    return called(pool, "InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)


def access_token(pool: LocalPool, name: str, password: str = PASSWORD) -> str:
    """Of a new sign-in without challenges."""
    token: str = with_password(pool, name, password)["AuthenticationResult"]["AccessToken"]
    return token


def bearing(pool: LocalPool, operation: str, token: str, **members: object) -> Any:
    """A call that carries an access token: the output, or the error's kind and message."""
    answer = pool.call(operation, {"AccessToken": token, **members})
    body = json.loads(answer.body)
    return body if answer.status == 200 else (body["__type"], body["message"])


def new_user(pool: LocalPool, name: str, **attributes: str) -> str:
    """A confirmed user with a verified address."""
    profile = {"email": f"{name}@example.com", "email_verified": "true", **attributes}
    pool.cognito.users.create(name, PASSWORD, status="CONFIRMED", attributes=profile)
    return name
