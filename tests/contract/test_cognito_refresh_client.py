"""Refreshing and signing out over Cognito's API: what is sent, believed, and left behind."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.adapters.cognito.client_probe import ACCEPTED
from authcore.adapters.cognito.error_translation import (
    GETTING_TOKENS,
    REFRESHING_BY_AUTH_FLOW,
    SIGNING_OUT_A_USER,
)
from authcore.adapters.cognito.token_refreshers import (
    CognitoApiTokenRefresher,
    CognitoAuthFlowTokenRefresher,
)
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.domain.errors import (
    AccountNotFoundError,
    AuthcoreError,
    ClientMisconfiguredError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.fakes.client_secrets import InMemoryClientSecrets
from support.cognito_wire import ERROR_CLASSES, refuses, says
from support.everything_said import everything_said
from support.gate import AMPLE, Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

CLIENT_ID = "canary0client0id"
CLIENT_SECRET = "canary0secret0of0the0client0"
TOKEN = RefreshToken("canary-refresh.old")
CARRIED = TokenSet("canary-access.old", "canary-id.old", TOKEN)
SECRET_HASH = "/3djAeuPUNuWkOrsK0cQ9WBmKYcHg2ApnChdd02couM="
RESULT: Mapping[str, object] = {
    "AccessToken": "canary-access",
    "IdToken": "canary-id",
    "TokenType": "Bearer",
    "ExpiresIn": 3600,
}

Make = Callable[["CognitoIdentityProviderClient"], TokenRefresher]


def _by_get_tokens(client: "CognitoIdentityProviderClient") -> TokenRefresher:
    return CognitoApiTokenRefresher(client=client, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


def _by_auth_flow(client: "CognitoIdentityProviderClient") -> TokenRefresher:
    return CognitoAuthFlowTokenRefresher(
        client=client, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )


both = pytest.mark.parametrize("make", [_by_get_tokens, _by_auth_flow])


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as server:
        yield server


@pytest.fixture(scope="module")
def client(listening: ScriptedServer) -> "CognitoIdentityProviderClient":
    return unsigned_cognito_client(region="eu-west-1", endpoint_url=listening.url, within=AMPLE)


@pytest.fixture(scope="module")
def hurried(listening: ScriptedServer) -> "CognitoIdentityProviderClient":
    return unsigned_cognito_client(
        region="eu-west-1", endpoint_url=listening.url, within=timedelta(seconds=0.15)
    )


@pytest.fixture(scope="module")
def sessions(listening: ScriptedServer) -> CognitoUserSessions:
    client = cognito_client(region="eu-west-1", endpoint_url=listening.url, within=AMPLE)
    return CognitoUserSessions(client=client, user_pool_id="eu-west-1_Ab12Cd34")


@pytest.fixture
def server(listening: ScriptedServer) -> ScriptedServer:
    listening.requests.clear()
    listening.script = lambda _request: says(200, {"AuthenticationResult": RESULT})
    return listening


def _refresh(refresher: TokenRefresher) -> TokenSet:
    return refresher.refresh(CARRIED, username="anna")


def _sent(server: ScriptedServer) -> tuple[bytes, dict[str, Any]]:
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    return head, json.loads(body)


def test_get_tokens_sends_the_token_and_the_secret_as_they_are(
    server: ScriptedServer, client: "CognitoIdentityProviderClient"
) -> None:
    _refresh(_by_get_tokens(client))

    head, sent = _sent(server)
    assert b"AWSCognitoIdentityProviderService.GetTokensFromRefreshToken" in head
    assert sent == {
        "RefreshToken": TOKEN,
        "ClientId": CLIENT_ID,
        "ClientSecret": CLIENT_SECRET,
    }


def test_the_auth_flow_sends_a_hash_over_the_pools_user_name_and_the_client_id(
    server: ScriptedServer, client: "CognitoIdentityProviderClient"
) -> None:
    """HMAC-SHA-256 under the secret; made with openssl."""
    _refresh(_by_auth_flow(client))

    head, sent = _sent(server)
    assert b"AWSCognitoIdentityProviderService.InitiateAuth" in head
    assert sent == {
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": CLIENT_ID,
        "AuthParameters": {"REFRESH_TOKEN": TOKEN, "SECRET_HASH": SECRET_HASH},
    }


@both
def test_the_old_refresh_token_is_kept_or_the_new_one_taken(
    server: ScriptedServer, client: "CognitoIdentityProviderClient", make: Make
) -> None:
    # RF-01
    kept = _refresh(make(client))
    server.script = lambda _request: says(
        200, {"AuthenticationResult": {**RESULT, "RefreshToken": "canary-next"}}
    )
    rotated = _refresh(make(client))

    assert kept == TokenSet("canary-access", "canary-id", TOKEN)
    assert rotated == TokenSet("canary-access", "canary-id", RefreshToken("canary-next"))


@both
def test_a_call_carries_no_signature_and_no_credentials_are_looked_for(
    server: ScriptedServer,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A chain that finds none, as on an instance without a role, would ask the network first."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "REALCREDENTIAL")
    asked: list[object] = []
    monkeypatch.setattr(
        "botocore.credentials.CredentialResolver.load_credentials",
        lambda _: asked.append("the chain"),
    )
    client = unsigned_cognito_client(region="eu-west-1", endpoint_url=server.url, within=AMPLE)

    said = everything_said(lambda: _refresh(make(client)), caplog)

    head, _ = _sent(server)
    assert asked == []
    assert b"authorization" not in head.lower()
    assert b"x-amz-security-token" not in head.lower()
    assert "REALCREDENTIAL" not in said + repr(server.requests)


def test_amazons_own_address_needs_no_credentials_either(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "botocore.credentials.CredentialResolver.load_credentials",
        lambda _: asked.append("the chain"),
    )

    client = unsigned_cognito_client(region="eu-west-1", within=timedelta(seconds=1))

    assert client.meta.endpoint_url == "https://cognito-idp.eu-west-1.amazonaws.com"
    assert asked == []


REFUSALS: dict[Make, set[str]] = {
    _by_get_tokens: {"NotAuthorized", "RefreshTokenReuse", "UserNotFound"},
    _by_auth_flow: {"NotAuthorized", "UserNotFound", "UserNotConfirmed", "PasswordResetRequired"},
}


@both
@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_refresh_is_decided(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    error_class: str,
) -> None:
    # RF-02
    refused = error_class in REFUSALS[make]
    server.script = lambda request: refuses(_asked(request, "UserNotFound", error_class))

    with pytest.raises(RefreshTokenRejectedError if refused else ProviderUnavailableError):
        _refresh(make(client))

    assert len(server.requests) == (2 if error_class == "NotAuthorized" else 1)


def _asked(request: bytes, about_nobody: str, otherwise: str) -> str:
    """The class for the question whether the client is known, and that for anything else."""
    return about_nobody if b"ConfirmSignUp" in request else otherwise


@both
@pytest.mark.parametrize(
    "about_nobody", sorted(name.removesuffix("Exception") for name in ACCEPTED)
)
def test_a_token_is_refused_where_the_client_is_known(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    about_nobody: str,
) -> None:
    # RF-02
    server.script = lambda request: refuses(_asked(request, about_nobody, "NotAuthorized"))

    with pytest.raises(RefreshTokenRejectedError):
        _refresh(make(client))


@both
def test_a_wrong_client_secret_ends_no_session_though_the_answer_is_that_of_a_revoked_token(
    server: ScriptedServer, client: "CognitoIdentityProviderClient", make: Make
) -> None:
    # RF-02: whatever the text says.
    server.script = lambda _request: _says_refused("Refresh Token has been revoked")

    with pytest.raises(ClientMisconfiguredError) as error:
        _refresh(make(client))
    assert error.value.detail == "invalid_client"


@both
def test_the_question_names_nobody_and_holds_neither_token_nor_secret(
    server: ScriptedServer, client: "CognitoIdentityProviderClient", make: Make
) -> None:
    # SP-11
    server.script = lambda request: refuses(_asked(request, "UserNotFound", "NotAuthorized"))
    with pytest.raises(RefreshTokenRejectedError):
        _refresh(make(client))

    _, asked = server.requests
    head, _, body = asked.partition(b"\r\n\r\n")
    sent = json.loads(body)
    assert b"AWSCognitoIdentityProviderService.ConfirmSignUp" in head
    assert b"authorization" not in head.lower()
    assert sent.keys() == {"ClientId", "SecretHash", "Username", "ConfirmationCode"}
    assert re.fullmatch(r"authcore-[0-9a-f]{32}", sent["Username"])
    assert TOKEN not in body.decode()
    assert CLIENT_SECRET not in body.decode()


@both
@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Refresh Token has been revoked", True),
        ("Refresh Token has expired", True),
        ("Invalid Refresh Token.", True),
        ("Unable to verify secret hash for client canary", False),
        ("Unable to verify the secret of a Refresh Token has expired", False),
        ("Something is not authorized", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("about_nobody", ["TooManyRequests", "InvalidParameter", "AccessDenied"])
def test_where_the_question_gets_no_answer_only_a_text_about_the_token_ends_a_session(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    text: str,
    ends: bool,
    about_nobody: str,
) -> None:
    # RF-02
    def script(request: bytes) -> list[bytes]:
        return refuses(about_nobody) if b"ConfirmSignUp" in request else _says_refused(text)

    server.script = script

    with pytest.raises(RefreshTokenRejectedError if ends else ProviderUnavailableError) as error:
        _refresh(make(client))
    assert "canary" not in str(error.value)


def _says_refused(text: str) -> list[bytes]:
    return says(400, {"__type": "NotAuthorizedException", "message": text})


@both
def test_the_other_secret_is_tried_while_one_replaces_the_other(
    server: ScriptedServer, client: "CognitoIdentityProviderClient", make: Make
) -> None:
    # RF-02
    tokens: list[bytes] = says(200, {"AuthenticationResult": RESULT})
    secrets = InMemoryClientSecrets("new0canary0secret0000000", CLIENT_SECRET)
    known = (CLIENT_SECRET.encode(), SECRET_HASH.encode())

    def script(request: bytes) -> list[bytes]:
        is_known = any(each in request for each in known)
        return tokens if is_known else _says_refused("Unable to verify secret")

    server.script = script
    refresher = make(client)
    refresher._secrets = secrets  # type: ignore[attr-defined]

    assert _refresh(refresher).access_token == "canary-access"
    assert secrets.reported == [("new0canary0secret0000000", False), (CLIENT_SECRET, True)]


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_sign_out_is_decided(
    server: ScriptedServer, sessions: CognitoUserSessions, error_class: str
) -> None:
    server.script = lambda _request: refuses(error_class)
    expected: type[AuthcoreError] = (
        AccountNotFoundError if error_class == "UserNotFound" else ProviderUnavailableError
    )

    with pytest.raises(expected):
        sessions.sign_out_everywhere("anna")


@pytest.mark.parametrize(
    ("operation", "refusals"),
    [
        ("GetTokensFromRefreshToken", GETTING_TOKENS),
        ("InitiateAuth", REFRESHING_BY_AUTH_FLOW),
        ("AdminUserGlobalSignOut", SIGNING_OUT_A_USER),
    ],
)
def test_the_tables_and_the_list_know_the_classes_of_the_installed_sdk(
    client: "CognitoIdentityProviderClient", operation: str, refusals: Mapping[str, object]
) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    model = client.meta.service_model.operation_model(operation)
    declared = {shape.name for shape in model.error_shapes}

    assert declared <= {f"{name}Exception" for name in ERROR_CLASSES}
    assert refusals.keys() <= declared


@both
@pytest.mark.parametrize(
    "answered",
    [
        {},
        {"AuthenticationResult": {}},
        {"AuthenticationResult": None},
        {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "canary-session"},
        *(
            {"AuthenticationResult": {key: value for key, value in RESULT.items() if key != name}}
            for name in RESULT
        ),
        *(
            {"AuthenticationResult": {**RESULT, **changed}}
            for changed in (
                {"AccessToken": ""},
                {"AccessToken": "a b"},
                {"IdToken": "a" * 8193},
                {"IdToken": ["a"]},
                {"RefreshToken": ""},
                {"RefreshToken": "a\nb"},
                {"RefreshToken": ["a"]},
                {"TokenType": "mac"},
                {"ExpiresIn": 0},
                {"ExpiresIn": -1},
                {"ExpiresIn": True},
                {"ExpiresIn": "3600"},
            )
        ),
    ],
    ids=lambda answered: ascii(answered)[-48:],
)
def test_what_is_not_exactly_tokens_is_no_answer(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    answered: Mapping[str, object],
) -> None:
    server.script = lambda _request: says(200, answered)

    with pytest.raises(ProviderUnavailableError):
        _refresh(make(client))


def test_tokens_beside_a_challenge_are_none(
    server: ScriptedServer, client: "CognitoIdentityProviderClient"
) -> None:
    answered = {"AuthenticationResult": RESULT, "ChallengeName": "SMS_MFA"}
    server.script = lambda _request: says(200, answered)

    with pytest.raises(ProviderUnavailableError):
        _refresh(_by_auth_flow(client))


@both
@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        says(200, {"AuthenticationResult": RESULT}, "text/html"),
        [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
        [answer(302, headers=["Location: /"])],
        [answer(400, b"<html>NotAuthorizedException</html>", media_type="text/html")],
        [answer(403, b'{"message":"Forbidden"}')],
        [answer(503, b"", media_type="text/html")],
        says(500, {"__type": "InternalErrorException"}),
        [b"SSH-2.0-OpenSSH\r\n\r\n", HANG_UP],
    ],
)
def test_no_usable_answer_is_an_outage_and_the_token_was_sent_once(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    pieces: list[bytes],
) -> None:
    # RF-02
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        _refresh(make(client))

    assert len(server.requests) == 1


@both
def test_silence_ends_in_time_and_the_token_was_sent_once(
    server: ScriptedServer,
    hurried: "CognitoIdentityProviderClient",
    make: Make,
    stopwatch: Stopwatch,
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(ProviderUnavailableError):
        _refresh(make(hurried))

    assert len(server.heard(1)) == 1


@both
@pytest.mark.parametrize("token", [None, "", "a b", "é", "\ud800", "a" * 8193])
def test_what_no_refresh_token_can_look_like_is_not_sent(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    make: Make,
    token: str | None,
) -> None:
    carried = TokenSet("access", "id", None if token is None else RefreshToken(token))

    with pytest.raises(RefreshTokenRejectedError):
        make(client).refresh(carried, username="anna")

    assert server.requests == []


@both
@pytest.mark.parametrize(
    "pieces",
    [
        says(200, {"AuthenticationResult": {**RESULT, "RefreshToken": "canary-next"}}),
        says(200, {"AuthenticationResult": {**RESULT, "IdToken": "canary canary"}}),
        refuses("NotAuthorized"),
        refuses("TooManyRequests"),
        [answer(500, b"canary-access", media_type="text/html")],
        [HANG_UP],
        SILENCE,
    ],
    ids=["tokens", "odd tokens", "refused", "throttled", "500", "hangs up", "silence"],
)
def test_no_secret_reaches_a_log_a_traceback_or_a_repr(
    server: ScriptedServer,
    client: "CognitoIdentityProviderClient",
    hurried: "CognitoIdentityProviderClient",
    caplog: pytest.LogCaptureFixture,
    make: Make,
    pieces: list[bytes],
) -> None:
    # SP-11: also where somebody turned everything to DEBUG.
    server.script = lambda _request: pieces
    refresher = make(client if pieces else hurried)

    said = everything_said(lambda: _refresh(refresher), caplog) + repr(refresher)

    assert TOKEN.encode() in server.heard(1)[0]
    for secret in ("canary-", CLIENT_SECRET, SECRET_HASH):
        assert secret not in said


def test_a_sign_out_names_the_pool_and_the_user(
    server: ScriptedServer, sessions: CognitoUserSessions
) -> None:
    server.script = lambda _request: says(200, {})

    sessions.sign_out_everywhere("anna")

    head, sent = _sent(server)
    assert b"AWSCognitoIdentityProviderService.AdminUserGlobalSignOut" in head
    assert sent == {"UserPoolId": "eu-west-1_Ab12Cd34", "Username": "anna"}


@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        says(200, {}, "text/html"),
        [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
        says(503, {}),
    ],
)
def test_a_sign_out_that_cognito_did_not_confirm_is_none(
    server: ScriptedServer, sessions: CognitoUserSessions, pieces: list[bytes]
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        sessions.sign_out_everywhere("anna")

    assert len(server.requests) == 1
