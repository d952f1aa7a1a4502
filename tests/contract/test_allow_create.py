"""The function's memory and the command that forgets are about the same user in the same table."""

import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from moto import mock_aws

from authcore.adapters.coordination.dynamodb.table import dynamodb_client
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from contract.test_trigger_time_table import NOBODY, WRITTEN
from support.gate import AMPLE
from support.scripted_server import HANG_UP, ScriptedServer
from support.unhurried import account_linking
from unit.trigger_world import EXTERNAL, POOL_ID, SUBJECT, trigger_event


API_KEY: Final = "canary-key"
EVENT: Final = trigger_event("PostAuthentication_Authentication", EXTERNAL)


@pytest.fixture(name="table")
def _table(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client: Any = dynamodb_client(region="eu-west-1", within=AMPLE)
        client.create_table(
            TableName="links",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield "links"


def test_whom_the_audit_log_names_is_linked_after_a_person_has_looked(table: str) -> None:
    # AL-07, AL-08
    def loses_creates(asked: bytes) -> Iterable[bytes]:
        return [NOBODY if b"/match " in asked else HANG_UP]

    legacy = LegacySystem((), API_KEY, mode="none")
    with (
        ScriptedServer(loses_creates) as unlucky,
        LoopbackServer(legacy.app) as lucky,
        ScriptedServer(lambda _: [WRITTEN]) as cognito,
    ):
        for url, reason in (
            (unlucky.url, "legacy_unavailable"),
            (unlucky.url, "link_blind_retry"),
            (lucky.url, "link_blind_retry"),
        ):
            last = signed_in(url, cognito.url, table)
            assert last.reason == reason
        assert allow_create(table, last.subject or "") == 0
        assert signed_in(lucky.url, cognito.url, table).action == "account_linking.created"

    assert [account.cognito_id for account in legacy.accounts()] == [SUBJECT]


def settings(table: str) -> dict[str, str]:
    return {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_LINKING_CREATION": "once",
        "AUTHCORE_LINKING_TABLE": table,
    }


def signed_in(legacy: str, cognito: str, table: str) -> AuditEvent:
    """What the audit log says of a sign-in."""
    audit = InMemoryAuditLog()
    http = HttpClient(within=AMPLE, max_bytes=MAX_LINK_ANSWER_BYTES)
    variables = {
        **settings(table),
        "AUTHCORE_COGNITO_ENDPOINT_URL": cognito,
        "AUTHCORE_LEGACY_URL": legacy,
        "AUTHCORE_LEGACY_API_KEY": API_KEY,
        "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
    }
    with closing(http):
        account_linking(variables, audit=audit, http=http)(EVENT)
    return audit.events[-1]


def allow_create(table: str, subject: str) -> int:
    variables = {
        **settings(table),
        "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
        "AUTHCORE_COGNITO_CLIENT_ID": "client",
    }
    streams = (io.StringIO(), io.StringIO(), io.StringIO())
    return run(["links", "allow-create", subject], CommandContext(variables, *streams))
