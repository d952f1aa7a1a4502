"""Cognito's admin API over a real socket: what comes back, what it costs, what it leaves behind."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.error_translation import GETTING_A_USER, UPDATING_ATTRIBUTES
from authcore.adapters.cognito.user_administration import CognitoUserAdministration
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesMissingError,
    AttributesRejectedError,
    AuthcoreError,
    MisconfiguredError,
    PasswordPolicyError,
    ProviderUnavailableError,
)
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from support.cognito_wire import AMZ_JSON, CANARY, ERROR_CLASSES, USER, refuses, says
from support.everything_said import everything_said
from support.gate import AMPLE, Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


def _directory(server: ScriptedServer, within: timedelta) -> CognitoUserDirectory:
    client = cognito_client(region="eu-west-1", endpoint_url=server.url, within=within)
    return CognitoUserDirectory(client=client, user_pool_id="eu-west-1_Ab12Cd34")


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as server:
        yield server


@pytest.fixture(scope="module")
def directory(listening: ScriptedServer) -> CognitoUserDirectory:
    return _directory(listening, AMPLE)


@pytest.fixture(scope="module")
def hurried(listening: ScriptedServer) -> CognitoUserDirectory:
    return _directory(listening, timedelta(seconds=0.15))


@pytest.fixture(scope="module")
def closed() -> CognitoUserDirectory:
    """A pool at a port that closes before the first call."""
    with ScriptedServer(lambda _request: SILENCE) as server:
        return _directory(server, AMPLE)


@pytest.fixture
def server(listening: ScriptedServer) -> ScriptedServer:
    listening.requests.clear()
    listening.script = lambda _request: says(200, USER)
    return listening


def _find(directory: CognitoUserDirectory) -> object:
    return directory.find("anna")


def _write(directory: CognitoUserDirectory) -> object:
    directory.set_attributes("anna", {"email": CANARY})
    return None


both = pytest.mark.parametrize("call", [_find, _write])
Call = Callable[[CognitoUserDirectory], object]


def test_a_user_is_read_as_described(
    server: ScriptedServer, directory: CognitoUserDirectory
) -> None:
    found = directory.find("anna")

    assert found is not None
    assert (found.username, found.subject, found.enabled) == ("anna", "s-1", True)
    assert found.status == "CONFIRMED"
    assert found.attributes == {"sub": "s-1", "email": CANARY}


def test_attributes_are_written_in_one_call(
    server: ScriptedServer, directory: CognitoUserDirectory
) -> None:
    server.script = lambda _request: says(200, {})

    directory.set_attributes("anna", {"name": "Anna", "locale": "de"})

    (request,) = server.requests
    assert b"AWSCognitoIdentityProviderService.AdminUpdateUserAttributes" in request
    assert json.loads(request.partition(b"\r\n\r\n")[2]) == {
        "UserPoolId": "eu-west-1_Ab12Cd34",
        "Username": "anna",
        "UserAttributes": [{"Name": "name", "Value": "Anna"}, {"Name": "locale", "Value": "de"}],
    }


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_look_up_is_decided(
    server: ScriptedServer, directory: CognitoUserDirectory, error_class: str
) -> None:
    """Only an unknown user is nobody; an InvalidParameter may be our own mistake."""
    server.script = lambda _request: refuses(error_class)

    if error_class == "UserNotFound":
        assert directory.find("anna") is None
    else:
        with pytest.raises(ProviderUnavailableError):
            directory.find("anna")


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_write_is_decided(
    server: ScriptedServer, directory: CognitoUserDirectory, error_class: str
) -> None:
    refusals: dict[str, type[AuthcoreError]] = {
        "UserNotFound": AccountNotFoundError,
        "AliasExists": AttributesRejectedError,
        "InvalidParameter": AttributesRejectedError,
    }
    server.script = lambda _request: refuses(error_class)

    with pytest.raises(refusals.get(error_class, ProviderUnavailableError)):
        directory.set_attributes("anna", {"email": CANARY})


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_password_that_is_set_is_decided(
    server: ScriptedServer, directory: CognitoUserDirectory, error_class: str
) -> None:
    """A password that Cognito cannot read is one that the pool does not accept."""
    refusals: dict[str, type[AuthcoreError]] = {
        "UserNotFound": AccountNotFoundError,
        "InvalidParameter": PasswordPolicyError,
        "InvalidPassword": PasswordPolicyError,
        "PasswordHistoryPolicyViolation": PasswordPolicyError,
    }
    client = directory._client
    pool = CognitoUserAdministration(client=client, user_pool_id="eu-west-1_Ab12Cd34")
    server.script = lambda _request: refuses(error_class)
    with pytest.raises(refusals.get(error_class, ProviderUnavailableError)) as raised:
        pool.set_password("anna", "canary battery staple")
    assert "canary" not in f"{raised.value!r}{raised.value.detail}"


REFUSALS = {"UserNotFound", "AliasExists", "InvalidParameter"}
OPERATORS = {"AccessDenied", "ExpiredToken", "InvalidSignature", "ResourceNotFound"}


@both
@pytest.mark.parametrize("error_class", sorted({*ERROR_CLASSES, *OPERATORS} - REFUSALS))
def test_the_class_is_the_cause_and_says_whether_an_operator_must_act(
    server: ScriptedServer, directory: CognitoUserDirectory, call: Call, error_class: str
) -> None:
    server.script = lambda _request: refuses(error_class)

    with pytest.raises(ProviderUnavailableError) as raised:
        call(directory)

    assert isinstance(raised.value, MisconfiguredError) is (error_class in OPERATORS)
    assert raised.value.detail == f"{error_class}Exception"


@pytest.mark.parametrize(
    "written", [{LEGACY_UID: "42"}, {LEGACY_LINKED: "42"}, {LEGACY_UID: "42", LEGACY_LINKED: "42"}]
)
def test_a_schema_without_our_attributes_is_for_an_operator(
    server: ScriptedServer, directory: CognitoUserDirectory, written: dict[str, str]
) -> None:
    # AL-07: refused for ever, the user would stay without a link after the schema is repaired.
    server.script = lambda _request: refuses("InvalidParameter")

    with pytest.raises(AttributesMissingError) as raised:
        directory.set_attributes("anna", written)

    assert raised.value.detail == "InvalidParameterException"


@pytest.mark.parametrize("written", [{"email": CANARY}, {"email": CANARY, LEGACY_UID: "42"}, {}])
def test_a_value_of_a_users_is_refused_as_such(
    server: ScriptedServer, directory: CognitoUserDirectory, written: dict[str, str]
) -> None:
    server.script = lambda _request: refuses("InvalidParameter")

    with pytest.raises(AttributesRejectedError):
        directory.set_attributes("anna", written)


def test_a_closed_port_of_the_pool_is_told(closed: CognitoUserDirectory) -> None:
    with pytest.raises(ProviderUnavailableError) as raised:
        closed.find("anna")

    assert raised.value.detail == "connect refused"
    assert not isinstance(raised.value, MisconfiguredError)


@both
@pytest.mark.parametrize(
    ("pieces", "detail"),
    [
        ([HANG_UP], "read broken"),
        (says(200, USER, "text/html"), "answer of another sender"),
        ([answer(503, b"", media_type="text/html")], "HTTP 503"),
        (says(500, {"__type": "InternalErrorException"}), "InternalErrorException"),
    ],
)
def test_no_usable_answer_is_told_by_phase_or_status(
    server: ScriptedServer,
    directory: CognitoUserDirectory,
    call: Call,
    pieces: list[bytes],
    detail: str,
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError) as raised:
        call(directory)

    assert raised.value.detail == detail


@pytest.mark.parametrize(
    ("operation", "refusals"),
    [("AdminGetUser", GETTING_A_USER), ("AdminUpdateUserAttributes", UPDATING_ATTRIBUTES)],
)
def test_the_tables_and_the_lists_above_know_the_classes_of_the_installed_sdk(
    directory: CognitoUserDirectory, operation: str, refusals: dict[str, object]
) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    model = directory._client.meta.service_model.operation_model(operation)
    declared = {shape.name for shape in model.error_shapes}

    assert declared <= {f"{name}Exception" for name in ERROR_CLASSES}
    assert refusals.keys() <= declared


@both
@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        says(200, USER, "text/html"),
        [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
        [answer(302, headers=["Location: /"])],
        [answer(503, b"", media_type="text/html")],
        [answer(400, b"", media_type=AMZ_JSON)],
        [answer(400, b"<html>UserNotFoundException</html>", media_type="text/html")],
        says(500, {"__type": "InternalErrorException"}),
        says(404, {}),
        [b"SSH-2.0-OpenSSH\r\n\r\n", HANG_UP],
    ],
)
def test_no_usable_answer_is_an_outage_and_is_not_asked_for_twice(
    server: ScriptedServer, directory: CognitoUserDirectory, call: Call, pieces: list[bytes]
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        call(directory)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "described",
    [
        *({name: value for name, value in USER.items() if name != left} for left in USER),
        {**USER, "UserAttributes": [{"Name": "email", "Value": CANARY}]},
        {**USER, "UserAttributes": [{"Name": "sub"}]},
        {**USER, "UserAttributes": "sub"},
        {**USER, "UserAttributes": None},
        {**USER, "UserAttributes": ["sub"]},
        {**USER, "UserAttributes": [{"Name": "sub", "Value": ""}]},
        {**USER, "UserAttributes": [{"Name": "sub", "Value": 1}]},
        {**USER, "Enabled": "false"},
        {**USER, "Username": ["anna"]},
        [],
        [USER],
        None,
        "anna",
        {},
    ],
)
def test_a_user_that_is_not_fully_described_is_no_answer(
    server: ScriptedServer, directory: CognitoUserDirectory, described: object
) -> None:
    server.script = lambda _request: says(200, described)

    with pytest.raises(ProviderUnavailableError):
        directory.find("anna")


def test_a_truncated_user_is_no_answer(
    server: ScriptedServer, directory: CognitoUserDirectory
) -> None:
    (whole,) = says(200, USER)
    server.script = lambda _request: [whole[:-5], HANG_UP]

    with pytest.raises(ProviderUnavailableError):
        directory.find("anna")


@both
def test_silence_ends_in_time(
    server: ScriptedServer, hurried: CognitoUserDirectory, call: Call, stopwatch: Stopwatch
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(ProviderUnavailableError):
        call(hurried)

    assert len(server.heard(1)) == 1


@both
def test_throttling_is_not_answered_with_more_calls(
    server: ScriptedServer, directory: CognitoUserDirectory, call: Call
) -> None:
    # DL-04
    server.script = lambda _request: refuses("TooManyRequests")

    with pytest.raises(ProviderUnavailableError):
        call(directory)

    assert len(server.requests) == 1


def test_a_stand_in_on_loopback_sees_no_real_credentials(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "REALCREDENTIAL")

    _directory(server, AMPLE).find("anna")

    assert b"REALCREDENTIAL" not in server.requests[0]
    assert re.search(rb"Credential=local/[0-9]{8}/eu-west-1/cognito-idp/", server.requests[0])


@pytest.mark.parametrize(
    "pieces",
    [says(200, USER), refuses("AliasExists"), refuses("UserNotFound"), [HANG_UP], SILENCE],
    ids=["user", "alias", "unknown", "hangs up", "silence"],
)
@both
def test_no_attribute_reaches_a_log_a_traceback_or_an_error(
    server: ScriptedServer,
    directory: CognitoUserDirectory,
    hurried: CognitoUserDirectory,
    caplog: pytest.LogCaptureFixture,
    call: Call,
    pieces: list[bytes],
) -> None:
    # SP-11, AL-08: also where somebody turned everything to DEBUG.
    server.script = lambda _request: pieces
    asked = directory if pieces else hurried

    said = everything_said(lambda: call(asked), caplog)

    assert server.heard(1)
    assert CANARY not in said + repr(asked)


def test_a_session_token_reaches_no_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11: AWS credentials from the environment, as in a Lambda function.
    caplog.set_level(logging.DEBUG)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", f"CANARY{name}")
    client = cognito_client(region="eu-west-1", within=timedelta(seconds=1))

    client.generate_presigned_url(
        "admin_get_user", Params={"UserPoolId": "eu-west-1_Ab12Cd34", "Username": "anna"}
    )

    assert "CANARYSESSION_TOKEN" not in caplog.text
    assert "CANARYSECRET_ACCESS_KEY" not in caplog.text
