"""The command that ends sessions and the doors that check them read and write the same places."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.system import SystemClock
from authcore.testing.contracts.revocation import access_claims
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from support.cognito_pools import REGION, AppClient, OnMoto, Pool
from support.dynamodb_table import Table, empty_table, moto_client


LATER: Final = timedelta(minutes=5)


class TestEndingSessions(OnMoto):
    """With moto's Cognito and moto's DynamoDB."""

    @pytest.fixture
    def table(self) -> Iterator[Table]:
        with moto_client() as client, empty_table(client) as table:
            yield table

    def test_refresh_tokens_and_signed_tokens_of_the_user_end_and_nobody_elses(
        self, pool: Pool, app_client: AppClient, table: Table
    ) -> None:
        # RF-08
        pool.with_password("anna")
        pool.with_password("bob")
        annas, bobs = (
            str(pool.sign_in(name, app_client).refresh_token) for name in ("anna", "bob")
        )
        begun = SystemClock().now()

        status, said = end_sessions("anna", pool, app_client, table)

        assert status == 0
        assert "sessions of the old login" in said

        assert not pool.honours(annas, "anna", app_client)
        assert pool.honours(bobs, "bob", app_client)
        doors = DynamoDbRevocationList(client=table.raw, table=table.name, clock=SystemClock())
        for name, revoked in (("anna", True), ("bob", False)):
            subject = pool.attributes(name)["sub"]
            assert doors.is_revoked(access_claims(begun, subject=subject)) is revoked
            assert doors.is_user_revoked(subject) is revoked
            later = access_claims(begun + LATER, subject=subject)
            assert not doors.is_revoked(later)

    def test_without_the_table_it_is_not_done_though_cognito_goes_on_with_nothing(
        self, pool: Pool, app_client: AppClient, table: Table
    ) -> None:
        pool.with_password("anna")
        annas = pool.sign_in("anna", app_client).refresh_token
        table.drop()

        status, said = end_sessions("anna", pool, app_client, table)

        assert status == 3
        assert "coordination_misconfigured" in said
        assert not pool.honours(str(annas), "anna", app_client)


def end_sessions(username: str, pool: Pool, client: AppClient, table: Table) -> tuple[int, str]:
    variables = {
        "AUTHCORE_COGNITO_REGION": REGION,
        "AUTHCORE_COGNITO_USER_POOL_ID": pool.id,
        "AUTHCORE_COGNITO_CLIENT_ID": client.id,
        "AUTHCORE_REVOCATIONS_KEPT_IN": "table",
        "AUTHCORE_STORE_TABLE": table.name,
    }
    complaints = io.StringIO()
    streams = (io.StringIO(), io.StringIO(), complaints)
    return run(["sessions", "end", username], CommandContext(variables, *streams)), (
        complaints.getvalue()
    )
