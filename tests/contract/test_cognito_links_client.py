"""Listing and linking over a real socket: what comes back, and what it leaves behind."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.error_translation import LINKING_A_PROVIDER, LISTING_USERS
from authcore.adapters.cognito.provider_links import MAX_PAGES, CognitoProviderLinks
from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AuthcoreError,
    LinkRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import ExternalIdentity
from support.cognito_wire import CANARY, ERROR_CLASSES, USER, refuses, says
from support.everything_said import everything_said
from support.gate import AMPLE, Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


POOL_ID = "eu-west-1_Ab12Cd34"
IDENTITY = ExternalIdentity("Google", "canary-1095")
ATTRIBUTES = [{"Name": "sub", "Value": "s-1"}, {"Name": "email", "Value": CANARY}]
LISTED = {
    "Username": "anna",
    "Attributes": ATTRIBUTES,
    "Enabled": True,
    "UserStatus": "CONFIRMED",
}


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as server:
        yield server


@pytest.fixture(scope="module")
def client(listening: ScriptedServer) -> Any:
    within = AMPLE
    return cognito_client(region="eu-west-1", endpoint_url=listening.url, within=within)


@pytest.fixture(scope="module")
def hurried(listening: ScriptedServer) -> Any:
    within = timedelta(seconds=0.15)
    return cognito_client(region="eu-west-1", endpoint_url=listening.url, within=within)


@pytest.fixture
def server(listening: ScriptedServer) -> ScriptedServer:
    listening.requests.clear()
    listening.script = lambda _request: says(200, {"Users": [LISTED]})
    return listening


def _list(client: Any) -> object:
    return CognitoDirectoryListing(client=client, user_pool_id=POOL_ID).users()


def _ask(client: Any) -> object:
    return CognitoProviderLinks(client=client, user_pool_id=POOL_ID).native_users_with(CANARY)


def _link(client: Any) -> object:
    CognitoProviderLinks(client=client, user_pool_id=POOL_ID).link_provider("anna", IDENTITY)
    return None


Call = Callable[[Any], object]
every = pytest.mark.parametrize("call", [_list, _ask, _link])
listings = pytest.mark.parametrize("call", [_list, _ask])


def _bodies(server: ScriptedServer) -> list[dict[str, object]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]


def _refused_then_read(refusal: list[bytes], identities: object) -> Callable[[bytes], list[bytes]]:
    """AdminLinkProviderForUser is refused; AdminGetUser shows these identities."""
    held = {"Name": "identities", "Value": json.dumps(identities)}
    user = {**USER, "UserAttributes": [{"Name": "sub", "Value": "s-1"}, held]}
    return lambda request: says(200, user) if b"AdminGetUser" in request else refusal


def test_a_link_names_the_provider_its_own_user_id_and_the_native_user(
    server: ScriptedServer, client: Any
) -> None:
    # AL-05
    server.script = lambda _request: says(200, {})

    _link(client)

    assert b"AWSCognitoIdentityProviderService.AdminLinkProviderForUser" in server.requests[0]
    assert _bodies(server) == [
        {
            "UserPoolId": POOL_ID,
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "anna"},
            "SourceUser": {
                "ProviderName": "Google",
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": "canary-1095",
            },
        }
    ]


def test_an_address_is_asked_for_in_quotes(server: ScriptedServer, client: Any) -> None:
    # AL-04
    links = CognitoProviderLinks(client=client, user_pool_id=POOL_ID)

    links.native_users_with('a"b\\c')
    links.native_users_with('"' * 300)

    assert [body["Filter"] for body in _bodies(server)] == [
        'email = "a\\"b\\\\c"',
        'email ^= "' + '\\"' * 100 + '"',
    ]
    assert all(body["Limit"] == 60 for body in _bodies(server))


@listings
@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_no_error_class_of_a_listing_is_an_empty_list(
    server: ScriptedServer, client: Any, call: Call, error_class: str
) -> None:
    server.script = lambda _request: refuses(error_class)

    with pytest.raises(ProviderUnavailableError):
        call(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_of_a_link_is_decided(
    server: ScriptedServer, client: Any, error_class: str
) -> None:
    refusals: dict[str, type[AuthcoreError]] = {
        "UserNotFound": AccountNotFoundError,
        "AliasExists": AccountTakenError,
        "InvalidParameter": AccountTakenError,
        "LimitExceeded": LinkRejectedError,
    }
    server.script = _refused_then_read(refuses(error_class), [])

    with pytest.raises(refusals.get(error_class, ProviderUnavailableError)):
        _link(client)


@pytest.mark.parametrize("error_class", ["AliasExists", "InvalidParameter", "LimitExceeded"])
@pytest.mark.parametrize("primary", [False, True])
def test_a_refused_link_that_is_there_is_a_link(
    server: ScriptedServer, client: Any, error_class: str, primary: bool
) -> None:
    # AL-05, LT-02
    held = {"providerName": "Google", "userId": IDENTITY.user_id, "primary": primary}
    server.script = _refused_then_read(refuses(error_class), [held])

    _link(client)

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "held",
    [
        {"providerName": "google", "userId": IDENTITY.user_id},
        {"providerName": "Google", "userId": IDENTITY.user_id.upper()},
        {"providerName": "Facebook", "userId": IDENTITY.user_id},
        {"userId": IDENTITY.user_id},
        {"providerName": "Google"},
        {},
    ],
)
def test_another_identity_makes_no_refusal_good(
    server: ScriptedServer, client: Any, held: object
) -> None:
    server.script = _refused_then_read(refuses("InvalidParameter"), [held])

    with pytest.raises(AccountTakenError):
        _link(client)


@pytest.mark.parametrize("identities", [None, "Google", {"providerName": "Google"}, [1], 7])
def test_identities_that_are_none_decide_nothing(
    server: ScriptedServer, client: Any, identities: object
) -> None:
    server.script = _refused_then_read(refuses("InvalidParameter"), identities)

    with pytest.raises(ProviderUnavailableError):
        _link(client)


@pytest.mark.parametrize("text", ["", "[", "[{]", "[" * 100_000])
def test_identities_that_are_not_json_are_no_answer(
    server: ScriptedServer, client: Any, text: str
) -> None:
    held = [*ATTRIBUTES, {"Name": "identities", "Value": text}]
    server.script = lambda _request: says(200, {"Users": [{**LISTED, "Attributes": held}]})

    with pytest.raises(ProviderUnavailableError):
        _ask(client)


@pytest.mark.parametrize(
    ("status", "primary", "native"),
    [
        ("CONFIRMED", False, True),
        ("CONFIRMED", "false", True),
        ("CONFIRMED", True, False),
        ("CONFIRMED", "true", False),
        ("CONFIRMED", None, False),
        ("EXTERNAL_PROVIDER", False, False),
    ],
)
def test_a_providers_user_stays_one_also_with_a_password(
    server: ScriptedServer, client: Any, status: str, primary: object, native: bool
) -> None:
    # AL-03
    identities = json.dumps([{"providerName": "Google", "userId": "1", "primary": primary}])
    held = [*ATTRIBUTES, {"Name": "identities", "Value": identities}]
    user = {**LISTED, "UserStatus": status, "Attributes": held}
    server.script = lambda _request: says(200, {"Users": [user]})

    assert bool(_ask(client)) is native


def test_pages_without_users_are_passed_over(server: ScriptedServer, client: Any) -> None:
    pages = iter(
        [{"Users": [], "PaginationToken": "2"}, {"Users": [LISTED], "PaginationToken": "3"}]
    )
    server.script = lambda _request: says(200, next(pages, {"Users": []}))

    assert len(CognitoProviderLinks(client=client, user_pool_id=POOL_ID).native_users_with(CANARY))
    assert [body.get("PaginationToken") for body in _bodies(server)] == [None, "2", "3"]


def test_pages_without_end_are_no_answer(server: ScriptedServer, client: Any) -> None:
    # DL-06
    server.script = lambda _request: says(200, {"Users": [], "PaginationToken": "again"})

    with pytest.raises(ProviderUnavailableError):
        _ask(client)

    assert len(server.requests) == MAX_PAGES


@every
@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        says(200, {"Users": []}, "text/html"),
        [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
        [answer(302, headers=["Location: /"])],
        [answer(503, b"", media_type="text/html")],
        [answer(400, b"<html>UserNotFoundException</html>", media_type="text/html")],
        says(500, {"__type": "InternalErrorException"}),
        refuses("TooManyRequests"),
    ],
)
def test_no_usable_answer_is_an_outage_and_is_not_asked_for_twice(
    server: ScriptedServer, client: Any, call: Call, pieces: list[bytes]
) -> None:
    # DL-04
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        call(client)

    assert len(server.requests) == 1


@listings
@pytest.mark.parametrize(
    "page",
    [
        {},
        {"Users": None},
        {"Users": "anna"},
        {"Users": [None]},
        {"Users": [{}]},
        {"Users": [{**LISTED, "Attributes": [{"Name": "email", "Value": CANARY}]}]},
        {"Users": [{**LISTED, "Enabled": "false"}]},
        {"Users": [USER]},
        {"Users": [LISTED] * 61},
        {"Users": [], "PaginationToken": 2},
        [],
        None,
    ],
)
def test_a_page_that_is_not_fully_described_is_no_answer(
    server: ScriptedServer, client: Any, call: Call, page: object
) -> None:
    server.script = lambda _request: says(200, page)

    with pytest.raises(ProviderUnavailableError):
        call(client)


@pytest.mark.parametrize(
    ("operation", "refusals"),
    [("ListUsers", LISTING_USERS), ("AdminLinkProviderForUser", LINKING_A_PROVIDER)],
)
def test_the_tables_and_the_lists_above_know_the_classes_of_the_installed_sdk(
    client: Any, operation: str, refusals: dict[str, object]
) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    model = client.meta.service_model.operation_model(operation)
    declared = {shape.name for shape in model.error_shapes}

    assert declared <= {f"{name}Exception" for name in ERROR_CLASSES}
    assert refusals.keys() <= declared


@every
def test_silence_ends_in_time(
    server: ScriptedServer, hurried: Any, call: Call, stopwatch: Stopwatch
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(ProviderUnavailableError):
        call(hurried)

    assert len(server.heard(1)) == 1


@pytest.mark.parametrize(
    "pieces",
    [says(200, {"Users": [LISTED]}), refuses("AliasExists"), refuses("UserNotFound"), [HANG_UP]],
    ids=["user", "alias", "unknown", "hangs up"],
)
@every
def test_no_address_and_no_identity_reaches_a_log_a_traceback_or_an_error(
    server: ScriptedServer,
    client: Any,
    caplog: pytest.LogCaptureFixture,
    call: Call,
    pieces: list[bytes],
) -> None:
    # SP-11, AL-08: also where somebody turned everything to DEBUG.
    server.script = lambda _request: pieces

    said = everything_said(lambda: call(client), caplog)

    assert server.requests
    assert CANARY not in said
    assert IDENTITY.user_id not in said
