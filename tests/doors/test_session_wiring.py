"""What settings say about sessions is what the doors are wired with."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from authcore.adapters.auth_service.token_refresher import AuthServiceTokenRefresher
from authcore.adapters.cognito.token_endpoint import CognitoTokenRefresher
from authcore.adapters.cognito.token_refreshers import (
    CognitoApiTokenRefresher,
    CognitoAuthFlowTokenRefresher,
)
from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease
from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.legacy.http_sessions import HttpLegacySessions
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySessions
from authcore.testing.mint import TokenMint
from authcore_guard import asgi, fastapi, flask, wsgi
from authcore_guard.container import GuardContainer, guard_container, verify_url_of
from authcore_web.container import WebContainer, web_container
from doors.door_world import environment_for
from unit.session_world import ACCOUNT


MINT = TokenMint()
TABLE = {"STORE_TABLE": "sessions"}
SERVICE = {"GUARD_REFRESH": "service", "GUARD_CALLER_KEY": "k" * 40}
OLD_LOGIN = {
    "LEGACY_SESSIONS_COOKIE": "sessionid",
    "LEGACY_URL": "https://legacy.example.com",
    "LEGACY_API_KEY": "canary-api-key",
}

Container = GuardContainer | WebContainer
Build = Callable[[Mapping[str, str]], Container]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def guard(**changes: str) -> GuardContainer:
    return guard_container(environment_for(MINT, **changes))


def web(**changes: str) -> WebContainer:
    return web_container(environment_for(MINT, **changes))


WAYS = [
    ({}, CognitoTokenRefresher),
    ({"REFRESH_BY": "token_endpoint"}, CognitoTokenRefresher),
    ({"REFRESH_BY": "get_tokens"}, CognitoApiTokenRefresher),
    ({"REFRESH_BY": "auth_flow"}, CognitoAuthFlowTokenRefresher),
]


@pytest.mark.parametrize(("changes", "refresher"), WAYS)
def test_sessions_go_on_in_the_configured_way(
    changes: dict[str, str], refresher: type[object]
) -> None:
    assert type(web(**changes).token_refresher()) is refresher
    assert type(guard(GUARD_REFRESH="direct", **changes).token_refresher()) is refresher


def test_a_guard_that_asks_the_auth_service_needs_neither_secret_nor_table() -> None:
    container = guard(**SERVICE, SIGN_IN_CLIENT_SECRET="", SIGN_IN_DOMAIN_URL="")

    assert type(container.token_refresher()) is AuthServiceTokenRefresher
    assert container.session_guard().refresher is container.session_refresher()
    assert verify_url_of(container.guard()) == "https://auth.example.com/auth/verify"


def test_the_auth_service_may_have_another_name_for_servers() -> None:
    url = "http://127.0.0.1:8401/auth/verify"
    assert verify_url_of(guard(**SERVICE, GUARD_VERIFY_URL=url).guard()) == url


def test_the_api_needs_no_domain() -> None:
    changes = {"GUARD_REFRESH": "direct", "REFRESH_BY": "get_tokens", "SIGN_IN_DOMAIN_URL": ""}
    container = guard(**changes)

    assert type(container.token_refresher()) is CognitoApiTokenRefresher
    successors = container.successors()
    assert successors is not None  # without a domain to revoke at; it says so
    assert successors.revoker is None


def test_a_guard_leaves_sessions_to_others_unless_told() -> None:
    container = guard(**TABLE)

    assert container.token_refresher() is None
    assert container.session_guard().refresher is None


@pytest.mark.parametrize("build", [web, lambda **more: guard(GUARD_REFRESH="direct", **more)])
@pytest.mark.parametrize(
    ("changes", "lease", "memory"),
    [
        ({}, type(None), ProcessRefreshResultCache),
        (TABLE, DynamoDbLease, SealedRefreshResultCache),
    ],
)
def test_processes_that_share_a_table_refresh_a_session_once(
    build: Callable[..., Container],
    changes: dict[str, str],
    lease: type[object],
    memory: type[object],
) -> None:
    # RF-03
    container = build(**changes)

    assert type(container.lease()) is lease
    assert type(container.recent()) is memory


def test_without_a_key_nothing_is_left_in_the_table() -> None:
    """And nobody waits for a process whose tokens could not be had afterwards."""
    plain = guard(COOKIE_FORMAT="plain", COOKIE_KEYS="", GUARD_REFRESH="direct", **TABLE)
    assert type(plain.recent()) is ProcessRefreshResultCache
    assert plain.lease() is None


def test_a_guard_that_asks_the_auth_service_leaves_the_lease_to_it() -> None:
    """RF-03: both have the same table, and one would wait for the other."""
    asking = guard(GUARD_REFRESH="service", GUARD_CALLER_KEY="k" * 40, **TABLE)
    assert asking.lease() is None
    assert asking.successors() is None  # it revokes, too


@pytest.mark.parametrize(
    ("build", "changes", "list_"),
    [
        (web, {}, type(None)),
        (web, {"REVOCATIONS_KEPT_IN": "process"}, ProcessRevocationList),
        (web, {"REVOCATIONS_KEPT_IN": "table", **TABLE}, DynamoDbRevocationList),
        (guard, {"REVOCATIONS_KEPT_IN": "table", **TABLE}, DynamoDbRevocationList),
    ],
)
def test_revocations_are_where_the_settings_say(
    build: Callable[..., Container], changes: dict[str, str], list_: type[object]
) -> None:
    # RF-08
    assert type(build(**changes).revocations()) is list_


@pytest.mark.parametrize(
    ("changes", "waits"),
    [({}, False), ({"REVOCATIONS_KEPT_IN": "table"}, True), ({"COOKIE_FORMAT": "stored"}, True)],
)
def test_whoever_must_ask_the_table_decides_nothing_on_the_event_loop(
    changes: dict[str, str], waits: bool
) -> None:
    decision = guard(**TABLE, **changes).browser_guard().decide_from_cache("")

    assert (decision is None) is waits


@pytest.mark.parametrize("build", [web, guard])
def test_the_old_login_counts_where_its_cookie_is_named(build: Callable[..., Container]) -> None:
    assert build().legacy_sessions() is None

    sessions = build(**OLD_LOGIN).legacy_sessions()
    assert isinstance(sessions, HttpLegacySessions)
    assert sessions.are_carried("sessionid=1")
    assert "canary" not in repr(sessions)


def test_a_sign_out_ends_the_old_login_too() -> None:
    # RF-06
    ending = web(**OLD_LOGIN).legacy_sign_out()

    assert ending is not None
    assert all(value.startswith("sessionid=; Max-Age=0") for value in ending.clear())
    assert any("Domain=example.com" in value for value in ending.clear())


def no_app(*_: object) -> Any:
    raise AssertionError("only built")


@pytest.mark.parametrize(
    "build",
    [
        lambda given, legacy: asgi.Guard.from_environment(no_app, given, legacy=legacy),
        lambda given, legacy: wsgi.Guard.from_environment(no_app, given, legacy=legacy),
        lambda given, legacy: fastapi.SignedIn.from_environment(given, legacy=legacy),
        lambda given, legacy: flask.Guard.from_environment(given, legacy=legacy),
    ],
)
def test_an_application_may_know_the_old_login_itself(build: Callable[..., Any]) -> None:
    legacy = InMemoryLegacySessions()
    door = build(environment_for(MINT), legacy)
    decision = door._request_guard._guard.decide(legacy.open(ACCOUNT)).decision

    assert decision.reason == "legacy_session"
