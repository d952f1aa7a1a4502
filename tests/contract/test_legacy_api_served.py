"""The local legacy system keeps to docs/legacy-api.yaml."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    profile_contract,
    session_contract,
    update_contract,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountQuery, NewLegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE
from support.legacy_api import (
    DOCUMENT,
    JSON,
    LINK_PATHS,
    PATHS,
    READ_PATHS,
    SESSION_PATHS,
    UPDATE_PATH,
    decision,
    faults,
    request_body,
)


API_KEY: Final = "key-of-the-document-tests"
JANE: Final = SEED_USERS[0]
AHAB: Final = next(user for user in SEED_USERS if user.locked)
RENAMED: Final = ProfileUpdate(email="jane@moor-house.example", name="Jane Rochester")
TWIN: Final = NewLegacyAccount(
    cognito_id="sub-of-a-twin",
    identity=ExternalIdentity("Google", "118470000000000001848"),
    username="google_118470000000000001848",
    email=JANE.email,
    email_verified=False,
    display_name=None,
)


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    with closing(HttpClient(within=AMPLE, max_bytes=listing_contract.MAX_PAGE_BYTES)) as http:
        yield http


@pytest.fixture(scope="module", name="url")
def _url() -> Iterator[str]:
    with LoopbackServer(LegacySystem(SEED_USERS, API_KEY).app) as server:
        yield server.url


def asked(http: HttpClient, url: str, path: str, body: bytes, key: str = API_KEY) -> HttpAnswer:
    headers = {
        "content-type": JSON,
        "idempotency-key": "key-of-this-creation",
        DOCUMENT["components"]["securitySchemes"]["ApiKey"]["name"]: key,
    }
    return http.request("POST", f"{url}{path}", headers=headers, content=body)


@pytest.mark.parametrize("user", SEED_USERS, ids=lambda user: user.username)
@pytest.mark.parametrize("password", ["right", "wrong"])
def test_the_local_legacy_system_logs_in_as_documented(
    http: HttpClient, url: str, user: Any, password: str
) -> None:
    typed = user.password if password == "right" else "wrong"
    body = login_contract.login_request(Credentials(user.username, typed))

    answer = asked(http, url, login_contract.LOGIN_PATH, body)

    assert (answer.status, answer.media_type) == (200, JSON)
    said = json.loads(answer.body)
    assert faults(decision(login_contract.LOGIN_PATH)["schema"], said) == []
    opens = password == "right" and not user.locked
    assert said["status"] == ("authenticated" if opens else "rejected")


@pytest.mark.parametrize(
    "name", [*(user.username for user in SEED_USERS), JANE.email, "nobody", "é\U0001f40e"]
)
def test_the_local_legacy_system_looks_up_as_documented(
    http: HttpClient, url: str, name: str
) -> None:
    answer = asked(http, url, login_contract.LOOKUP_PATH, login_contract.lookup_request(name))

    said = json.loads(answer.body)
    assert answer.status == 200
    assert faults(decision(login_contract.LOOKUP_PATH)["schema"], said) == []
    assert said["status"] == ("not_found" if name in {"nobody", "é\U0001f40e"} else "found")
    assert said.get("user", {}).get("locked", False) is (name == "ahab")


STORY: Final = (
    (
        link_contract.ATTACH_PATH,
        link_contract.attach_request(AHAB.userid, "sub-of-ahab", reset_access=True),
        "locked",
    ),
    (
        link_contract.MATCH_PATH,
        link_contract.match_request(AccountQuery("sub-of-jane", None, JANE.email)),
        "matches",
    ),
    (
        link_contract.ATTACH_PATH,
        link_contract.attach_request(JANE.userid, "sub-of-jane", reset_access=True),
        "attached",
    ),
    (
        link_contract.ATTACH_PATH,
        link_contract.attach_request(JANE.userid, "sub-of-another", reset_access=True),
        "taken",
    ),
    (
        link_contract.ATTACH_PATH,
        link_contract.attach_request("404", "sub-of-nobody", reset_access=False),
        "not_found",
    ),
    (
        link_contract.DETACH_PATH,
        link_contract.detach_request(JANE.userid, "sub-of-another"),
        "taken",
    ),
    (
        link_contract.DETACH_PATH,
        link_contract.detach_request(JANE.userid, "sub-of-jane"),
        "detached",
    ),
    (link_contract.DETACH_PATH, link_contract.detach_request("404", "sub-of-nobody"), "not_found"),
    (
        link_contract.ATTACH_PATH,
        link_contract.attach_request(JANE.userid, "sub-of-jane", reset_access=True),
        "attached",
    ),
    (link_contract.CREATE_PATH, link_contract.create_request(TWIN), "created"),
    (
        link_contract.CREATE_PATH,
        link_contract.create_request(attrs.evolve(TWIN, cognito_id="sub-of-a-thief")),
        "taken",
    ),
    (
        link_contract.MATCH_PATH,
        link_contract.match_request(AccountQuery("sub-of-nobody", None, JANE.email)),
        "ambiguous",
    ),
    *(
        (update_contract.UPDATE_PATH, update_contract.update_request(userid, sub, RENAMED), status)
        for userid, sub, status in (
            (JANE.userid, "sub-of-jane", "updated"),
            (JANE.userid, "sub-of-jane", "unchanged"),
            (JANE.userid, "sub-of-another", "not_linked"),
            ("404", "sub-of-jane", "not_linked"),
        )
    ),
    (listing_contract.LIST_PATH, listing_contract.list_request(None), "listed"),
    (
        profile_contract.PROFILES_PATH,
        profile_contract.profiles_request([JANE.userid, AHAB.userid, "404"]),
        "profiles",
    ),
)


def test_the_local_legacy_system_links_as_documented(http: HttpClient) -> None:
    """One story: each call finds what the one before it left."""
    with LoopbackServer(LegacySystem(SEED_USERS, API_KEY).app) as server:
        for path, body, status in STORY:
            assert body is not None
            answer = asked(http, server.url, path, body)
            said = json.loads(answer.body)

            assert (answer.status, answer.media_type) == (200, JSON)
            assert faults(decision(path)["schema"], said) == []
            assert said["status"] == status


def test_the_local_legacy_system_answers_about_sessions_as_documented(http: HttpClient) -> None:
    legacy = LegacySystem(SEED_USERS, API_KEY)
    session = legacy.open_session(JANE.userid)
    body = session_contract.session_request(session)
    story = [
        (session_contract.SESSION_PATH, "signed_in"),
        (session_contract.END_PATH, "ended"),
        (session_contract.END_PATH, "ended"),
        (session_contract.SESSION_PATH, "signed_out"),
    ]
    with LoopbackServer(legacy.app) as server:
        for path, status in story:
            said = json.loads(asked(http, server.url, path, body).body)

            assert faults(decision(path)["schema"], said) == []
            assert said["status"] == status


@pytest.mark.parametrize("path", [*LINK_PATHS, UPDATE_PATH, *READ_PATHS, *SESSION_PATHS])
def test_a_malformed_link_call_gets_no_decision(http: HttpClient, url: str, path: str) -> None:
    example = next(iter(request_body(path)["examples"].values()))["value"]
    for member in example:
        missing = {name: value for name, value in example.items() if name != member}
        assert asked(http, url, path, json.dumps(missing).encode()).status == 400
        mistyped = {**example, member: 1}
        assert asked(http, url, path, json.dumps(mistyped).encode()).status == 400
    assert asked(http, url, path, json.dumps({**example, "role": "admin"}).encode()).status == 400


def test_a_creation_without_an_idempotency_key_gets_no_decision(http: HttpClient, url: str) -> None:
    headers = {"content-type": JSON, "x-api-key": API_KEY}
    body = link_contract.create_request(TWIN)

    answer = http.request(
        "POST", f"{url}{link_contract.CREATE_PATH}", headers=headers, content=body
    )

    assert answer.status == 400


@pytest.mark.parametrize("key", ["", "wrong", API_KEY + " x"])
@pytest.mark.parametrize("path", PATHS)
def test_without_the_api_key_there_is_no_decision(
    http: HttpClient, url: str, path: str, key: str
) -> None:
    assert asked(http, url, path, login_contract.lookup_request("jane"), key).status == 401


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
    assert asked(http, url, login_contract.LOGIN_PATH, body).status == 400
