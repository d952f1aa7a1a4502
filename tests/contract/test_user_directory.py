"""User directories: in memory, and Cognito's admin API on moto."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from moto import mock_aws

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.ports.user_directory import UserDirectory
from authcore.testing.contracts.user_directory import Enrol, UserDirectoryContract
from authcore.testing.fakes.user_directory import InMemoryUserDirectory


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

REGION = "eu-west-1"
PATIENCE = timedelta(seconds=5)


class TestInMemoryUserDirectory(UserDirectoryContract):
    @pytest.fixture
    def directory(self) -> InMemoryUserDirectory:
        return InMemoryUserDirectory()

    @pytest.fixture
    def enrol(self, directory: InMemoryUserDirectory) -> Enrol:
        return lambda username, attributes: directory.add(username, attributes).subject

    @pytest.fixture
    def disable(self, directory: InMemoryUserDirectory) -> Callable[[str], None]:
        return directory.disable

    @pytest.fixture
    def outage(self, directory: InMemoryUserDirectory) -> Callable[[], None]:
        def begin() -> None:
            directory.unavailable = True

        return begin


@attrs.frozen
class Pool:
    """A user pool, and the administrator's way into it."""

    client: "CognitoIdentityProviderClient"
    id: str

    def enrol(self, username: str, attributes: Mapping[str, str]) -> str:
        created = self.client.admin_create_user(
            UserPoolId=self.id,
            Username=username,
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            MessageAction="SUPPRESS",
        )
        listed = created["User"]["Attributes"]
        return next(each["Value"] for each in listed if each["Name"] == "sub")

    def disable(self, username: str) -> None:
        self.client.admin_disable_user(UserPoolId=self.id, Username=username)


class TestCognitoUserDirectoryOnMoto(UserDirectoryContract):
    @pytest.fixture
    def pool(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with mock_aws():
            client = cognito_client(region=REGION, within=PATIENCE)
            created = client.create_user_pool(
                PoolName="contract",
                Schema=[{"Name": "legacy_uid", "AttributeDataType": "String", "Mutable": True}],
            )
            yield Pool(client, created["UserPool"]["Id"])

    @pytest.fixture
    def directory(self, pool: Pool) -> UserDirectory:
        return CognitoUserDirectory(client=pool.client, user_pool_id=pool.id)

    @pytest.fixture
    def enrol(self, pool: Pool) -> Enrol:
        return pool.enrol

    @pytest.fixture
    def disable(self, pool: Pool) -> Callable[[str], None]:
        return pool.disable

    @pytest.fixture
    def outage(self, pool: Pool) -> Callable[[], None]:
        """The pool is gone: moto cannot be unplugged, and this is no answer about users either."""

        def begin() -> None:
            pool.client.delete_user_pool(UserPoolId=pool.id)

        return begin

    @pytest.mark.xfail(reason="moto finds users by sub only in pools with UsernameAttributes")
    def test_a_user_is_found_by_sub(self, directory: UserDirectory, enrol: Enrol) -> None:
        super().test_a_user_is_found_by_sub(directory, enrol)

    @pytest.mark.xfail(reason="moto keeps empty attributes; Amazon deletes them")
    def test_an_empty_value_deletes_the_attribute(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        super().test_an_empty_value_deletes_the_attribute(directory, enrol)

    @pytest.mark.xfail(reason="moto leaves email_verified; Amazon resets it with a new e-mail")
    def test_a_new_email_is_not_verified(self, directory: UserDirectory, enrol: Enrol) -> None:
        super().test_a_new_email_is_not_verified(directory, enrol)

    @pytest.mark.xfail(reason="moto takes attributes that the pool's schema does not have")
    def test_an_unknown_attribute_is_refused_and_nothing_beside_it_written(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        super().test_an_unknown_attribute_is_refused_and_nothing_beside_it_written(directory, enrol)

    @pytest.mark.xfail(reason="moto overwrites sub; Amazon refuses to")
    def test_nobody_becomes_somebody_else(self, directory: UserDirectory, enrol: Enrol) -> None:
        super().test_nobody_becomes_somebody_else(directory, enrol)
