"""An AWS account in this process: a pool, a table and secrets, beside a legacy system."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any, Final

import attrs
import botocore.session
import pytest
from moto import mock_aws

from authcore.adapters.http import HttpClient
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID, MOVED_TO
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, PoolConfig, SchemaAttribute, Triggers
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE
from support.recorded_calls import OLD_POOL_ID


REGION: Final = "eu-west-1"
POOL_ID: Final = f"{REGION}_Ab12Cd34E"
TABLE_NAME: Final = "authcore"
CLIENT_SECRET: Final = "canary-client-secret-0123456789"
PASSWORD: Final = "canary-Password-1"
KEY: Final = base64.b64encode(bytes(range(32))).decode()
PROOFS: Final = LinkProofs((bytes(range(32)),), POOL_ID)
API_KEY: Final = "canary-api-key"
MAX_BYTES: Final = 1_000_000

SEEDS: Final = tuple(
    SeedUser(name, "", f"{name}@example.org", True, name.title(), str(uid))
    for uid, name in enumerate(("anna", "bob", "carl", "dora", "emma", "finn", "gina"), 1)
)


@attrs.frozen(kw_only=True)
class Account:
    """
    What doors call.

    Attributes:
        pool: The user pool.
        old_pool: A pool that users move from.
        legacy: The legacy system, with the users of SEEDS: anna is 1, bob is 2 and so on.
        variables: Where both are, for every door.
        http: For calls to the legacy system.
        mint: Of the pool's tokens.
    """

    pool: LocalCognito
    old_pool: LocalCognito
    legacy: LegacySystem
    variables: Mapping[str, str]
    http: HttpClient
    mint: TokenMint
    old_pool_url: str

    def enrol(self, name: str, **attributes: str) -> str:
        """Create a confirmed user with a verified address, and return the ``sub``."""
        given = {"email": f"{name}@example.org", "email_verified": "true", "name": name.title()}
        user = self.pool.users.create(
            name, PASSWORD, status="CONFIRMED", attributes=given | attributes
        )
        return user.subject

    def from_old_pool(self) -> Mapping[str, str]:
        """Give the variables of a move from the old pool, its secret in Secrets Manager."""
        members = {
            "userPoolId": OLD_POOL_ID,
            "userPoolClientId": self.mint.client_id,
            "clientSecretValue": CLIENT_SECRET,
        }
        secret = {"AUTHCORE_OLD_POOL_CLIENT_SECRET": json.dumps(members)}
        return {
            **self.variables,
            **dict.fromkeys(("AUTHCORE_LEGACY_URL", "AUTHCORE_LEGACY_API_KEY"), ""),
            "AUTHCORE_OLD_POOL_USER_POOL_ID": OLD_POOL_ID,
            "AUTHCORE_OLD_POOL_CLIENT_ID": self.mint.client_id,
            "AUTHCORE_OLD_POOL_ENDPOINT_URL": self.old_pool_url,
            **self.with_secrets(**secret),
        }

    @property
    def table(self) -> Any:
        """A client whose calls are not recorded."""
        return _client("dynamodb")

    @property
    def managed_secret(self) -> str:
        """The secret of the app client as Cognito keeps it in Secrets Manager."""
        members = {
            "userPoolId": POOL_ID,
            "userPoolClientId": self.mint.client_id,
            "clientSecretValue": CLIENT_SECRET,
        }
        return json.dumps(members)

    def with_secrets(self, *names: str, **texts: str) -> Mapping[str, str]:
        """
        Put the values of variables into Secrets Manager.

        Args:
            names: Variables whose values they are.

            texts: Values by variable, where they are others.

        Returns:
            The variables, with ARNs instead of values.
        """
        given = {**{name: self.variables[name] for name in names}, **texts}
        return {
            **dict.fromkeys(given, ""),
            **{f"{name}_ARN": _secret(name, text) for name, text in given.items()},
        }


@contextmanager
def account() -> Iterator[Account]:
    """Serve an account until the block ends."""
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        stack.enter_context(mock_aws())
        stack.enter_context(_close_http_clients())
        _create_table()
        clock = FrozenClock()
        mint = TokenMint(clock=clock)
        pool, old_pool = (
            LocalCognito(
                _config(mint, pool_id),
                clock=clock,
                entropy=ScriptedEntropy(),
                mint=mint,
                triggers=Triggers(),
            )
            for pool_id in (POOL_ID, OLD_POOL_ID)
        )
        legacy = LegacySystem(SEEDS, API_KEY)
        pool_url = _serve(stack, pool)
        yield Account(
            pool=pool,
            old_pool=old_pool,
            old_pool_url=_serve(stack, old_pool),
            legacy=legacy,
            variables={
                "AUTHCORE_COGNITO_REGION": REGION,
                "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
                "AUTHCORE_COGNITO_CLIENT_ID": mint.client_id,
                "AUTHCORE_COGNITO_ENDPOINT_URL": pool_url,
                "AUTHCORE_COGNITO_ISSUER": mint.issuer,
                "AUTHCORE_COGNITO_JWKS_URL": f"{pool_url}/{POOL_ID}/.well-known/jwks.json",
                "AUTHCORE_LEGACY_URL": _serve(stack, legacy),
                "AUTHCORE_LEGACY_API_KEY": API_KEY,
                "AUTHCORE_LINK_PROOF_KEYS": KEY,
            },
            http=HttpClient(within=AMPLE, max_bytes=MAX_BYTES),
            mint=mint,
        )


@cache
def _client(service: str) -> Any:
    return botocore.session.Session().create_client(
        service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def _secret(name: str, text: str) -> str:
    client = _client("secretsmanager")
    with suppress(client.exceptions.ResourceExistsException):
        client.create_secret(Name=name, SecretString=text)
    arn: str = client.describe_secret(SecretId=name)["ARN"]
    return arn


def _serve(stack: ExitStack, system: LocalCognito | LegacySystem) -> str:
    return stack.enter_context(LoopbackServer(system.app)).url


@contextmanager
def _close_http_clients() -> Iterator[None]:
    """Close the clients that doors keep for as long as their process runs."""
    opened: list[HttpClient] = []
    make = HttpClient.__init__

    def keep(self: HttpClient, **given: Any) -> None:
        make(self, **given)
        opened.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpClient, "__init__", keep)
        yield
    for client in opened:
        client.close()


def _config(mint: TokenMint, pool_id: str) -> PoolConfig:
    return PoolConfig(
        region=REGION,
        pool_id=pool_id,
        issuer=mint.issuer,
        domain="http://127.0.0.1:8402",
        client_id=mint.client_id,
        client_secrets=(CLIENT_SECRET,),
        callback_urls=("http://127.0.0.1:8401/callback",),
        custom_attributes=tuple(map(SchemaAttribute, (LEGACY_UID, LEGACY_LINKED, MOVED_TO))),
    )


def _create_table() -> None:
    _client("dynamodb").create_table(
        TableName=TABLE_NAME,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
