"""Issuers of machine tokens: in memory, and Cognito's token endpoint."""

import base64
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import pytest

import authcore
from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoMachineTokenIssuer
from authcore.adapters.http import HttpClient
from authcore.domain.errors import (
    AuthcoreError,
    ClaimRejectedError,
    ClientMisconfiguredError,
    ProviderUnavailableError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MachineToken
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.ports.client_secrets import ClientSecrets
from authcore.testing.contracts.machine_tokens import SCOPES, MachineTokenIssuerContract
from authcore.testing.fakes.client_secrets import InMemoryClientSecrets
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryMachineTokenIssuer
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, MachineClient
from support.cognito_pools import PATIENCE, AppClient, OnLocalCognito
from support.scripted_server import HANG_UP, ScriptedServer, answer


PROGRAM: Final = MachineClient(
    client_id="program", client_secrets=("canary-old", "canary-new+x"), scopes=SCOPES
)
OLD, NEW = PROGRAM.client_secrets
BODY: Final = b'{"access_token":"canary-access","token_type":"Bearer","expires_in":3600}'


class TestInMemoryMachineTokenIssuer(MachineTokenIssuerContract):
    @pytest.fixture
    def issuer(self) -> InMemoryMachineTokenIssuer:
        return InMemoryMachineTokenIssuer(*SCOPES)

    @pytest.fixture
    def wrong_secret(self) -> InMemoryMachineTokenIssuer:
        refused = InMemoryMachineTokenIssuer(*SCOPES)
        refused.knows_client = False
        return refused

    @pytest.fixture
    def outage(self, issuer: InMemoryMachineTokenIssuer) -> Callable[[], None]:
        def begin() -> None:
            issuer.available = False

        return begin


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=PATIENCE, max_bytes=MAX_ANSWER_BYTES)
    yield client
    client.close()


def _issuer(
    http: HttpClient, url: str, client_secret: str | ClientSecrets = OLD, client_id: str = "program"
) -> CognitoMachineTokenIssuer:
    return CognitoMachineTokenIssuer(
        http=http,
        token_url=service_url(f"{url}/oauth2/token"),
        client_id=client_id,
        client_secret=client_secret,
    )


class TestCognitoMachineTokenIssuerOnLocalCognito(OnLocalCognito, MachineTokenIssuerContract):
    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        return {"machine_clients": (PROGRAM,)}

    @pytest.fixture
    def issuer(
        self, http: HttpClient, url: ServiceUrl, local: LocalCognito
    ) -> CognitoMachineTokenIssuer:
        return _issuer(http, url)

    @pytest.fixture
    def wrong_secret(
        self, http: HttpClient, url: ServiceUrl, local: LocalCognito
    ) -> CognitoMachineTokenIssuer:
        return _issuer(http, url, "canary-another")

    def test_the_app_client_of_users_has_not_this_grant(
        self, http: HttpClient, url: ServiceUrl, local: LocalCognito, app_client: AppClient
    ) -> None:
        with pytest.raises(ClientMisconfiguredError) as refused:
            _issuer(http, url, app_client.secret, app_client.id).issue(())
        assert refused.value.detail == "unauthorized_client"

    def test_both_of_two_secrets_are_tried(
        self, http: HttpClient, url: ServiceUrl, local: LocalCognito
    ) -> None:
        secrets = InMemoryClientSecrets("canary-replaced", NEW)

        assert _issuer(http, url, secrets).issue(()).access_token
        assert secrets.reported == [("canary-replaced", False), (NEW, True)]

    def test_a_validator_accepts_the_token_as_an_access_token_only(
        self, issuer: CognitoMachineTokenIssuer, local: LocalCognito, mint: TokenMint
    ) -> None:
        validator = authcore.token_validator(
            user_pool_id="eu-west-1_Contract1",
            client_id=["program", "contract"],
            issuer="http://127.0.0.1:8402/contract",
            jwks=mint.jwks(),
            required_scopes=SCOPES[:1],
            clock=FrozenClock(),
        )
        token = issuer.issue(SCOPES[:1]).access_token

        claims = validator.verify_access_token(token)
        assert (claims.username, claims.subject, claims.client_id) == (None, "program", "program")
        assert claims.is_machine
        assert claims.scopes == {SCOPES[0]}
        with pytest.raises(ClaimRejectedError) as refused:
            validator.verify_id_token(token)
        assert refused.value.claim == "token_use"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: [answer(body=BODY)]) as server:
        yield server


def _answer(server: ScriptedServer, http: HttpClient, *pieces: bytes) -> MachineToken:
    server.script = lambda _request: [*pieces]
    server.requests.clear()
    return _issuer(http, server.url).issue(SCOPES[::-1])


def test_the_request_is_that_of_rfc_6749(server: ScriptedServer, http: HttpClient) -> None:
    """RFC 6749 §4.4.2; the secret is in the Authorization header only (SP-11)."""
    _answer(server, http, answer(body=BODY))

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth2/token HTTP/1.1\r\n")
    basic = base64.b64encode(f"program:{OLD}".encode())
    assert b": Basic " + basic + b"\r\n" in head + b"\r\n"
    assert OLD.encode() not in server.requests[0]
    assert parse_qsl(body.decode(), strict_parsing=True) == [
        ("grant_type", "client_credentials"),
        ("scope", " ".join(SCOPES)),
    ]


REFUSED: Final = [
    (answer(400, b'{"error":"invalid_scope"}'), ScopeRejectedError, "invalid_scope"),
    (answer(400, b'{"error":"invalid_grant"}'), ScopeRejectedError, "invalid_grant"),
    (answer(401, b'{"error":"invalid_client"}'), ClientMisconfiguredError, "invalid_client"),
    (
        answer(400, b'{"error":"unauthorized_client"}'),
        ClientMisconfiguredError,
        "unauthorized_client",
    ),
    (answer(400, b'{"error":"invalid_request"}'), ProviderUnavailableError, "invalid_request"),
    (answer(429, b'{"error":"invalid_client"}'), ProviderUnavailableError, "invalid_client"),
    (answer(500, b'{"error":"invalid_scope"}'), ProviderUnavailableError, "invalid_scope"),
    (answer(200, b'{"access_token":"canary-access"}'), ProviderUnavailableError, "HTTP 200"),
    (answer(200, BODY.replace(b"3600", b"0")), ProviderUnavailableError, "HTTP 200"),
    (answer(200, BODY.replace(b"3600", b"true")), ProviderUnavailableError, "HTTP 200"),
    (answer(200, BODY.replace(b"Bearer", b"mac")), ProviderUnavailableError, "HTTP 200"),
    (answer(200, BODY.replace(b"canary", b"can ary")), ProviderUnavailableError, "HTTP 200"),
    (HANG_UP, ProviderUnavailableError, "read broken"),
]


@pytest.mark.parametrize(("piece", "error", "detail"), REFUSED)
def test_every_answer_is_a_token_or_an_error_of_its_kind_without_secrets(
    server: ScriptedServer, http: HttpClient, piece: bytes, error: type[AuthcoreError], detail: str
) -> None:
    # DL-03, SP-11
    with pytest.raises(error) as raised:
        _answer(server, http, piece)

    assert type(raised.value) is error
    assert raised.value.detail == detail
    shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert not [secret for secret in (OLD, "canary-access", SCOPES[0]) if secret in shown]


def test_a_lifetime_beyond_a_day_counts_as_a_day(server: ScriptedServer, http: HttpClient) -> None:
    endless = _answer(server, http, answer(body=BODY.replace(b"3600", b"9" * 400)))
    assert endless.lifetime.total_seconds() == 86_400
