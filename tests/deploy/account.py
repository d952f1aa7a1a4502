"""An AWS account in this process: a pool, a table and secrets, beside a legacy system."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final

import attrs
import botocore.session
import pytest
from moto import mock_aws

from authcore.adapters.http import HttpClient
from authcore.domain.model.link_proofs import LinkProofs
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, PoolConfig, Triggers
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


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
    SeedUser(name, PASSWORD, f"{name}@example.org", True, name.title(), str(uid))
    for uid, name in enumerate(("anna", "bob", "carl", "dora", "emma", "finn", "gina"), 1)
)


@attrs.frozen(kw_only=True)
class Account:
    """
    What doors call.

    Attributes:
        pool: The user pool.
        legacy: The legacy system, with the users of SEEDS: anna is 1, bob is 2 and so on.
        variables: Where both are, for every door.
        http: For calls to the legacy system.
        mint: Of the pool's tokens.
    """

    pool: LocalCognito
    legacy: LegacySystem
    variables: Mapping[str, str]
    http: HttpClient
    mint: TokenMint

    def enrol(self, name: str, **attributes: str) -> str:
        """Create a confirmed user with a verified address, and return the ``sub``."""
        given = {"email": f"{name}@example.org", "email_verified": "true", "name": name.title()}
        user = self.pool.users.create(
            name, PASSWORD, status="CONFIRMED", attributes=given | attributes
        )
        return user.subject

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
        _create_table()
        clock = FrozenClock()
        mint = TokenMint(clock=clock)
        pool = LocalCognito(
            _config(mint),
            clock=clock,
            entropy=ScriptedEntropy(),
            mint=mint,
            triggers=Triggers(),
        )
        legacy = LegacySystem(SEEDS, API_KEY)
        yield Account(
            pool=pool,
            legacy=legacy,
            variables={
                "AUTHCORE_COGNITO_REGION": REGION,
                "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
                "AUTHCORE_COGNITO_CLIENT_ID": mint.client_id,
                "AUTHCORE_COGNITO_ENDPOINT_URL": _serve(stack, pool),
                "AUTHCORE_LEGACY_URL": _serve(stack, legacy),
                "AUTHCORE_LEGACY_API_KEY": API_KEY,
                "AUTHCORE_LINK_PROOF_KEYS": KEY,
            },
            http=stack.enter_context(_http()),
            mint=mint,
        )


def _secret(name: str, text: str) -> str:
    client: Any = botocore.session.get_session().create_client("secretsmanager", REGION)
    with suppress(client.exceptions.ResourceExistsException):
        client.create_secret(Name=name, SecretString=text)
    arn: str = client.describe_secret(SecretId=name)["ARN"]
    return arn


def _serve(stack: ExitStack, system: LocalCognito | LegacySystem) -> str:
    return stack.enter_context(LoopbackServer(system.app)).url


@contextmanager
def _http() -> Iterator[HttpClient]:
    http = HttpClient(within=AMPLE, max_bytes=MAX_BYTES)
    try:
        yield http
    finally:
        http.close()


def _config(mint: TokenMint) -> PoolConfig:
    return PoolConfig(
        region=REGION,
        pool_id=POOL_ID,
        issuer=mint.issuer,
        domain="http://127.0.0.1:8402",
        client_id=mint.client_id,
        client_secrets=(CLIENT_SECRET,),
        callback_urls=("http://127.0.0.1:8401/callback",),
    )


def _create_table() -> None:
    client: Any = botocore.session.get_session().create_client("dynamodb", REGION)
    client.create_table(
        TableName=TABLE_NAME,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
