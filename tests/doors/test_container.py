"""The containers resolve, and settings that cannot work stop the service before it starts."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from dependency_injector import errors as di_errors
from dependency_injector import providers

from authcore.adapters.cognito.provider_links import CognitoProviderLinks
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbReplayCache
from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore
from authcore.adapters.coordination.process.replay_cache import ProcessReplayCache
from authcore.domain.errors import ConfigurationError
from authcore.ports.coordination import ReplayCache
from authcore.settings import load
from authcore.testing.mint import TokenMint
from authcore.wiring.pool import PoolUsers
from authcore_guard.container import GuardContainer, guard_container
from authcore_lambda import authorizer
from authcore_web import app
from authcore_web.container import WebContainer, web_container
from authcore_web.settings import WebSettings
from doors.door_world import SECRET_CANARY, environment_for


MINT = TokenMint()
LEFT_OUT = {"legacy_sessions", "response_budget", "revocations"}
"""What these settings do without."""

REFRESHES = {
    "client_secrets",
    "guard_refresher",
    "token_refresher",
    "session_refresher",
    "guard_revoker",
    "session_revoker",
}
"""What a guard does without that leaves sessions to others."""


def web_settings(environment: Mapping[str, str]) -> WebSettings:
    return load(WebSettings, environment)


def left_out_of(container: WebContainer | GuardContainer) -> set[str]:
    """Names of the providers that give nothing."""
    return {name for name, provider in container.providers.items() if provider() is None}


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine in the cloud has, so that nobody asks the network for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.usefixtures("credentials")
def test_every_provider_of_the_auth_service_resolves() -> None:
    container = web_container(environment_for(MINT, STORE_TABLE="sessions"))

    off = {"legacy_sign_out", "old_login", "pool_users"}
    assert left_out_of(container) == LEFT_OUT | off | {"profile_sync", "sync_parts"}


@pytest.mark.usefixtures("credentials")
def test_where_users_may_connect_the_pool_is_called() -> None:
    container = web_container(environment_for(MINT, CONNECT_ACCOUNTS="on"))

    users = container.pool_users()

    assert isinstance(users, PoolUsers)
    assert isinstance(users.directory, CognitoUserDirectory)
    assert isinstance(users.links, CognitoProviderLinks)
    users.close()


def test_where_they_may_not_no_aws_library_is_loaded() -> None:
    program = (
        "import sys; from authcore_web.app import create_app; "
        "from authcore_web.container import web_container; "
        f"create_app(web_container({environment_for(MINT)!r})); "
        "sys.exit('botocore' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.usefixtures("credentials")
def test_every_provider_of_a_guard_resolves() -> None:
    container = guard_container(environment_for(MINT, STORE_TABLE="sessions"))

    assert left_out_of(container) == LEFT_OUT | REFRESHES | {"guard_response_budget", "shadow"}


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("changes", "memory"),
    [({}, ProcessReplayCache), ({"STORE_TABLE": "sessions"}, DynamoDbReplayCache)],
)
def test_used_codes_and_webhooks_are_remembered_in_the_table_where_there_is_one(
    changes: dict[str, str], memory: type[ReplayCache]
) -> None:
    # SP-01, PS-02
    container = web_container(environment_for(MINT, **changes))

    assert type(container.replay_cache()) is memory
    assert isinstance(container.create_intents(), memory)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(("kept", "waits"), [("sealed", False), ("stored", True)])
def test_a_store_of_sessions_is_not_asked_on_the_event_loop(kept: str, waits: bool) -> None:
    container = web_container(environment_for(MINT, COOKIE_FORMAT=kept, STORE_TABLE="sessions"))
    container.override_providers(sessions=providers.Object(object()))

    assert container.sign_in_routes()._jar_waits is waits


@pytest.mark.parametrize(
    ("door", "table"),
    [
        ("from authcore_guard.container import guard_container as container", "unused"),
        ("from authcore_web.container import web_container as container", ""),
    ],
)
def test_who_keeps_nothing_in_the_table_does_not_pay_for_boto3(door: str, table: str) -> None:
    environments = [
        environment_for(MINT, COOKIE_FORMAT=kept, STORE_TABLE=table) for kept in ("sealed", "plain")
    ]
    script = (
        f"import sys\n{door}\n"
        f"for given in {environments!r}: container(given).browser_guard()\n"
        "print(sorted({'boto3', 'botocore'} & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == "[]"


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("build", [guard_container, web_container])
def test_stored_sessions_are_kept_in_the_table(
    build: Callable[[Mapping[str, str]], GuardContainer | WebContainer],
) -> None:
    container = build(environment_for(MINT, COOKIE_FORMAT="stored", STORE_TABLE="sessions"))

    assert isinstance(container.sessions(), StoredSessionJar)
    assert isinstance(container.texts(), DynamoDbSealedStore)
    assert container.browser_guard().decide_from_cache("") is None


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("changes", "endpoint"),
    [
        ({}, "https://dynamodb.eu-west-1.amazonaws.com"),
        ({"STORE_REGION": "us-east-1"}, "https://dynamodb.us-east-1.amazonaws.com"),
        ({"STORE_ENDPOINT_URL": "http://127.0.0.1:8404"}, "http://127.0.0.1:8404"),
    ],
)
def test_the_table_is_in_the_pools_region_unless_somebody_says_otherwise(
    changes: dict[str, str], endpoint: str
) -> None:
    # DL-04
    client: Any = guard_container(
        environment_for(MINT, STORE_TABLE="sessions", STORE_TIMEOUT="3", **changes)
    ).table_client()

    assert client.meta.endpoint_url == endpoint
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (1, 2)


def test_without_a_table_there_are_no_texts() -> None:
    container = guard_container(environment_for(MINT))
    container.override_providers(table_client=providers.Object(object()))

    with pytest.raises(ConfigurationError, match="AUTHCORE_STORE_TABLE"):
        container.texts()


@pytest.mark.parametrize("settings", [guard_container, web_settings, authorizer.build_handler])
def test_stored_sessions_without_a_table_do_not_start_and_it_is_said_with_all_the_rest(
    settings: Callable[[Mapping[str, str]], object],
) -> None:
    environment = environment_for(
        MINT, COOKIE_FORMAT="stored", STORE_TIMEOUT="11", STORE_REGION="Ireland", COOKIE_DOMAIN=""
    )
    with pytest.raises(ConfigurationError) as caught:
        settings(environment)

    named = ("STORE_TABLE", "STORE_TIMEOUT", "STORE_REGION", "COOKIE_DOMAIN")
    assert len(caught.value.problems) == len(named)
    for name, problem in zip(sorted(named), sorted(caught.value.problems), strict=True):
        assert problem.startswith(f"AUTHCORE_{name} is ")

    with pytest.raises(ConfigurationError) as alone:
        settings(environment_for(MINT, COOKIE_FORMAT="stored"))
    assert len(alone.value.problems) == 1
    assert "AUTHCORE_STORE_TABLE is missing" in alone.value.problems[0]


@pytest.mark.parametrize("container", [WebContainer, GuardContainer])
def test_a_container_without_settings_says_what_it_lacks(
    container: type[WebContainer | GuardContainer],
) -> None:
    with pytest.raises(di_errors.Error, match="settings"):
        container().check_dependencies()


def test_the_usual_issuer_and_key_set_are_derived_from_the_pool() -> None:
    environment = environment_for(MINT)
    del environment["AUTHCORE_COGNITO_ISSUER"]

    container = web_container(environment)

    original, updated = (
        f"https://{host}.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"
        for host in ("cognito-idp", "issuer-cognito-idp")
    )
    assert container.issuer() == original
    assert container.issuers() == (original, updated)
    assert container.jwks_urls() == (
        f"{original}/.well-known/jwks.json",
        f"{updated}/.well-known/jwks.json",
    )


def test_server_calls_may_take_another_name_than_browsers() -> None:
    container = web_container(environment_for(MINT, SIGN_IN_TOKEN_URL="http://127.0.0.1:8402"))

    assert container.token_url() == "http://127.0.0.1:8402/oauth2/token"
    assert container.app_client().authorize_url.startswith("https://example.auth.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGN_IN_DEFAULT_REDIRECT", "https://evil.example/"),
        ("SIGN_IN_DEFAULT_REDIRECT", "/articles"),
        ("SIGN_IN_REDIRECTS", "https://*"),
        ("SIGN_IN_REDIRECTS", "https://cms.example.com http://cms.example.com"),
        ("SIGN_IN_CALLBACK_URL", "https://auth.example.com/callback"),
        ("SIGN_IN_SCOPES", "email profile"),
        ("COOKIE_DOMAIN", "example.org"),
        ("COOKIE_DOMAIN", "auth.example.com.evil.example"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(name: str, value: str) -> None:
    """CK-09, RD-01."""
    with pytest.raises(ConfigurationError, match=f"AUTHCORE_{name}"):
        web_settings(environment_for(MINT, **{name: value}))


def test_a_public_suffix_is_no_cookie_domain() -> None:
    """CK-09."""
    environment = environment_for(
        MINT,
        COOKIE_DOMAIN="co.uk",
        SIGN_IN_CALLBACK_URL="https://auth.example.co.uk/auth/signin/callback",
    )
    with pytest.raises(ConfigurationError, match="AUTHCORE_COOKIE_DOMAIN"):
        web_settings(environment)


def test_every_problem_is_named_at_once() -> None:
    """What is missing, what is wrong, and what does not fit together."""
    environment = environment_for(
        MINT,
        COGNITO_REGION="Ireland",
        COOKIE_DOMAIN="example.org",
        SIGN_IN_DEFAULT_REDIRECT="https://evil.example/",
    )
    del environment["AUTHCORE_COGNITO_CLIENT_ID"]

    with pytest.raises(ConfigurationError) as caught:
        web_settings(environment)

    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for name in ("COGNITO_REGION", "COGNITO_CLIENT_ID", "COOKIE_DOMAIN", "DEFAULT_REDIRECT"):
        assert name in text
    assert SECRET_CANARY not in text


def test_a_service_that_cannot_work_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment_for(MINT, COOKIE_DOMAIN="example.org").items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as caught:
        app.from_environment()

    shown = capsys.readouterr().err
    assert caught.value.code == app.EXIT_CONFIGURATION
    assert "AUTHCORE_COOKIE_DOMAIN is wrong" in shown
    assert "Traceback" not in shown
    assert SECRET_CANARY not in shown


def test_the_service_starts_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_for(MINT).items():
        monkeypatch.setenv(name, value)

    paths = {getattr(route, "path", "") for route in app.from_environment().routes}
    assert {"/auth/signin", "/auth/session", "/auth/verify", "/metrics"} <= paths
