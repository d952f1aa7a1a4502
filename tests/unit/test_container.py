"""The containers resolve, and settings that cannot work stop the service before it starts."""

import pytest
from dependency_injector import errors as di_errors

from authcore.domain.errors import ConfigurationError
from authcore.testing.mint import TokenMint
from authcore_guard.container import GuardContainer, guard_container
from authcore_web import app
from authcore_web.container import WebContainer, web_container
from authcore_web.settings import web_settings
from unit.door_world import SECRET_CANARY, environment_for


MINT = TokenMint()
LEFT_OUT = {"token_refresher", "legacy_sessions", "revocations", "lease", "session_refresher"}
"""What these settings do without."""


def left_out_of(container: WebContainer | GuardContainer) -> set[str]:
    """Names of the providers that give nothing."""
    return {name for name, provider in container.providers.items() if provider() is None}


def test_every_provider_of_the_auth_service_resolves() -> None:
    container = web_container(environment_for(MINT))

    assert left_out_of(container) == {*LEFT_OUT, "legacy_sign_out"}


def test_every_provider_of_a_guard_resolves() -> None:
    assert left_out_of(guard_container(environment_for(MINT))) == LEFT_OUT


@pytest.mark.parametrize("container", [WebContainer, GuardContainer])
def test_a_container_without_settings_says_what_it_lacks(
    container: type[WebContainer | GuardContainer],
) -> None:
    with pytest.raises(di_errors.Error, match="cognito"):
        container().check_dependencies()


def test_the_usual_issuer_and_key_set_are_derived_from_the_pool() -> None:
    environment = environment_for(MINT)
    del environment["AUTHCORE_COGNITO_ISSUER"]

    container = web_container(environment)

    pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"
    assert container.issuer() == pool
    assert container.jwks_url() == f"{pool}/.well-known/jwks.json"


def test_server_calls_may_take_another_name_than_browsers() -> None:
    container = web_container(environment_for(MINT, SIGN_IN_TOKEN_URL="http://127.0.0.1:8402"))

    assert container.token_url() == "http://127.0.0.1:8402/oauth2/token"
    assert container.authorize_url().startswith("https://example.auth.")


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
