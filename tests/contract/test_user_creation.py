"""Creation of users: in memory, and Cognito's admin API on moto and on the local Cognito."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_creation import CognitoUserCreation
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import (
    AccountTakenError,
    AttributesRejectedError,
    AuthcoreError,
    ProviderUnavailableError,
    RejectedError,
    TriggerRejectedError,
)
from authcore.ports.user_creation import UserCreation
from authcore.ports.user_directory import UserDirectory
from authcore.testing.contracts.user_creation import ANNA, UserCreationContract
from authcore.testing.contracts.user_directory import Enrol
from authcore.testing.fakes.user_creation import InMemoryUserCreation
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from support.cognito_pools import PATIENCE, REGION, OnLocalCognito, OnMoto, Pool
from support.cognito_wire import CANARY, ERROR_CLASSES, refuses, says
from support.scripted_server import SILENCE, ScriptedServer


class TestInMemoryUserCreation(UserCreationContract):
    @pytest.fixture
    def directory(self) -> InMemoryUserDirectory:
        return InMemoryUserDirectory()

    @pytest.fixture
    def creation(self, directory: InMemoryUserDirectory) -> InMemoryUserCreation:
        return InMemoryUserCreation(directory)

    @pytest.fixture
    def enrol(self, directory: InMemoryUserDirectory) -> Enrol:
        return lambda username, attributes: directory.add(username, attributes).subject

    @pytest.fixture
    def outage(self, creation: InMemoryUserCreation) -> Callable[[], None]:
        def begin() -> None:
            creation.unavailable = True

        return begin


class OnCognito:
    """The adapters of one pool."""

    @pytest.fixture
    def creation(self, pool: Pool) -> UserCreation:
        return CognitoUserCreation(client=pool.client, user_pool_id=pool.id)

    @pytest.fixture
    def directory(self, pool: Pool) -> UserDirectory:
        return CognitoUserDirectory(client=pool.client, user_pool_id=pool.id)


class TestCognitoUserCreationOnMoto(OnCognito, OnMoto, UserCreationContract):
    @pytest.mark.xfail(reason="moto takes attributes that the pool's schema does not have")
    def test_an_attribute_that_the_pool_lacks_is_refused_and_nothing_is_created(
        self, creation: UserCreation, directory: UserDirectory
    ) -> None:
        super().test_an_attribute_that_the_pool_lacks_is_refused_and_nothing_is_created(
            creation, directory
        )


class TestCognitoUserCreationOnLocalCognito(OnCognito, OnLocalCognito, UserCreationContract):
    pass


REFUSALS: Mapping[str, type[RejectedError]] = {
    "AliasExists": AccountTakenError,
    "InvalidParameter": AttributesRejectedError,
    "UsernameExists": AccountTakenError,
    "UserLambdaValidation": TriggerRejectedError,
}
ATTRIBUTES = [
    {"Name": "sub", "Value": "s-1"},
    {"Name": "email", "Value": CANARY},
    {"Name": "custom:legacy_uid", "Value": "1"},
]
CREATED = {
    "Username": "anna",
    "Attributes": ATTRIBUTES,
    "Enabled": True,
    "UserStatus": "FORCE_CHANGE_PASSWORD",
    "UserCreateDate": 1773480413.5,
    "UserLastModifiedDate": 1773480413.5,
}
"""As AdminCreateUser describes ANNA."""


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as scripted:
        yield scripted


@pytest.fixture(scope="module")
def scripted(server: ScriptedServer) -> UserCreation:
    client = cognito_client(region=REGION, endpoint_url=server.url, within=PATIENCE)
    return CognitoUserCreation(client=client, user_pool_id=f"{REGION}_Contract1")


def test_no_message_is_sent_and_no_alias_is_taken_from_another_user(
    server: ScriptedServer, scripted: UserCreation
) -> None:
    server.script = lambda _request: says(200, {"User": CREATED})

    created = scripted.create_user(ANNA)

    body = json.loads(server.requests[-1].partition(b"\r\n\r\n")[2])
    assert (body["MessageAction"], body["ForceAliasCreation"]) == ("SUPPRESS", False)
    assert "TemporaryPassword" not in body
    assert created.modified_at == datetime.fromtimestamp(1773480413.5, UTC)


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_four_classes_refuse_a_user_and_all_others_are_no_answer(
    server: ScriptedServer, scripted: UserCreation, error_class: str
) -> None:
    server.script = lambda _request: refuses(error_class)

    with pytest.raises(AuthcoreError) as failure:
        scripted.create_user(ANNA)

    assert isinstance(failure.value, REFUSALS.get(error_class, ProviderUnavailableError))
    assert CANARY not in f"{failure.value!r} {failure.value} {failure.value.detail}"


def test_a_refusal_of_a_trigger_is_one_also_where_its_text_names_a_lock(
    server: ScriptedServer, scripted: UserCreation
) -> None:
    text = "PreSignUp failed with error The account is locked temporarily."
    members = {"__type": "UserLambdaValidationException", "message": text}
    server.script = lambda _request: says(400, members)

    with pytest.raises(TriggerRejectedError):
        scripted.create_user(ANNA)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30T12:00:00.000Z 9fdb5cfa-5ec1 Task timed out after 3.00 seconds",
        "RequestId: 9fdb5cfa-5ec1 Error: Task timed out after 3.00 seconds",
        "RequestId: 9fdb5cfa-5ec1 Error: Runtime exited with error: exit status 129",
        "RequestId: 9fdb5cfa-5ec1 Error: Runtime exited with error: signal: killed",
    ],
)
def test_a_trigger_whose_function_ended_has_not_answered(
    server: ScriptedServer, scripted: UserCreation, text: str
) -> None:
    message = f"PreSignUp failed with error {text}."
    members = {"__type": "UserLambdaValidationException", "message": message}
    server.script = lambda _request: says(400, members)

    with pytest.raises(ProviderUnavailableError) as failure:
        scripted.create_user(ANNA)
    assert failure.value.detail == "UserLambdaValidationException"


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"User": {}},
        {"User": {**CREATED, "Attributes": ATTRIBUTES[:2]}},
        {"User": {**CREATED, "Attributes": [*ATTRIBUTES[:2], ATTRIBUTES[2] | {"Value": "2"}]}},
        {"User": {**CREATED, "Attributes": ATTRIBUTES[1:]}},
    ],
    ids=["nothing", "nobody", "no account", "another account", "no sub"],
)
def test_an_answer_that_does_not_describe_the_user_is_no_answer(
    server: ScriptedServer, scripted: UserCreation, members: Mapping[str, object]
) -> None:
    server.script = lambda _request: says(200, members)

    with pytest.raises(ProviderUnavailableError):
        scripted.create_user(ANNA)
