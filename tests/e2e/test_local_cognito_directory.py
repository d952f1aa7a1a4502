"""The local Cognito's directory: listing users, and linking accounts at providers to them."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from botocore.exceptions import ClientError

from authcore.adapters.cognito.client import cognito_client
from authcore.domain.model.urls import service_url
from authcore_local.cognito.idp_api.provider_links import ALREADY_LINKED, ALREADY_SIGNED_UP
from authcore_local.cognito.user_pool.identities import Identity
from support.gate import AMPLE
from support.local_pool import PASSWORD, POOL_ID, LocalPool


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def client(pool: LocalPool) -> "Iterator[CognitoIdentityProviderClient]":
    client = cognito_client(region="eu-local-1", endpoint_url=service_url(pool.url), within=AMPLE)
    yield client
    client.close()


def link(client: Any, user_id: str, *, to: str = "anna", provider: str = "Google") -> None:
    client.admin_link_provider_for_user(
        UserPoolId=POOL_ID,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": to},
        SourceUser={
            "ProviderName": provider,
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": user_id,
        },
    )


def refusal(error: ClientError) -> tuple[str, str]:
    return error.response["Error"]["Code"], error.response["Error"]["Message"]


class TestLinking:
    """AdminLinkProviderForUser."""

    def test_a_linked_identity_is_listed_as_json_and_is_not_the_primary_one(
        self, pool: LocalPool, client: Any
    ) -> None:
        link(client, "109-Aa")
        described = client.admin_get_user(UserPoolId=POOL_ID, Username="anna")
        attributes = {each["Name"]: each["Value"] for each in described["UserAttributes"]}

        assert json.loads(attributes["identities"]) == [
            {
                "userId": "109-Aa",
                "providerName": "Google",
                "providerType": "Google",
                "issuer": None,
                "primary": False,
                "dateCreated": int(pool.clock.now().timestamp() * 1000),
            }
        ]
        assert described["UserStatus"] == "CONFIRMED"

    @pytest.mark.parametrize("owner", ["anna", "bert"])
    def test_an_identity_is_linked_once(self, pool: LocalPool, client: Any, owner: str) -> None:
        pool.cognito.users.create("bert", None, status="CONFIRMED", attributes={})
        link(client, "109", to=owner)
        with pytest.raises(ClientError) as caught:
            link(client, "109")

        said = ALREADY_LINKED if owner == "anna" else ALREADY_SIGNED_UP
        assert refusal(caught.value) == ("InvalidParameterException", said)

    def test_a_user_has_five_identities_at_most(self, client: Any) -> None:
        # AL-05
        for number in range(5):
            link(client, str(number))
        with pytest.raises(ClientError) as caught:
            link(client, "6")

        assert refusal(caught.value)[0] == "LimitExceededException"

    def test_an_unknown_destination_is_refused(self, client: Any) -> None:
        with pytest.raises(ClientError) as caught:
            link(client, "109", to="nobody")

        assert refusal(caught.value)[0] == "UserNotFoundException"

    @pytest.mark.parametrize("provider", ["google", "Twitter", "Cognito"])
    def test_an_unknown_provider_is_refused(self, client: Any, provider: str) -> None:
        with pytest.raises(ClientError) as caught:
            link(client, "109", provider=provider)

        assert refusal(caught.value)[0] == "InvalidParameterException"


class TestExternalUsers:
    """The ``Admin…`` operations on users whom a provider sent."""

    CALLS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
        ("admin_get_user", {}),
        ("admin_update_user_attributes", {"UserAttributes": [{"Name": "name", "Value": "A."}]}),
        ("admin_set_user_password", {"Password": PASSWORD, "Permanent": True}),
        ("admin_disable_user", {}),
        ("admin_enable_user", {}),
    )

    @pytest.mark.parametrize("had_a_password", [False, True])
    @pytest.mark.parametrize(("operation", "members"), CALLS, ids=[name for name, _ in CALLS])
    def test_they_are_called_by_name_and_not_by_sub(
        self,
        pool: LocalPool,
        client: Any,
        operation: str,
        members: dict[str, Any],
        had_a_password: bool,
    ) -> None:
        identity = Identity("Google", "109", primary=True, created_at=pool.clock.now())
        user = pool.cognito.users.create(
            "Google_109", None, status="EXTERNAL_PROVIDER", attributes={}, identities=(identity,)
        )
        if had_a_password:
            pool.cognito.users.set_password("Google_109", PASSWORD, "CONFIRMED")

        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(UserPoolId=POOL_ID, Username=user.subject, **members)

        assert refusal(caught.value)[0] == "UserNotFoundException"
        getattr(client, operation)(UserPoolId=POOL_ID, Username="Google_109", **members)


class TestListing:
    """ListUsers."""

    @pytest.mark.parametrize(
        ("expression", "found"),
        [
            ('email = "anna@example.com"', ["anna"]),
            ('email = "Anna@example.com"', []),
            ('email ^= "anna@"', ["anna"]),
            ('"username" = "anna"', ["anna"]),
            ('cognito:user_status = "CONFIRMED"', ["anna"]),
            ('status = "Disabled"', ['q"uote\\d']),
            ('username = "q\\"uote\\\\d"', ['q"uote\\d']),
            ("", ["anna", 'q"uote\\d']),
        ],
    )
    def test_a_filter_compares_the_exact_text(
        self, pool: LocalPool, client: Any, expression: str, found: list[str]
    ) -> None:
        pool.cognito.users.create('q"uote\\d', None, status="RESET_REQUIRED", attributes={})
        pool.cognito.users.change('q"uote\\d', lambda user: attrs.evolve(user, enabled=False))
        answer = client.list_users(UserPoolId=POOL_ID, Filter=expression)

        assert [user["Username"] for user in answer["Users"]] == found

    def test_a_user_is_found_by_sub(self, pool: LocalPool, client: Any) -> None:
        answer = client.list_users(UserPoolId=POOL_ID, Filter=f'sub = "{pool.anna.subject}"')

        assert [user["Username"] for user in answer["Users"]] == ["anna"]

    @pytest.mark.parametrize(
        "expression",
        ['custom:legacy_uid = "42"', 'email = "a" or email = "b"', "email = a", 'email = "a"b"'],
    )
    def test_other_filters_are_refused(self, client: Any, expression: str) -> None:
        with pytest.raises(ClientError) as caught:
            client.list_users(UserPoolId=POOL_ID, Filter=expression)

        assert refusal(caught.value)[0] == "InvalidParameterException"

    def test_pages_hold_at_most_sixty_and_together_everybody_once(
        self, pool: LocalPool, client: Any
    ) -> None:
        for number in range(64):
            pool.cognito.users.create(f"user{number}", None, status="CONFIRMED", attributes={})
        sizes, names, token = [], [], None
        while True:
            more: dict[str, str] = {"PaginationToken": token} if token else {}
            answer = client.list_users(UserPoolId=POOL_ID, **more)
            sizes.append(len(answer["Users"]))
            names += [user["Username"] for user in answer["Users"]]
            token = answer.get("PaginationToken")
            if token is None:
                break

        assert sizes == [60, 5]
        assert len(set(names)) == 65

    def test_a_made_up_token_is_refused(self, client: Any) -> None:
        with pytest.raises(ClientError) as caught:
            client.list_users(UserPoolId=POOL_ID, PaginationToken="bm9ib2R5")

        assert refusal(caught.value)[0] == "InvalidParameterException"
