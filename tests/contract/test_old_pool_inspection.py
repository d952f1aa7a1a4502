"""What is read of a pool that users move from: at the local Cognito, and at moto."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import pytest

from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.domain.model.usernames import MOVED_TO
from authcore.ports.inspection import PoolInspection
from authcore.testing.contracts.suite import ContractSuite
from authcore_local.cognito import SchemaAttribute
from support.cognito_pools import REGION, OnLocalCognito, OnMoto, Pool


FLOW: Final = "ALLOW_ADMIN_USER_PASSWORD_AUTH"


class OldPoolContract(ContractSuite):
    """
    Subclass it, and say which pool.

    It was made for a move: users sign in with addresses, letter case counts in them, second factors
    are optional, and the one app client, which has a secret, allows FLOW and writes ``email``.
    """

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> PoolInspection:
        """Returns the adapter under test."""

    def test_the_mark_can_be_written_and_changed(self, inspection: PoolInspection) -> None:
        mark = inspection.pool().attributes[MOVED_TO]

        assert mark.is_mutable
        assert mark.kind == "String"
        assert mark.min_length <= 36 <= mark.max_length

    def test_the_pool_says_what_users_sign_in_with(self, inspection: PoolInspection) -> None:
        pool = inspection.pool()

        assert pool.kind == "email"
        assert pool.is_case_sensitive
        assert pool.mfa == "OPTIONAL"
        assert "user_migration" not in pool.triggers

    def test_the_app_client_has_one_flow_and_does_not_write_the_mark(
        self, inspection: PoolInspection
    ) -> None:
        (client,) = inspection.clients()

        assert client.flows == {FLOW}
        assert client.writable == frozenset({"email"})
        assert client.secret is not None


class TestOldPoolAtTheLocalCognito(OnLocalCognito, OldPoolContract):
    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        return {
            "sign_in_names": "email",
            "case_sensitive": True,
            "mfa": "OPTIONAL",
            "auth_flows": frozenset({FLOW}),
            "write_attributes": frozenset({"email"}),
            "custom_attributes": (SchemaAttribute(MOVED_TO),),
        }

    @pytest.fixture
    def inspection(self, pool: Pool) -> CognitoPoolInspection:
        return CognitoPoolInspection(client=pool.client, firewall=None, user_pool_id=pool.id)


class TestOldPoolAtMoto(OnMoto, OldPoolContract):
    @pytest.fixture
    def inspection(self, client: Any) -> CognitoPoolInspection:
        mark = {"Name": "cognito_id", "AttributeDataType": "String", "Mutable": True}
        pool = client.create_user_pool(
            PoolName="old",
            Schema=[mark],
            UsernameAttributes=["email"],
            UsernameConfiguration={"CaseSensitive": True},
            MfaConfiguration="OPTIONAL",
            SmsConfiguration={"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"},
        )["UserPool"]
        client.create_user_pool_client(
            UserPoolId=pool["Id"],
            ClientName="move",
            GenerateSecret=True,
            ExplicitAuthFlows=[FLOW],
            WriteAttributes=["email"],
        )
        assert pool["Id"].startswith(REGION)
        return CognitoPoolInspection(client=client, firewall=None, user_pool_id=pool["Id"])
