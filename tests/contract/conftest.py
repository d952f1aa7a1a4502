"""A DynamoDB over a socket, which answers what a test tells it to; modules bring their scripts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from authcore.adapters.coordination.dynamodb.table import DynamoDbClient, dynamodb_client
from support.dynamodb_table import REGION
from support.gate import AMPLE
from support.scripted_server import SILENCE, ScriptedServer


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
