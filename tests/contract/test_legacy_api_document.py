"""docs/legacy-api.yaml is a valid document, and the local legacy system keeps to it."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy import contract
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import Credentials
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.servers import LoopbackServer


DOCUMENT: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "legacy-api.yaml").read_text(encoding="utf-8")
)
API_KEY: Final = "key-of-the-document-tests"
JANE: Final = SEED_USERS[0]


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path]["post"]
    return found


def request_body(path: str) -> dict[str, Any]:
    content: dict[str, Any] = operation(path)["requestBody"]["content"][JSON]
    return content


def decision(path: str) -> dict[str, Any]:
    content: dict[str, Any] = operation(path)["responses"]["200"]["content"][JSON]
    return content


def faults(schema: dict[str, Any], value: object) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]


JSON: Final = "application/json"
PATHS: Final = (contract.LOGIN_PATH, contract.LOOKUP_PATH)
EXAMPLES: Final = [
    (path, content["schema"], name, example["value"])
    for path in PATHS
    for content in (request_body(path), decision(path))
    for name, example in content["examples"].items()
]


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    with closing(HttpClient(within=timedelta(seconds=4), max_bytes=4096)) as http:
        yield http


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    with LoopbackServer(LegacySystem(SEED_USERS, API_KEY).app) as server:
        yield server.url


def asked(http: HttpClient, url: str, path: str, body: bytes, key: str = API_KEY) -> HttpAnswer:
    headers = {
        "content-type": JSON,
        DOCUMENT["components"]["securitySchemes"]["ApiKey"]["name"]: key,
    }
    return http.request("POST", f"{url}{path}", headers=headers, content=body)


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


@pytest.mark.parametrize(("path", "schema", "name", "value"), EXAMPLES)
def test_every_example_of_an_answer_is_read_as_it_says(
    path: str, schema: dict[str, Any], name: str, value: dict[str, Any]
) -> None:
    if "status" not in value:
        return
    read = contract.login_answer if path == contract.LOGIN_PATH else contract.lookup_answer
    answer = HttpAnswer(200, (("content-type", JSON),), json.dumps(value).encode())

    account = read(answer, value.get("user", {}).get("username", "anybody"))

    assert (account is None) == ("user" not in value)


@pytest.mark.parametrize("path", PATHS)
def test_an_extra_member_fits_no_schema(path: str) -> None:
    # MG-06
    for example in decision(path)["examples"].values():
        assert faults(decision(path)["schema"], {**example["value"], "custom:role": "admin"})


@pytest.mark.parametrize("text", ["x", "Käfer☕", "\U0001f40e" * 3, '"\\/\b\n'])
def test_what_the_adapter_sends_fits_the_schema(text: str) -> None:
    login = json.loads(contract.login_request(Credentials(text, text)))
    look_up = json.loads(contract.lookup_request(text))

    assert faults(request_body(contract.LOGIN_PATH)["schema"], login) == []
    assert faults(request_body(contract.LOOKUP_PATH)["schema"], look_up) == []


def test_the_adapter_sends_just_what_the_schema_allows() -> None:
    name = DOCUMENT["components"]["schemas"]["Name"]
    password = DOCUMENT["components"]["schemas"]["LoginRequest"]["properties"]["password"]

    assert name["maxLength"] == contract.MAX_USERNAME_LENGTH
    assert password["maxLength"] == contract.MAX_PASSWORD_LENGTH


TEXTS: Final = {"userid": 64, "username": 128, "display_name": 100, "email": 254, "cognito_id": 64}


@pytest.mark.parametrize(("member", "longest"), TEXTS.items())
def test_schema_and_adapter_draw_the_same_line(member: str, longest: int) -> None:
    """The longest text the schema allows is taken, one more character by neither."""
    example = decision(contract.LOGIN_PATH)["examples"]["authenticated"]["value"]
    for length, fits in [(longest, True), (longest + 1, False)]:
        text = "a@b".ljust(length, "c") if member == "email" else "x" * length
        said = {**example, "user": {**example["user"], member: text}}
        answer = HttpAnswer(200, (("content-type", JSON),), json.dumps(said).encode())

        assert (faults(decision(contract.LOGIN_PATH)["schema"], said) == []) == fits
        if fits:
            assert contract.login_answer(answer, said["user"]["username"]) is not None
        else:
            with pytest.raises(LegacyUnavailableError):
                contract.login_answer(answer, said["user"]["username"])


@pytest.mark.parametrize("user", SEED_USERS, ids=lambda user: user.username)
@pytest.mark.parametrize("password", ["right", "wrong"])
def test_the_local_legacy_system_logs_in_as_documented(
    http: HttpClient, url: str, user: Any, password: str
) -> None:
    typed = user.password if password == "right" else "wrong"
    body = contract.login_request(Credentials(user.username, typed))

    answer = asked(http, url, contract.LOGIN_PATH, body)

    assert (answer.status, answer.media_type) == (200, JSON)
    said = json.loads(answer.body)
    assert faults(decision(contract.LOGIN_PATH)["schema"], said) == []
    opens = password == "right" and not user.locked
    assert said["status"] == ("authenticated" if opens else "rejected")


@pytest.mark.parametrize(
    "name", [*(user.username for user in SEED_USERS), JANE.email, "nobody", "é\U0001f40e"]
)
def test_the_local_legacy_system_looks_up_as_documented(
    http: HttpClient, url: str, name: str
) -> None:
    answer = asked(http, url, contract.LOOKUP_PATH, contract.lookup_request(name))

    said = json.loads(answer.body)
    assert answer.status == 200
    assert faults(decision(contract.LOOKUP_PATH)["schema"], said) == []
    assert said["status"] == ("not_found" if name in {"ahab", "nobody", "é\U0001f40e"} else "found")


@pytest.mark.parametrize("key", ["", "wrong", API_KEY + " x"])
@pytest.mark.parametrize("path", PATHS)
def test_without_the_api_key_there_is_no_decision(
    http: HttpClient, url: str, path: str, key: str
) -> None:
    assert asked(http, url, path, contract.lookup_request("jane"), key).status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'["username", "password"]',
        b"{}",
        b'{"username": "jane"}',
        b'{"username": "jane", "password": 1}',
        b'{"username": "jane", "password": "\\ud800"}',
        b'{"username": "jane", "password": "x", "otp": "1"}',
        b"[" * 8000,
        b" " * 9000,
    ],
)
def test_a_malformed_log_in_gets_no_decision(http: HttpClient, url: str, body: bytes) -> None:
    assert asked(http, url, contract.LOGIN_PATH, body).status == 400
