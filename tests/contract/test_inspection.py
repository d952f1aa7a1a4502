"""Readers of a deployment: in memory, and at the local Cognito, moto and a loopback server."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from authcore.adapters.aws import aws_client
from authcore.adapters.inspection.functions import LambdaFunctionInspection
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.inspection.queues import SqsQueueInspection
from authcore.adapters.inspection.sites import HttpSiteInspection
from authcore.adapters.inspection.tables import DynamoDbTableInspection
from authcore.adapters.system import SystemClock
from authcore.domain.errors import ProviderMisconfiguredError, ProviderUnavailableError
from authcore.domain.model.surroundings import (
    POOL_ID,
    FunctionSettings,
    Permission,
    SiteAnswer,
    TableSettings,
)
from authcore.domain.model.urls import ServiceUrl
from authcore.testing.contracts.inspection import (
    FunctionInspectionContract,
    PoolInspectionContract,
    QueueInspectionContract,
    SiteInspectionContract,
    TableInspectionContract,
)
from authcore.testing.fakes.inspection import (
    InMemoryFunctionInspection,
    InMemoryPoolInspection,
    InMemoryQueueInspection,
    InMemorySiteInspection,
    InMemoryTableInspection,
)
from authcore.testing.fakes.system import FrozenClock
from authcore_lambda import user_migration
from authcore_local.cognito import LocalCognito
from authcore_local.cognito.lambda_triggers.triggers import Triggers
from authcore_local.servers import LoopbackServer
from support.cognito_pools import OnLocalCognito, Pool
from support.dynamodb_table import OnMotoTable, Table
from support.gate import AMPLE
from support.scripted_server import SILENCE, ScriptedServer, answer


ARN = "arn:aws:lambda:eu-west-1:123456789012:function:user-migration"
UNREADABLE_DATES = ["", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT", "\xff"]
BEYOND_THE_LAST_YEAR = "Fri, 31 Dec 9999 23:59:59 -2359"
POOL_ARN = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Contract1"


class TestInMemoryPoolInspection(PoolInspectionContract):
    @pytest.fixture
    def inspection(self) -> InMemoryPoolInspection:
        return InMemoryPoolInspection()

    @pytest.fixture
    def domain_name(self) -> str:
        return "127.0.0.1"

    @pytest.fixture
    def outage(self, inspection: InMemoryPoolInspection) -> Callable[[], None]:
        return lambda: setattr(inspection, "is_available", False)


class TestCognitoPoolInspection(OnLocalCognito, PoolInspectionContract):
    @pytest.fixture(scope="class")
    @classmethod
    def firewall(cls, url: ServiceUrl) -> Any:
        return aws_client("wafv2", region="eu-west-1", endpoint_url=url, within=AMPLE)

    @pytest.fixture
    def inspection(self, pool: Pool, firewall: Any) -> CognitoPoolInspection:
        return CognitoPoolInspection(client=pool.client, firewall=firewall, user_pool_id=pool.id)

    def test_app_clients_and_providers_are_described_at_a_pace(
        self, pool: Pool, firewall: Any
    ) -> None:
        turns: list[str] = []
        inspection = CognitoPoolInspection(
            client=pool.client,
            firewall=firewall,
            user_pool_id=pool.id,
            pace=lambda: turns.append("turn"),
        )

        described = (*inspection.clients(), *inspection.providers())

        assert len(turns) == len(described) > 1

    @pytest.fixture
    def domain_name(self) -> str:
        return "127.0.0.1"

    @pytest.mark.parametrize(
        "member", ["SchemaAttributes", "LambdaConfig", "AliasAttributes", "MfaConfiguration"]
    )
    def test_garbage_in_any_member_is_no_answer(
        self, inspection: CognitoPoolInspection, local: LocalCognito, member: str
    ) -> None:
        local.revisions["DescribeUserPool"] = lambda found: {
            "UserPool": {**found["UserPool"], member: 7}
        }

        with pytest.raises(ProviderUnavailableError):
            inspection.pool()

    def test_a_client_with_too_many_neighbours_is_not_read(
        self, inspection: CognitoPoolInspection, local: LocalCognito
    ) -> None:
        local.revisions["ListUserPoolClients"] = lambda _: {
            "UserPoolClients": [],
            "NextToken": "more",
        }

        with pytest.raises(ProviderUnavailableError) as raised:
            inspection.clients()

        assert raised.value.detail == "too many"


class TestInMemoryFunctionInspection(FunctionInspectionContract):
    @pytest.fixture
    def inspection(self) -> InMemoryFunctionInspection:
        made = InMemoryFunctionInspection()
        made.functions[ARN] = FunctionSettings(
            handler="authcore_lambda.user_migration.handler",
            timeout=timedelta(seconds=5),
            state="Active",
            update="Successful",
            role="",
            variables={POOL_ID: "eu-west-1_Contract1"},
            permissions=(Permission(source_arns=(POOL_ARN,)),),
        )
        return made

    @pytest.fixture
    def arn(self) -> str:
        return ARN

    @pytest.fixture
    def outage(self, inspection: InMemoryFunctionInspection) -> Callable[[], None]:
        return lambda: setattr(inspection, "is_available", False)


class TestLambdaFunctionInspection(OnLocalCognito, FunctionInspectionContract):
    @pytest.fixture(scope="class")
    @classmethod
    def lambdas(cls, url: ServiceUrl) -> Any:
        return aws_client("lambda", region="eu-west-1", endpoint_url=url, within=AMPLE)

    @pytest.fixture
    def inspection(self, lambdas: Any, attached: None) -> LambdaFunctionInspection:
        return LambdaFunctionInspection(lambdas)

    @pytest.fixture
    def attached(self, local: LocalCognito) -> None:
        def handler(event: Any, _context: Any) -> Any:
            return event

        handler.__module__ = user_migration.__name__
        local.functions.triggers = Triggers(user_migration=handler)

    @pytest.fixture
    def arn(self) -> str:
        return ARN

    @pytest.mark.parametrize(
        ("statement", "admits"),
        [
            ({"Condition": {"ArnLike": {"AWS:SourceArn": POOL_ARN}}}, True),
            ({"Condition": {"ArnLike": {"aws:SourceArn": [POOL_ARN[:-1] + "*"]}}}, True),
            ({"Condition": {"StringEquals": {"AWS:SourceArn": POOL_ARN + "2"}}}, False),
            ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
            ({"Condition": {"StringEquals": {"AWS:SourceArn": POOL_ARN[:-1] + "*"}}}, False),
            ({"Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}}, True),
            ({"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}}, False),
            (
                {
                    "Condition": {
                        "ArnLike": {"AWS:SourceArn": POOL_ARN},
                        "StringEquals": {"AWS:SourceAccount": "210987654321"},
                    }
                },
                False,
            ),
            ({"Effect": "Deny"}, False),
            ({"Action": "lambda:GetFunction"}, False),
            ({"Action": ["lambda:*"]}, True),
            ({"Principal": {"Service": "s3.amazonaws.com"}}, False),
            ({"Principal": "*"}, True),
            ({}, True),
        ],
    )
    def test_a_policy_is_read_as_lambda_reads_it(
        self,
        inspection: LambdaFunctionInspection,
        local: LocalCognito,
        statement: dict[str, Any],
        admits: bool,
    ) -> None:
        whole = {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            **statement,
        }
        local.revisions["GetPolicy"] = lambda _: {"Policy": json.dumps({"Statement": [whole]})}

        found = inspection.function(ARN)

        assert found is not None
        assert any(each.admits(POOL_ARN) for each in found.permissions) == admits

    @pytest.mark.parametrize("policy", ["", "[]", "{", '{"Statement": 7}', "[" * 100_000])
    def test_a_broken_policy_is_no_answer(
        self, inspection: LambdaFunctionInspection, local: LocalCognito, policy: str
    ) -> None:
        local.revisions["GetPolicy"] = lambda _: {"Policy": policy}

        with pytest.raises(ProviderUnavailableError):
            inspection.function(ARN)


class TestInMemoryTableInspection(TableInspectionContract):
    @pytest.fixture
    def inspection(self) -> InMemoryTableInspection:
        made = InMemoryTableInspection()
        made.tables["coordination"] = TableSettings(
            status="ACTIVE", keys={"pk": "HASH"}, key_types={"pk": "S"}, ttl_attribute="expires"
        )
        return made

    @pytest.fixture
    def name(self) -> str:
        return "coordination"

    @pytest.fixture
    def outage(self, inspection: InMemoryTableInspection) -> Callable[[], None]:
        return lambda: setattr(inspection, "is_available", False)


class TestDynamoDbTableInspection(OnMotoTable, TableInspectionContract):
    @pytest.fixture
    def inspection(self, moto: Any, table: Table) -> DynamoDbTableInspection:
        moto.update_time_to_live(
            TableName="coordination",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
        )
        return DynamoDbTableInspection(moto)

    @pytest.fixture
    def name(self) -> str:
        return "coordination"

    @pytest.fixture
    def outage(self, inspection: DynamoDbTableInspection) -> Callable[[], None]:
        """Garbage in the answers: moto cannot be unplugged, and a dropped table is an answer."""

        class Garbage:
            def describe_table(self, **_: object) -> object:
                return {"Table": []}

        return lambda: setattr(inspection, "_client", Garbage())


class TestInMemoryQueueInspection(QueueInspectionContract):
    @pytest.fixture
    def inspection(self, url: str, empty_url: str) -> InMemoryQueueInspection:
        made = InMemoryQueueInspection()
        made.depths = {url: 3, empty_url: 0}
        return made

    @pytest.fixture
    def url(self) -> str:
        return "https://sqs.eu-west-1.amazonaws.com/123456789012/full"

    @pytest.fixture
    def empty_url(self) -> str:
        return "https://sqs.eu-west-1.amazonaws.com/123456789012/empty"

    @pytest.fixture
    def outage(self, inspection: InMemoryQueueInspection) -> Callable[[], None]:
        return lambda: setattr(inspection, "is_available", False)


class TestSqsQueueInspection(QueueInspectionContract):
    @pytest.fixture(scope="class")
    @classmethod
    def moto(cls) -> Iterator[Any]:
        with mock_aws():
            yield aws_client("sqs", region="eu-west-1", within=AMPLE)

    @pytest.fixture
    def inspection(self, moto: Any) -> SqsQueueInspection:
        return SqsQueueInspection(moto)

    @pytest.fixture(scope="class")
    @classmethod
    def url(cls, moto: Any) -> str:
        made: str = moto.create_queue(QueueName="full")["QueueUrl"]
        for each in range(3):
            moto.send_message(QueueUrl=made, MessageBody=f"message {each}")
        moto.receive_message(QueueUrl=made, MaxNumberOfMessages=1)
        return made

    @pytest.fixture(scope="class")
    @classmethod
    def empty_url(cls, moto: Any) -> str:
        made: str = moto.create_queue(QueueName="empty")["QueueUrl"]
        return made

    @pytest.fixture
    def outage(self, inspection: SqsQueueInspection) -> Callable[[], None]:
        class Garbage:
            def get_queue_attributes(self, **_: object) -> object:
                return {"Attributes": []}

        return lambda: setattr(inspection, "_client", Garbage())

    @pytest.mark.parametrize("answer", [{}, {"ApproximateNumberOfMessages": "0"}, {"x": "many"}])
    def test_a_queue_that_is_not_counted_is_not_empty(self, answer: dict[str, str]) -> None:
        class Uncounted:
            def get_queue_attributes(self, **_: object) -> object:
                headers = {"content-type": "application/x-amz-json-1.0"}
                return {"Attributes": answer, "ResponseMetadata": {"HTTPHeaders": headers}}

        with pytest.raises(ProviderUnavailableError, match="did not count"):
            SqsQueueInspection(Uncounted()).depth("https://sqs.example/letters")


class TestInMemorySiteInspection(SiteInspectionContract):
    @pytest.fixture
    def inspection(self, url: str) -> InMemorySiteInspection:
        made, now = InMemorySiteInspection(), FrozenClock().now()
        made.answers[url] = SiteAnswer(
            status=302,
            headers={"location": "https://elsewhere.example/"},
            body=b"no",
            asked_at=now,
            answered_at=now,
            dated=now,
        )
        return made

    @pytest.fixture
    def url(self) -> str:
        return "https://site.example/"

    @pytest.fixture
    def silent_url(self) -> str:
        return "https://silent.example/"


class TestHttpSiteInspection(SiteInspectionContract):
    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[LoopbackServer]:
        async def site(scope: Scope, receive: Receive, send: Send) -> None:
            hosts = dict(scope["headers"])[b"host"].decode()
            headers = {"location": "https://elsewhere.example/", "x-host": hosts}
            await PlainTextResponse("no", 302, headers)(scope, receive, send)

        with LoopbackServer(site) as server:
            yield server

    @pytest.fixture
    def inspection(self) -> Iterator[HttpSiteInspection]:
        made = HttpSiteInspection(clock=SystemClock(), within=AMPLE, max_bytes=100)
        yield made
        made.close()

    @pytest.fixture
    def url(self, server: LoopbackServer) -> str:
        return f"{server.url}/"

    @pytest.fixture
    def silent_url(self) -> str:
        with ScriptedServer(lambda _: SILENCE) as closed:
            return closed.url

    @pytest.mark.parametrize("ending", ["", "/", "/path?query=http://other.localhost/"])
    def test_a_name_below_localhost_is_this_machine(
        self, inspection: HttpSiteInspection, server: LoopbackServer, ending: str
    ) -> None:
        host = f"cms.authcore.localhost:{server.port}"

        assert inspection.look(f"http://{host}{ending}").header("x-host") == host

    @pytest.mark.parametrize(
        "script",
        [
            [b"SSH-2.0-OpenSSH\r\n\r\n"],
            [b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"],
            [answer(200, b"x" * 101)],
        ],
    )
    def test_what_is_no_answer_within_the_limits_is_none(
        self, inspection: HttpSiteInspection, script: Any
    ) -> None:
        with (
            ScriptedServer(lambda _: script) as hostile,
            pytest.raises(ProviderUnavailableError),
        ):
            inspection.look(hostile.url)

    @pytest.mark.parametrize("date", [*UNREADABLE_DATES, BEYOND_THE_LAST_YEAR])
    def test_a_date_that_cannot_be_read_is_none(
        self, inspection: HttpSiteInspection, date: str
    ) -> None:
        head = f"HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: 0\r\n\r\n".encode("latin-1")
        with ScriptedServer(lambda _: [head]) as server:
            assert inspection.look(server.url).dated is None


def test_a_permission_that_is_missing_is_told_apart_from_an_outage() -> None:
    refusal = answer(
        400,
        b'{"__type":"AccessDeniedException","message":"canary"}',
        media_type="application/x-amz-json-1.1",
    )
    with ScriptedServer(lambda _: [refusal]) as server:
        client = aws_client(
            "cognito-idp", region="eu-west-1", endpoint_url=server.url, within=AMPLE
        )
        inspection = CognitoPoolInspection(
            client=client, firewall=client, user_pool_id="eu-west-1_Ab12Cd34"
        )
        with pytest.raises(ProviderMisconfiguredError) as raised:
            inspection.pool()

    assert raised.value.detail == "AccessDeniedException"
    assert "canary" not in str(raised.value)
