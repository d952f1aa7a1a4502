"""Cognito's API on the wire of a password sign-in, and an authenticator that calls it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.cognito.srp import N
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    Challenge,
    ChallengeName,
    Device,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.cognito_wire import says
from support.scripted_server import ScriptedServer


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

CLIENT_ID: Final = "canary0client0id"
SECRET: Final = "canary0secret0of0the0client0"
POOL: Final = "eu-west-1_Ab12Cd34"
ANNA: Final = Credentials("anna", "canary-Password-1")
SESSION: Final = "canary-session-" + "A" * 40
DEVICE: Final = Device("eu-west-1_0a1b-2c3d", "canary-group", "canary-device-password")
PASSKEY: Final = '{"id":"canary-credential"}'
TOKENS: Final = {
    "AuthenticationResult": {
        "AccessToken": "canary-access",
        "IdToken": "canary-id",
        "RefreshToken": "canary-refresh",
        "TokenType": "Bearer",
        "ExpiresIn": 3600,
    }
}
ISSUED: Final = TokenSet("canary-access", "canary-id", RefreshToken("canary-refresh"))
VERIFIER: Final = {
    "SALT": "1f",
    "SRP_B": f"{N - 5:x}",
    "SECRET_BLOCK": "QUJD",
    "USER_ID_FOR_SRP": "anna-0001",
    "USERNAME": "anna-0001",
}


def asks(name: str, parameters: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "ChallengeName": name,
        "Session": SESSION,
        "ChallengeParameters": {"USERNAME": "anna-0001"} if parameters is None else parameters,
        **more,
    }


def refuses(error_class: str, message: str) -> dict[str, Any]:
    return {"__type": f"{error_class}Exception", "message": message}


class Wire:
    """Cognito's side: what it says, one after the other, and what it was sent."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self.answers: list[Mapping[str, Any]] = [TOKENS]
        self.knows_client = True
        server.requests.clear()
        server.script = self._answer

    def _answer(self, request: bytes) -> list[bytes]:
        if b"ConfirmSignUp" in request:
            kind = "UserNotFound" if self.knows_client else "NotAuthorized"
            return says(400, refuses(kind, "canary"))
        answered = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return says(400 if "__type" in answered else 200, answered)

    @property
    def operations(self) -> list[str]:
        return [
            head.partition(b"ProviderService.")[2].partition(b"\r\n")[0].decode()
            for head in self._server.requests
        ]

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self._server.requests]


def authenticator(
    client: "CognitoIdentityProviderClient", **changes: Any
) -> CognitoPasswordAuthenticator:
    usual: dict[str, Any] = {
        "client": client,
        "user_pool_id": POOL,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "clock": FrozenClock(),
        "entropy": ScriptedEntropy(),
    }
    return CognitoPasswordAuthenticator(**{**usual, **changes})


def secret_hash(username: str, secret: str = SECRET) -> str:
    digest = hmac.digest(secret.encode(), f"{username}{CLIENT_ID}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def challenge_of(name: ChallengeName, **changes: Any) -> Challenge:
    usual = Challenge(name, SESSION, "anna-0001", "USER_SRP_AUTH", {})
    return attrs.evolve(usual, **changes)
