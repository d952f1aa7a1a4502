"""The users of an old pool as legacy accounts: on moto, and on the local Cognito."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from moto import mock_aws

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.old_pool import OldPoolAccounts
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.urls import service_url
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.testing.contracts.legacy_accounts import (
    EFFI,
    EMMA,
    FAUST,
    PEOPLE,
    LegacyAccountsContract,
    Person,
    Stored,
)
from support.cognito_pools import PATIENCE, REGION, AppClient, KeysOfMoto
from support.local_pool import CLIENT_ID, CLIENT_SECRET, POOL_ID, LocalPool
from support.old_pools import attributes_of, no_service, on_event, other_user


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

NAMES: Final = [person.account.username for person in PEOPLE]
FLOWS: Final = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@attrs.frozen
class OldPool:
    """A pool that holds PEOPLE."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    app_client: AppClient


class _OnOldPool(LegacyAccountsContract):
    @pytest.fixture
    def accounts(self, old: OldPool) -> OldPoolAccounts:
        return OldPoolAccounts(
            client=old.client,
            user_pool_id=old.pool_id,
            client_id=old.app_client.id,
            client_secret=old.app_client.secret,
        )

    @pytest.fixture
    def stored(self, old: OldPool) -> Stored:
        def find(person: Person) -> LegacyAccount:
            user = old.client.admin_get_user(
                UserPoolId=old.pool_id, Username=person.account.username
            )
            held = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
            return attrs.evolve(person.account, legacy_uid=held["sub"])

        return find

    @pytest.fixture
    def faults(self) -> Iterator[ExitStack]:
        with ExitStack() as stack:
            yield stack

    @pytest.fixture
    def go_down(self, old: OldPool, faults: ExitStack) -> Callable[[], None]:
        def begin() -> None:
            faults.enter_context(on_event(old.client, "before-send.cognito-idp", no_service))

        return begin

    @pytest.fixture
    def mix_up(self, old: OldPool, faults: ExitStack) -> Callable[[], None]:
        def begin() -> None:
            event = "after-call.cognito-idp.AdminGetUser"
            faults.enter_context(on_event(old.client, event, partial(other_user, NAMES)))

        return begin

    @pytest.mark.parametrize(
        ("name", "person"),
        [
            ("EMMA", EMMA),
            ("Emma@Hartfield.EXAMPLE", EMMA),
            pytest.param(
                "effi.briest@hohen-cremmen.example",
                EFFI,
                marks=pytest.mark.xfail(
                    strict=True, reason="ListUsers compares addresses with their letter case"
                ),
            ),
            ("FAUST", FAUST),
        ],
    )
    def test_an_account_is_found_whatever_the_letter_case(
        self, accounts: LegacyAccounts, stored: Stored, name: str, person: Person
    ) -> None:
        assert accounts.find(name) == stored(person)

    @pytest.mark.parametrize(
        "name",
        [
            pytest.param(
                "EFFIBRIEST",
                marks=pytest.mark.xfail(
                    strict=True, reason="of two users of a pool one has the name in lower case"
                ),
            ),
            "zwilling@sprachheilschule.example",
            "ZWILLING@sprachheilschule.example",
        ],
    )
    def test_a_name_that_several_accounts_have_is_ambiguous(
        self, accounts: LegacyAccounts, name: str
    ) -> None:
        super().test_a_name_that_several_accounts_have_is_ambiguous(accounts, name)


class TestOldPoolAccountsOnMoto(_OnOldPool):
    @pytest.fixture(scope="class")
    @classmethod
    def old(cls) -> Iterator[OldPool]:
        with pytest.MonkeyPatch.context() as environment, mock_aws():
            environment.setenv("AWS_ACCESS_KEY_ID", "testing")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
            environment.setattr("moto.cognitoidp.models.jwk", KeysOfMoto)
            client: Any = cognito_client(region=REGION, within=PATIENCE)
            yield _fill(client)


def _fill(client: Any) -> OldPool:
    policy = {"MinimumLength": 6, "RequireSymbols": False, "RequireNumbers": False}
    classes = {"RequireUppercase": False, "RequireLowercase": False}
    pool_id = client.create_user_pool(
        PoolName="old", Policies={"PasswordPolicy": {**policy, **classes}}
    )["UserPool"]["Id"]
    made = client.create_user_pool_client(
        UserPoolId=pool_id, ClientName="move", GenerateSecret=True, ExplicitAuthFlows=FLOWS
    )["UserPoolClient"]
    for person in PEOPLE:
        name = person.account.username
        client.admin_create_user(
            UserPoolId=pool_id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": each, "Value": value} for each, value in attributes_of(person).items()
            ],
        )
        client.admin_set_user_password(
            UserPoolId=pool_id, Username=name, Password=person.password, Permanent=True
        )
        if person.account.locked:
            client.admin_disable_user(UserPoolId=pool_id, Username=name)
    return OldPool(client, pool_id, AppClient(made["ClientId"], made["ClientSecret"]))


class TestOldPoolAccountsOnLocalCognito(_OnOldPool):
    @pytest.fixture(scope="class")
    @classmethod
    def old(cls) -> Iterator[OldPool]:
        with LocalPool() as pool:
            for person in PEOPLE:
                pool.cognito.users.create(
                    person.account.username,
                    person.password,
                    status="CONFIRMED",
                    attributes=attributes_of(person),
                )
                if person.account.locked:
                    pool.disable(person.account.username)
            client = cognito_client(
                region=REGION, endpoint_url=service_url(pool.url), within=PATIENCE
            )
            yield OldPool(client, POOL_ID, AppClient(CLIENT_ID, CLIENT_SECRET))
            client.close()
