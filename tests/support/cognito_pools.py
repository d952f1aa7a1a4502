"""Cognito pools for the contract suites: moto's, and the local Cognito's over a socket."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from joserfc import jwk
from moto import mock_aws
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.testing.contracts.user_directory import Enrol, Federate
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, PoolConfig, Triggers
from authcore_local.cognito.idp_api.authentication import secret_hash
from authcore_local.cognito.user_pool.identities import Identity
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

REGION: Final = "eu-west-1"
PATIENCE: Final = AMPLE
PASSWORD: Final = "canary-Password-1"


class _KeysOfMoto:
    """Every pool of moto's reads and checks the same RSA key, for an eighth of a second."""

    class RSAKey:
        """In the place of joserfc's."""

        @classmethod
        def import_key(cls, value: object) -> object:
            return _imported(json.dumps(value))


@cache
def _imported(value: str) -> object:
    return jwk.RSAKey.import_key(json.loads(value))


@attrs.frozen
class AppClient:
    """An app client of a pool."""

    id: str
    secret: str


@attrs.frozen
class Pool:
    """A user pool, and the administrator's way into it."""

    client: "CognitoIdentityProviderClient"
    id: str

    def with_password(self, username: str) -> None:
        """Let a user sign in with PASSWORD; makes one where there is none."""
        known = self.client.list_users(UserPoolId=self.id, Filter=f'username = "{username}"')
        if not known["Users"]:
            self.enrol(username, {})
            self.client.admin_set_user_password(
                UserPoolId=self.id, Username=username, Password=PASSWORD, Permanent=True
            )

    def sign_in(self, username: str, app_client: AppClient) -> TokenSet:
        """The tokens of a new sign-in with PASSWORD, over the API."""
        answered = self.client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=app_client.id,
            AuthParameters={
                "USERNAME": username,
                "PASSWORD": PASSWORD,
                "SECRET_HASH": secret_hash(app_client.secret, f"{username}{app_client.id}"),
            },
        )
        result = answered["AuthenticationResult"]
        return TokenSet(
            result["AccessToken"], result["IdToken"], RefreshToken(result["RefreshToken"])
        )

    def opens(self, username: str, password: str, app_client: AppClient) -> bool:
        """Whether a user may sign in with *password*, over the API."""
        try:
            self.client.initiate_auth(
                AuthFlow="USER_PASSWORD_AUTH",
                ClientId=app_client.id,
                AuthParameters={
                    "USERNAME": username,
                    "PASSWORD": password,
                    "SECRET_HASH": secret_hash(app_client.secret, f"{username}{app_client.id}"),
                },
            )
        except self.client.exceptions.NotAuthorizedException:
            return False
        return True

    def honours(self, refresh_token: str, username: str, app_client: AppClient) -> bool:
        """Whether the refresh token of that user still buys tokens; not for rotating clients."""
        try:
            self.client.initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=app_client.id,
                AuthParameters={
                    "REFRESH_TOKEN": refresh_token,
                    "SECRET_HASH": secret_hash(app_client.secret, f"{username}{app_client.id}"),
                },
            )
        except self.client.exceptions.NotAuthorizedException:
            return False
        return True

    def enrol(self, username: str, attributes: Mapping[str, str]) -> str:
        created = self.client.admin_create_user(
            UserPoolId=self.id,
            Username=username,
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            MessageAction="SUPPRESS",
        )
        listed = created["User"]["Attributes"]
        return next(each["Value"] for each in listed if each["Name"] == "sub")

    def disable(self, username: str) -> None:
        self.client.admin_disable_user(UserPoolId=self.id, Username=username)

    def attributes(self, username: str) -> Mapping[str, str]:
        found = self.client.admin_get_user(UserPoolId=self.id, Username=username)
        return {each["Name"]: each["Value"] for each in found["UserAttributes"]}


class OnMoto:
    """A new pool of moto's for every test."""

    @pytest.fixture(scope="class")
    @classmethod
    def client(cls) -> "Iterator[CognitoIdentityProviderClient]":
        with pytest.MonkeyPatch.context() as environment, mock_aws():
            environment.setenv("AWS_ACCESS_KEY_ID", "testing")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
            environment.setattr("moto.cognitoidp.models.jwk", _KeysOfMoto)
            yield cognito_client(region=REGION, within=PATIENCE)

    @pytest.fixture
    def app_client(self, pool: Pool) -> AppClient:
        created = pool.client.create_user_pool_client(
            UserPoolId=pool.id,
            ClientName="contract",
            GenerateSecret=True,
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]
        return AppClient(created["ClientId"], created["ClientSecret"])

    @pytest.fixture
    def pool(self, client: "CognitoIdentityProviderClient") -> Pool:
        created = client.create_user_pool(
            PoolName="contract",
            Schema=[
                {"Name": name, "AttributeDataType": "String", "Mutable": True}
                for name in ("legacy_uid", "legacy_linked")
            ],
        )
        return Pool(client, created["UserPool"]["Id"])

    @pytest.fixture
    def enrol(self, pool: Pool) -> Enrol:
        return pool.enrol

    @pytest.fixture
    def federate(self) -> Federate:
        def sign_in(_identity: ExternalIdentity, _attributes: Mapping[str, str]) -> None:
            raise NotImplementedError("moto has no federated users")

        return sign_in

    @pytest.fixture
    def disable(self, pool: Pool) -> Callable[[str], None]:
        return pool.disable

    @pytest.fixture
    def outage(self, pool: Pool) -> Callable[[], None]:
        """The pool is gone: moto cannot be unplugged, and this is no answer about users either."""

        def begin() -> None:
            pool.client.delete_user_pool(UserPoolId=pool.id)

        return begin


class Exchangeable:
    """An ASGI app behind which every test puts a pool of its own; servers and clients stay."""

    def __init__(self) -> None:
        self.app: ASGIApp = PlainTextResponse(status_code=503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class OnLocalCognito:
    """A new pool of the local Cognito's for every test, behind one socket."""

    @pytest.fixture(scope="class")
    @classmethod
    def behind(cls) -> Exchangeable:
        return Exchangeable()

    @pytest.fixture(scope="class")
    @classmethod
    def url(cls, behind: Exchangeable) -> Iterator[ServiceUrl]:
        with LoopbackServer(behind) as server:
            yield service_url(server.url)

    @pytest.fixture(scope="class")
    @classmethod
    def client(cls, url: ServiceUrl) -> "CognitoIdentityProviderClient":
        return cognito_client(region=REGION, endpoint_url=url, within=PATIENCE)

    @pytest.fixture(scope="class")
    @classmethod
    def unsigned(cls, url: ServiceUrl) -> "CognitoIdentityProviderClient":
        return unsigned_cognito_client(region=REGION, endpoint_url=url, within=PATIENCE)

    @pytest.fixture(scope="class")
    @classmethod
    def mint(cls) -> TokenMint:
        """Its RSA keys take longer than any test here."""
        return TokenMint()

    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        """How the pool differs from a usual one."""
        return {}

    @pytest.fixture
    def app_client(self) -> AppClient:
        return AppClient("contract", "canary-secret-0123456789abc")

    @pytest.fixture
    def local(
        self,
        behind: Exchangeable,
        mint: TokenMint,
        app_client: AppClient,
        options: Mapping[str, Any],
    ) -> LocalCognito:
        config = PoolConfig(
            region=REGION,
            pool_id=f"{REGION}_Contract1",
            domain="http://127.0.0.1:8402",
            client_id=app_client.id,
            client_secrets=(app_client.secret,),
            callback_urls=("http://127.0.0.1:8401/callback",),
            **{"issuer": "http://127.0.0.1:8402/contract", **options},
        )
        local = LocalCognito(
            config,
            clock=FrozenClock(),
            entropy=ScriptedEntropy(),
            mint=mint,
            triggers=Triggers(),
        )
        behind.app = local.app
        return local

    @pytest.fixture
    def pool(self, client: "CognitoIdentityProviderClient", local: LocalCognito) -> Pool:
        return Pool(client, f"{REGION}_Contract1")

    @pytest.fixture
    def enrol(self, local: LocalCognito) -> Enrol:
        def create(username: str, attributes: Mapping[str, str]) -> str:
            user = local.users.create(username, None, status="CONFIRMED", attributes=attributes)
            return user.subject

        return create

    @pytest.fixture
    def federate(self, local: LocalCognito) -> Federate:
        def sign_in(identity: ExternalIdentity, attributes: Mapping[str, str]) -> None:
            held = Identity(
                identity.provider_name,
                identity.user_id,
                primary=True,
                created_at=FrozenClock().now(),
            )
            local.users.create(
                f"{identity.provider_name}_{identity.user_id}",
                None,
                status="EXTERNAL_PROVIDER",
                attributes=attributes,
                identities=(held,),
            )

        return sign_in

    @pytest.fixture
    def disable(self, pool: Pool) -> Callable[[str], None]:
        return pool.disable

    @pytest.fixture
    def outage(self, behind: Exchangeable, local: LocalCognito) -> Callable[[], None]:
        def begin() -> None:
            behind.app = PlainTextResponse(status_code=503)

        return begin
