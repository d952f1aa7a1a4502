"""AdminCreateUser, and pools whose users sign in with e-mail addresses."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from support.local_pool import PASSWORD, POOL_ID, Browser, LocalPool, code_of


ADDRESS: Final = "bob@example.com"


@pytest.fixture(params=["email", "alias"])
def pool(request: pytest.FixtureRequest) -> Iterator[LocalPool]:
    with LocalPool(sign_in_names=request.param, case_sensitive=False) as pool:
        yield pool


@pytest.fixture(scope="module", name="email")
def _email() -> Iterator[LocalPool]:
    with LocalPool(sign_in_names="email", case_sensitive=False) as pool:
        yield pool


@pytest.fixture(name="alias")
def _alias() -> Iterator[LocalPool]:
    with LocalPool(sign_in_names="alias", case_sensitive=False) as pool:
        yield pool


def listed(**attributes: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def create(pool: LocalPool, username: str, attributes: Any = None, **members: object) -> Any:
    given = {"UserAttributes": attributes or [], "MessageAction": "SUPPRESS", **members}
    return json.loads(pool.administer("AdminCreateUser", username, **given).body)


def described(pool: LocalPool) -> Any:
    answer = pool.call("DescribeUserPool", {"UserPoolId": POOL_ID}, signed=True)
    return json.loads(answer.body)["UserPool"]


def test_the_pool_describes_what_its_users_sign_in_with(email: LocalPool, alias: LocalPool) -> None:
    assert described(email)["UsernameAttributes"] == ["email"]
    assert "AliasAttributes" not in described(email)
    assert described(alias)["AliasAttributes"] == ["email"]
    assert "UsernameAttributes" not in described(alias)


@pytest.mark.parametrize("typed", ["anna@example.com", "ANNA@example.com"])
def test_users_sign_in_with_their_address(pool: LocalPool, typed: str) -> None:
    assert code_of(Browser(pool).sign_in(typed, PASSWORD))
    found = json.loads(pool.administer("AdminGetUser", typed).body)
    assert found["Username"] == pool.anna.username


class TestAddressesAsUserNames:
    def test_the_pool_makes_the_user_name_up(self, email: LocalPool) -> None:
        user = create(email, "carl@example.com")["User"]

        attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
        assert user["Username"] == attributes["sub"]
        assert attributes["email"] == "carl@example.com"
        assert attributes["email_verified"] == "false"

    def test_an_address_belongs_to_one_user_verified_or_not(self, email: LocalPool) -> None:
        create(email, "dora@example.com")

        assert create(email, "DORA@example.com")["__type"] == "UsernameExistsException"

    @pytest.mark.parametrize(
        ("username", "attributes"), [("bob", {}), (ADDRESS, {"email": "eve@example.com"})]
    )
    def test_a_user_is_created_under_the_own_address(
        self, email: LocalPool, username: str, attributes: dict[str, str]
    ) -> None:
        answer = create(email, username, listed(**attributes))
        assert answer["__type"] == "InvalidParameterException"


class TestAliases:
    def test_a_verified_address_belongs_to_one_user(self, alias: LocalPool) -> None:
        taken = listed(email="Anna@example.com", email_verified="true")

        assert create(alias, "eve", taken)["__type"] == "UsernameExistsException"
        assert alias.cognito.users.find("eve") is None

    def test_an_unverified_address_leads_nowhere(self, alias: LocalPool) -> None:
        create(alias, "eve", listed(email=ADDRESS))

        assert alias.cognito.users.find(ADDRESS) is None
        found = alias.cognito.users.find("anna@example.com")
        assert found is not None
        assert found.username == "anna"

    def test_an_address_that_is_verified_later_must_be_free(self, alias: LocalPool) -> None:
        create(alias, "eve", listed(email="anna@example.com"))
        verified = listed(email_verified="true", email="anna@example.com")

        answer = alias.administer("AdminUpdateUserAttributes", "eve", UserAttributes=verified)

        assert json.loads(answer.body)["__type"] == "AliasExistsException"

    def test_a_forced_alias_is_taken_from_its_user(self, alias: LocalPool) -> None:
        taken = listed(email="anna@example.com", email_verified="true")
        create(alias, "eve", taken, ForceAliasCreation=True)

        found = alias.cognito.users.find("anna@example.com")
        assert found is not None
        assert found.username == "eve"
        anna = alias.cognito.users.find("anna")
        assert anna is not None
        assert anna.attributes["email_verified"] == "false"

    def test_a_deleted_or_changed_user_frees_the_address(self, alias: LocalPool) -> None:
        taken = listed(email="anna@example.com", email_verified="true")
        alias.administer("AdminDeleteUser", "anna")

        assert "User" in create(alias, "bob", taken)
        other = listed(email=ADDRESS, email_verified="true")
        alias.administer("AdminUpdateUserAttributes", "bob", UserAttributes=other)
        assert alias.cognito.users.find("anna@example.com") is None
        assert "User" in create(alias, "carl", taken)


class TestAdminCreateUser:
    @pytest.mark.parametrize(
        ("attributes", "members"),
        [
            ({"email": "no-address"}, {}),
            ({"sub": "mine"}, {}),
            ({"custom:unknown": "x"}, {}),
            ({}, {"MessageAction": "LOUD"}),
        ],
        ids=str,
    )
    def test_what_the_schema_forbids_creates_nobody(
        self, alias: LocalPool, attributes: dict[str, str], members: dict[str, str]
    ) -> None:
        answer = create(alias, "bob", listed(**attributes), **members)

        assert answer["__type"] == "InvalidParameterException"
        assert alias.cognito.users.find("bob") is None

    def test_an_invitation_is_repeated_for_a_user_who_has_not_signed_in(
        self, alias: LocalPool
    ) -> None:
        first = create(alias, "bob")["User"]

        assert create(alias, "bob", MessageAction="RESEND")["User"] == first
        refused = create(alias, "anna", MessageAction="RESEND")
        assert refused["__type"] == "UnsupportedUserStateException"
        unknown = create(alias, "nobody", MessageAction="RESEND")
        assert unknown["__type"] == "UserNotFoundException"

    def test_a_sign_in_does_not_move_the_time_of_the_last_change_and_a_write_does(
        self, alias: LocalPool
    ) -> None:
        """Whether a sign-in moves it at Amazon's is not documented."""
        before = alias.anna.modified_at
        alias.clock.advance(timedelta(minutes=1))
        alias.sign_in()
        assert modified(alias) == before.timestamp()
        for operation in ("AdminDisableUser", "AdminEnableUser"):
            alias.clock.advance(timedelta(minutes=1))
            was = modified(alias)
            alias.administer(operation)
            assert modified(alias) > was


def modified(pool: LocalPool) -> float:
    found = json.loads(pool.administer("AdminGetUser").body)
    moment: float = found["UserLastModifiedDate"]
    return moment
