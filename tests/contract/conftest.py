"""A DynamoDB and a Cognito over sockets, which answer what a test tells them to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.coordination.dynamodb.table import DynamoDbClient, dynamodb_client
from contract.password_wire import TOKENS, Wire, authenticator
from support.cognito_wire import says
from support.dynamodb_table import REGION
from support.gate import AMPLE
from support.scripted_server import SILENCE, ScriptedServer


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as server:
        yield server


@pytest.fixture(scope="module")
def client(dynamodb: ScriptedServer) -> DynamoDbClient:
    return dynamodb_client(region=REGION, endpoint_url=dynamodb.url, within=AMPLE)


@pytest.fixture(scope="module")
def impatient_client(dynamodb: ScriptedServer) -> DynamoDbClient:
    within = timedelta(seconds=0.15)
    return dynamodb_client(region=REGION, endpoint_url=dynamodb.url, within=within)


@pytest.fixture(scope="module")
def cognito_listening() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: says(200, TOKENS)) as server:
        yield server


@pytest.fixture(scope="module")
def wire_client(cognito_listening: ScriptedServer) -> "CognitoIdentityProviderClient":
    return unsigned_cognito_client(
        region="eu-west-1", endpoint_url=cognito_listening.url, within=AMPLE
    )


@pytest.fixture(scope="module")
def wire_admin(cognito_listening: ScriptedServer) -> "CognitoIdentityProviderClient":
    return cognito_client(region="eu-west-1", endpoint_url=cognito_listening.url, within=AMPLE)


@pytest.fixture
def wire(cognito_listening: ScriptedServer) -> Wire:
    return Wire(cognito_listening)


@pytest.fixture
def cognito(
    wire_client: "CognitoIdentityProviderClient", wire_admin: "CognitoIdentityProviderClient"
) -> CognitoPasswordAuthenticator:
    return authenticator(wire_client, admin=wire_admin)
