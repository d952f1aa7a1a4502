"""docs/legacy-api.yaml is a valid document, and the adapter keeps to it."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    profile_contract,
    session_contract,
    update_contract,
    user_contract,
)
from authcore.adapters.legacy.session_cookie import MAX_SESSION_LENGTH
from authcore.domain.errors import (
    AccountLockedError,
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    LegacyUnavailableError,
    RejectedError,
)
from authcore.domain.model.accounts import (
    MAX_PROFILES,
    AccountPage,
    Credentials,
    LegacyAccount,
)
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from support.legacy_api import (
    DOCUMENT,
    JSON,
    LINK_PATHS,
    PATHS,
    SESSION_PATHS,
    UPDATE_PATH,
    decision,
    faults,
    operation,
    request_body,
)


SOCIAL_QUERY: Final = AccountQuery(
    "2b1c3e9a-6d0f-4a1e-9a55-5d9b8b0f6c11",
    ExternalIdentity("Google", "118470000000000001847"),
    "jane@thornfield.example",
)

SESSION: Final[str] = request_body(session_contract.SESSION_PATH)["examples"]["cookie"]["value"][
    "session"
]
EXAMPLES: Final = [
    (path, content["schema"], name, example["value"])
    for path in PATHS
    for content in (request_body(path), decision(path))
    for name, example in content["examples"].items()
]
DECISIONS: Final = [
    pytest.param(path, example["value"], id=f"{operation(path)['operationId']}-{name}")
    for path in PATHS
    for name, example in decision(path)["examples"].items()
]


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_the_document_describes_the_calls_that_are_made_and_no_others() -> None:
    assert set(DOCUMENT["paths"]) == set(PATHS)


@pytest.mark.parametrize(("path", "schema", "name", "value"), EXAMPLES)
def test_every_example_fits_its_schema(
    path: str, schema: dict[str, Any], name: str, value: object
) -> None:
    assert faults(schema, value) == []


READERS: Final[Mapping[str, Callable[[HttpAnswer, Mapping[str, str]], object]]] = {
    login_contract.LOGIN_PATH: lambda answer, user: login_contract.login_answer(
        answer, user["username"]
    ),
    login_contract.LOOKUP_PATH: lambda answer, user: login_contract.lookup_answer(
        answer, user["username"]
    ),
    link_contract.MATCH_PATH: lambda answer, _: link_contract.match_answer(answer, SOCIAL_QUERY),
    link_contract.ATTACH_PATH: lambda answer, user: link_contract.attach_answer(
        answer, user["userid"], user["cognito_id"]
    ),
    link_contract.DETACH_PATH: lambda answer, user: link_contract.detach_answer(
        answer, user["userid"]
    ),
    link_contract.CREATE_PATH: lambda answer, user: link_contract.create_answer(
        answer, user["cognito_id"]
    ),
    listing_contract.LIST_PATH: lambda answer, _: listing_contract.list_answer(answer, None),
    profile_contract.PROFILES_PATH: lambda answer, _: profile_contract.profiles_answer(
        answer, ("1847", "1852")
    ),
    update_contract.UPDATE_PATH: lambda answer, user: update_contract.update_answer(
        answer, user["userid"], user["cognito_id"]
    ),
    session_contract.SESSION_PATH: lambda answer, _: session_contract.session_answer(
        answer, SESSION
    ),
    session_contract.END_PATH: lambda answer, _: session_contract.end_answer(answer),
}
NO: Final[Mapping[str, type | tuple[type, ...]]] = {
    "rejected": type(None),
    "not_found": (type(None), AccountNotFoundError),
    "ambiguous": AmbiguousAccountError,
    "not_linked": AccountNotFoundError,
    "locked": AccountLockedError,
    "taken": AccountTakenError,
    "signed_out": type(None),
    "ended": type(None),
}


def as_read(path: str, value: Mapping[str, Any]) -> object:
    """What the adapter makes of *value*; a rejection is returned."""
    answer = HttpAnswer(200, (("content-type", JSON),), json.dumps(value).encode())
    user = value.get("user", {"username": "anybody", "userid": "1", "cognito_id": "x"})
    try:
        return READERS[path](answer, user)
    except RejectedError as error:
        return error


@pytest.mark.parametrize(("path", "value"), DECISIONS)
def test_every_example_of_an_answer_is_read_as_it_says(path: str, value: dict[str, Any]) -> None:
    yes = (LegacyAccount, AccountMatches, AccountPage, dict, bool)

    assert isinstance(as_read(path, value), NO.get(value["status"], yes))


@pytest.mark.parametrize(("path", "value"), DECISIONS)
def test_what_one_call_answers_is_a_yes_to_no_other(path: str, value: dict[str, Any]) -> None:
    """A proxy that mixes up two calls opens, links and creates nothing."""
    for other in set(PATHS) - {path}:
        try:
            read = as_read(other, value)
        except LegacyUnavailableError:
            continue
        assert isinstance(read, NO[value["status"]])


@pytest.mark.parametrize("path", PATHS)
def test_an_extra_member_fits_no_schema(path: str) -> None:
    # MG-06
    for example in decision(path)["examples"].values():
        assert not faults(decision(path)["schema"], example["value"])
        assert faults(decision(path)["schema"], {**example["value"], "custom:role": "admin"})


@pytest.mark.parametrize("text", ["x", "Käfer☕", "\U0001f40e" * 3, '"\\/\b\n'])
def test_what_the_adapter_sends_fits_the_schema(text: str) -> None:
    login = json.loads(login_contract.login_request(Credentials(text, text)))
    look_up = json.loads(login_contract.lookup_request(text))

    assert faults(request_body(login_contract.LOGIN_PATH)["schema"], login) == []
    assert faults(request_body(login_contract.LOOKUP_PATH)["schema"], look_up) == []


@pytest.mark.parametrize(
    "text", ["x", "Käfer☕", "\U0001f40e" * 3, '"\\/\b\n', "x" * 1000, "\0", ""]
)
@pytest.mark.parametrize("email", ["a@b", "x" * 300 + "@b", "no address", "a@\ud800", "", None])
def test_what_the_adapter_sends_to_link_fits_the_schemas(text: str, email: str | None) -> None:
    """Names and addresses that the contract cannot hold are left out."""
    identity = ExternalIdentity("x" * 32, "y" * 256)
    account = NewLegacyAccount(
        cognito_id="z" * 64,
        identity=identity,
        username=text,
        email=email,
        email_verified=True,
        display_name=text,
    )
    match = link_contract.match_request(AccountQuery("z" * 64, identity, email))
    update = ProfileUpdate(email=email, name=text)
    told = update_contract.update_request("x" * 64, "z" * 64, update)
    if told is not None:
        assert faults(request_body(UPDATE_PATH)["schema"], json.loads(told)) == []
    attach = link_contract.attach_request("x" * 64, "z" * 64, reset_access=True)
    create = link_contract.create_request(account)

    detach = link_contract.detach_request("x" * 64, "z" * 64)
    for path, body in zip(LINK_PATHS, (match, attach, create, detach), strict=True):
        assert faults(request_body(path)["schema"], json.loads(body)) == []
    said = json.loads(create)
    assert said["email"] in {email, None}
    assert said["email_verified"] == (said["email"] is not None)
    assert said["display_name"] in {text, None}


@pytest.mark.parametrize("after", [None, "100", "x" * 256])
def test_what_the_adapter_sends_to_list_fits_the_schema(after: str | None) -> None:
    body = json.loads(listing_contract.list_request(after))

    assert faults(request_body(listing_contract.LIST_PATH)["schema"], body) == []


@pytest.mark.parametrize("uid", ["4711", "x" * 64, "\U0001f40e" * 64, '"\\/\b\n'])
def test_what_the_adapter_sends_about_profiles_fits_the_schema(uid: str) -> None:
    ids = profile_contract.known_ids([uid, uid, "x" * 65, ""])
    body = json.loads(profile_contract.profiles_request(ids))

    assert body == {"userids": [uid]}
    assert faults(request_body(profile_contract.PROFILES_PATH)["schema"], body) == []


@pytest.mark.parametrize("session", ["x", "x" * MAX_SESSION_LENGTH, '"\\/ a=b&c%20'])
def test_what_the_adapter_sends_about_a_session_fits_the_schema(session: str) -> None:
    body = json.loads(session_contract.session_request(session))

    for path in SESSION_PATHS:
        assert faults(request_body(path)["schema"], body) == []
        assert faults(request_body(path)["schema"], {"session": session + "x" * 4096})


def test_the_adapter_sends_just_what_the_schema_allows() -> None:
    name = DOCUMENT["components"]["schemas"]["Name"]
    password = DOCUMENT["components"]["schemas"]["LoginRequest"]["properties"]["password"]

    assert name["maxLength"] == login_contract.MAX_USERNAME_LENGTH
    assert password["maxLength"] == login_contract.MAX_PASSWORD_LENGTH


def test_document_and_adapter_state_the_same_sizes() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    identity = schemas["IdentityOrNull"]["properties"]

    assert identity["provider"]["maxLength"] == link_contract.MAX_PROVIDER_LENGTH
    assert identity["user_id"]["maxLength"] == user_contract.MAX_IDENTITY_LENGTH
    assert schemas["Listed"]["properties"]["users"]["maxItems"] == listing_contract.MAX_PAGE
    assert schemas["Profiles"]["properties"]["users"]["maxItems"] == MAX_PROFILES
    assert schemas["Cursor"]["maxLength"] == listing_contract.MAX_CURSOR_LENGTH
    for size in (
        login_contract.MAX_ANSWER_BYTES,
        link_contract.MAX_LINK_ANSWER_BYTES,
        listing_contract.MAX_PAGE_BYTES,
        session_contract.MAX_SESSION_ANSWER_BYTES,
    ):
        assert f"{size:,}" in DOCUMENT["info"]["description"]


TEXTS: Final = {"userid": 64, "username": 128, "display_name": 100, "email": 254, "cognito_id": 64}


@pytest.mark.parametrize(("member", "longest"), TEXTS.items())
def test_schema_and_adapter_draw_the_same_line(member: str, longest: int) -> None:
    """The longest text the schema allows is taken, one more character by neither."""
    example = decision(login_contract.LOGIN_PATH)["examples"]["authenticated"]["value"]
    for length, fits in [(longest, True), (longest + 1, False)]:
        text = "a@b".ljust(length, "c") if member == "email" else "x" * length
        said = {**example, "user": {**example["user"], member: text}}
        answer = HttpAnswer(200, (("content-type", JSON),), json.dumps(said).encode())

        assert (faults(decision(login_contract.LOGIN_PATH)["schema"], said) == []) == fits
        if fits:
            assert login_contract.login_answer(answer, said["user"]["username"]) is not None
        else:
            with pytest.raises(LegacyUnavailableError):
                login_contract.login_answer(answer, said["user"]["username"])
