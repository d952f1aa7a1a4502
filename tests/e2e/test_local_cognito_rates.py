"""The local Cognito's request rates."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from authcore.adapters.cognito.client import cognito_client
from authcore.domain.model.urls import service_url
from support.gate import AMPLE
from support.local_pool import POOL_ID, LocalPool


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture(scope="module")
def served() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def pool(served: LocalPool) -> Iterator[LocalPool]:
    yield served
    served.cognito.rates.unthrottle()


@pytest.fixture(scope="module")
def client(served: LocalPool) -> Iterator["CognitoIdentityProviderClient"]:
    client = cognito_client(region="eu-local-1", endpoint_url=service_url(served.url), within=AMPLE)
    yield client
    client.close()


def limit_of(client: Any, category: str) -> tuple[int, int]:
    definition = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": category}}
    limit = client.get_provisioned_limit(LimitDefinition=definition)["Limit"]
    assert limit["LimitDefinition"] == definition
    return limit["ProvisionedLimitValue"], limit["FreeLimitValue"]


def writes(pool: LocalPool, count: int) -> list[int]:
    """Statuses of *count* calls of AdminDisableUser and AdminEnableUser in turns."""
    operations = ("AdminDisableUser", "AdminEnableUser")
    return [pool.administer(operations[turn % 2]).status for turn in range(count)]


def test_the_limits_of_a_new_account_are_reported(client: "CognitoIdentityProviderClient") -> None:
    assert limit_of(client, "UserUpdate") == (25, 25)
    assert limit_of(client, "UserAuthentication") == (120, 120)


def test_a_throttle_is_reported_as_the_provisioned_limit(
    pool: LocalPool, client: "CognitoIdentityProviderClient"
) -> None:
    pool.cognito.rates.throttle("UserUpdate", 40)

    assert limit_of(client, "UserUpdate") == (40, 25)


def test_an_unknown_category_has_no_limit(client: "CognitoIdentityProviderClient") -> None:
    with pytest.raises(ClientError) as raised:
        limit_of(client, "UserDreams")

    assert raised.value.response["Error"]["Code"] == "InvalidParameterException"


def test_no_call_is_refused_for_its_rate_by_default(pool: LocalPool) -> None:
    assert writes(pool, 60) == [200] * 60


def test_writes_of_one_second_share_their_rate(pool: LocalPool) -> None:
    pool.cognito.rates.throttle("UserUpdate", 25)
    refused = pool.cognito.rates.count_refused("UserUpdate")

    assert writes(pool, 27) == [200] * 25 + [400] * 2
    assert pool.cognito.rates.count_refused("UserUpdate") == refused + 2
    pool.clock.advance(timedelta(milliseconds=200))
    assert writes(pool, 6) == [200] * 5 + [400]
    pool.clock.advance(timedelta(hours=1))
    assert writes(pool, 26) == [200] * 25 + [400]


def test_reads_have_a_rate_of_their_own(pool: LocalPool) -> None:
    pool.cognito.rates.throttle("UserUpdate", 1)
    writes(pool, 2)

    assert pool.administer("AdminGetUser").status == 200


def test_a_throttled_call_is_answered_as_boto3_expects_it(
    pool: LocalPool, client: "CognitoIdentityProviderClient"
) -> None:
    pool.cognito.rates.throttle("UserUpdate", 0)
    with pytest.raises(ClientError) as raised:
        client.admin_set_user_password(UserPoolId=POOL_ID, Username="anna", Password="long enough")

    assert raised.value.response["Error"] == {
        "Code": "TooManyRequestsException",
        "Message": "Rate exceeded",
    }
