"""A pool at an emulator: made by configuration here, by the API elsewhere."""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

import attrs
import boto3
import httpx
from botocore.config import Config

from authcore.adapters.system import SystemClock
from authcore.ports.system import Clock
from authcore.testing.fakes.system import FrozenClock
from authcore_local.pool_file import PoolFile
from authcore_local.served_pool import ServedPool
from support.srp_client import SrpClient


REGION: Final = "us-east-1"
"""Where moto looks for what an unsigned call is about."""
CALLBACK: Final = "http://localhost:8000/callback"
ANNA: Final = "anna"
PASSWORD: Final = "Correct-Horse-1"
WRONG: Final = "Correct-Horse-2"
ATTRIBUTES: Final = {"email": "anna@example.com", "email_verified": "true", "name": "Anna"}

Existence = Literal["ENABLED", "LEGACY"]


@attrs.frozen(kw_only=True)
class Wanted:
    """What a check needs of its pool."""

    secret: bool = False
    flows: tuple[str, ...] = (
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    )
    existence: Existence = "ENABLED"
    rotation: bool = False
    case_sensitive: bool = True


@attrs.frozen(kw_only=True)
class Pool:
    """A pool with its user anna, and one app client."""

    client: Any = attrs.field(repr=False)
    clock: Clock = attrs.field(factory=SystemClock)
    url: str
    pool_id: str
    client_id: str
    secret: str | None = attrs.field(repr=False)
    keys_url: str

    def initiate(self, flow: str, parameters: Mapping[str, str], *, name: str = ANNA) -> Any:
        """``InitiateAuth``, with SECRET_HASH where the client has a secret."""
        given = {**parameters, **self.secret_hash(name)}
        return self.client.initiate_auth(
            ClientId=self.client_id, AuthFlow=flow, AuthParameters=given
        )

    def secret_hash(self, name: str) -> dict[str, str]:
        """SECRET_HASH over *name*; nothing for a public client."""
        if self.secret is None:
            return {}
        text = f"{name}{self.client_id}".encode()
        digest = hmac.digest(self.secret.encode(), text, hashlib.sha256)
        return {"SECRET_HASH": base64.b64encode(digest).decode()}

    def sign_in(self, name: str = ANNA, password: str = PASSWORD) -> Any:
        """The tokens of USER_PASSWORD_AUTH."""
        given = {"USERNAME": name, "PASSWORD": password}
        return self.initiate("USER_PASSWORD_AUTH", given, name=name)["AuthenticationResult"]

    def sign_in_by_srp(self, password: str) -> Any:
        """The tokens of USER_SRP_AUTH."""
        srp = SrpClient(self.pool_id)
        given = {"USERNAME": ANNA, "SRP_A": srp.public}
        challenge = self.initiate("USER_SRP_AUTH", given)
        given = challenge["ChallengeParameters"]
        answers = {**srp.answer(given, password, self.clock.now()), "USERNAME": given["USERNAME"]}
        return self.client.respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses={**answers, **self.secret_hash(answers["USERNAME"])},
            **({"Session": challenge["Session"]} if challenge.get("Session") else {}),
        )["AuthenticationResult"]

    def administer(self, operation: str, **members: object) -> Any:
        """An operation of administrators on anna."""
        given = {"UserPoolId": self.pool_id, "Username": ANNA, **members}
        return getattr(self.client, operation)(**given)

    def attributes(self) -> dict[str, str]:
        """What the pool has of anna."""
        found = self.administer("admin_get_user")["UserAttributes"]
        return {each["Name"]: each["Value"] for each in found}

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET below the endpoint, as at the pool's domain."""
        return httpx.get(f"{self.url}{path}?{urlencode(query)}", timeout=10)

    def published_keys(self) -> Any:
        """The published keys."""
        return httpx.get(self.keys_url, timeout=10).json()["keys"]


class Emulator(ABC):
    """
    One emulator that runs.

    Attributes:
        name: With its version.
    """

    name: str

    @abstractmethod
    @contextmanager
    def pool(self, wanted: Wanted) -> Iterator[Pool]:
        """A new pool that is as *wanted*."""
        raise NotImplementedError


def api_client(url: str, region: str = REGION) -> Any:
    """A client of boto3 that asks once and waits ten seconds at most."""
    return boto3.client(
        "cognito-idp",
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=10),
    )


class LocalCognitoHere(Emulator):
    """The local Cognito of this project, in this process; time stands."""

    name = "authcore-local"

    @contextmanager
    def pool(self, wanted: Wanted) -> Iterator[Pool]:
        """See Emulator."""
        client = {
            "id": "client1234567890",
            "secrets": ["a-secret-of-a-test"] if wanted.secret else [],
            "callback_urls": [CALLBACK],
            "auth_flows": wanted.flows,
            "prevent_user_existence_errors": wanted.existence,
        }
        lifetimes = {"access_token": "5 minutes", "rotation": wanted.rotation}
        text = json.dumps(
            {
                "ports": {"pool": 0},
                "pool": {"id": f"{REGION}_Local0001", "case_sensitive": wanted.case_sensitive},
                "client": client,
                "lifetimes": lifetimes,
                "machine_clients": [],
            }
        )
        clock = FrozenClock(SystemClock().now())
        with ServedPool(PoolFile.parse(text), clock=clock, fresh_keys=False) as served:
            served.create_user(ANNA, PASSWORD, attributes=ATTRIBUTES)
            config = served.config
            client_of_api = api_client(served.url)
            yield Pool(
                client=client_of_api,
                clock=clock,
                url=served.url,
                pool_id=config.pool_id,
                client_id=config.client_id,
                secret=config.client_secrets[0] if wanted.secret else None,
                keys_url=f"{config.issuer}/.well-known/jwks.json",
            )
            client_of_api.close()


class OverApi(Emulator):
    """An emulator whose pools are made over the API."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self._client = api_client(url)

    @contextmanager
    def pool(self, wanted: Wanted) -> Iterator[Pool]:
        """See Emulator."""
        made = self._client.create_user_pool(
            PoolName="behaviours",
            UsernameConfiguration={"CaseSensitive": wanted.case_sensitive},
            Schema=[{"Name": "legacy_uid", "AttributeDataType": "String", "Mutable": True}],
        )
        pool_id = made["UserPool"]["Id"]
        rotation: dict[str, Any] = (
            {"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}}
            if wanted.rotation
            else {}
        )
        client = self._client.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="behaviours",
            GenerateSecret=wanted.secret,
            ExplicitAuthFlows=[
                flow for flow in wanted.flows if not (rotation and "REFRESH" in flow)
            ],
            PreventUserExistenceErrors=wanted.existence,
            AccessTokenValidity=5,
            TokenValidityUnits={"AccessToken": "minutes"},
            EnableTokenRevocation=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=["openid", "email", "profile"],
            CallbackURLs=[CALLBACK],
            SupportedIdentityProviders=["COGNITO"],
            **rotation,
        )["UserPoolClient"]
        self._client.admin_create_user(
            UserPoolId=pool_id,
            Username=ANNA,
            UserAttributes=[{"Name": n, "Value": v} for n, v in ATTRIBUTES.items()],
            MessageAction="SUPPRESS",
        )
        self._client.admin_set_user_password(
            UserPoolId=pool_id, Username=ANNA, Password=PASSWORD, Permanent=True
        )
        yield Pool(
            client=self._client,
            url=self.url,
            pool_id=pool_id,
            client_id=client["ClientId"],
            secret=client.get("ClientSecret"),
            keys_url=f"{self.url}/{pool_id}/.well-known/jwks.json",
        )


FIVE_MINUTES: Final = int(timedelta(minutes=5).total_seconds())
