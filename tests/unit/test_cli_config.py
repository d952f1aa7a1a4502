"""``authcore config check``: everything that is wrong is named at once, nothing secret is shown."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from authcore_cli.app import run
from authcore_cli.process import CommandContext


KEY = base64.b64encode(bytes(range(32))).decode()
WEB = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
    "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
    "AUTHCORE_SIGN_IN_DOMAIN_URL": "https://demo.auth.eu-west-1.amazoncognito.com",
    "AUTHCORE_SIGN_IN_CLIENT_SECRET": "canary-client-secret",
    "AUTHCORE_SIGN_IN_CALLBACK_URL": "https://auth.example.com/auth/signin/callback",
    "AUTHCORE_SIGN_IN_REDIRECTS": "https://cms.example.com",
    "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": "https://cms.example.com/",
    "AUTHCORE_COOKIE_DOMAIN": "example.com",
    "AUTHCORE_COOKIE_KEYS": KEY,
}


def check(environment: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = run(
        ["config", "check", *arguments], CommandContext(environment, io.StringIO(), out, err)
    )
    return status, out.getvalue(), err.getvalue()


def test_settings_that_work_are_shown_and_status_0() -> None:
    status, out, err = check(WEB)

    assert status == 0
    assert "the web door would start" in out
    assert "eu-west-1_Ab12Cd34" in out
    assert err == ""


def test_secrets_are_masked() -> None:
    # SP-11
    _, out, err = check(WEB)

    assert "canary" not in out + err
    assert KEY not in out + err
    assert out.count("(secret)") == 2


def test_a_wrong_secret_is_masked_too() -> None:
    # SP-11
    status, out, err = check(WEB | {"AUTHCORE_COOKIE_KEYS": "canary-key"})

    assert status == 2
    assert "canary" not in out + err


def test_every_problem_is_named_at_once() -> None:
    broken = {"AUTHCORE_COGNITO_REGION": "Ireland", "AUTHCORE_COOKIE_LIFETIME": "forever"}

    status, out, err = check(broken)

    assert status == 2
    assert "would start" not in out
    for name in (*WEB, "AUTHCORE_COOKIE_LIFETIME"):
        assert f"authcore: {name} is " in err


@pytest.mark.parametrize(
    ("door", "missing"),
    [
        ("web", "AUTHCORE_SIGN_IN_CLIENT_SECRET"),
        ("guard", "AUTHCORE_GUARD_SIGNIN_URL"),
        ("user-migration", "AUTHCORE_LEGACY_API_KEY"),
    ],
)
def test_a_door_asks_for_its_own_variables(door: str, missing: str) -> None:
    status, _, err = check({}, "--door", door)

    assert status == 2
    assert f"{missing} is missing" in err


def test_the_migration_trigger_needs_no_client_secret() -> None:
    _, _, err = check({}, "--door", "user-migration")

    assert "SIGN_IN" not in err
    assert "COGNITO" not in err


def test_a_name_nobody_reads_is_warned_about_with_what_was_meant() -> None:
    status, _, err = check(WEB | {"AUTHCORE_COOKIE_LIFETIM": "3600"})

    assert status == 0
    assert "no door reads AUTHCORE_COOKIE_LIFETIM; did you mean AUTHCORE_COOKIE_LIFETIME?" in err


def test_a_name_of_another_door_is_not_warned_about() -> None:
    _, _, err = check(WEB | {"AUTHCORE_LEGACY_URL": "https://legacy.example.com"})

    assert err == ""


def test_an_unknown_variables_value_is_not_shown() -> None:
    _, out, err = check(WEB | {"AUTHCORE_SIGN_IN_CLIENT_SECRETS": "canary-value"})

    assert "AUTHCORE_SIGN_IN_CLIENT_SECRETS" in err
    assert "canary-value" not in out + err


def test_a_value_that_would_paint_the_terminal_is_escaped() -> None:
    _, out, err = check(WEB | {"AUTHCORE_COGNITO_REGION": "\x1b[2Jeu"})

    assert "\x1b" not in out + err


GUARD = {
    **WEB,
    "AUTHCORE_GUARD_SIGNIN_URL": "https://auth.example.com/auth/signin",
    "AUTHCORE_GUARD_APP_URL": "https://cms.example.com",
    "AUTHCORE_STORE_TABLE": "sessions",
}


@pytest.mark.parametrize(
    ("refresh", "changes", "warned"),
    [
        ("direct", {}, True),
        ("direct", {"AUTHCORE_GUARD_RESPONSE_BUDGET": "4096"}, False),
        ("direct", {"AUTHCORE_COOKIE_FORMAT": "stored"}, False),
        ("off", {}, False),
    ],
)
def test_a_guard_that_makes_large_heads_is_warned_of_proxies(
    monkeypatch: pytest.MonkeyPatch, refresh: str, changes: dict[str, str], *, warned: bool
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    environment = {**GUARD, "AUTHCORE_GUARD_REFRESH": refresh, **changes}
    status, _, err = check(environment, "--door", "guard")

    assert status == 0, err
    assert ("AUTHCORE_GUARD_RESPONSE_BUDGET" in err) == warned


def test_a_secret_may_be_in_a_file_which_is_read_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "canary-keys"
    path.write_text(KEY)
    web = {**WEB, "AUTHCORE_COOKIE_KEYS": "", "AUTHCORE_COOKIE_KEYS_FILE": str(path)}
    status, out, err = check(web)
    assert (status, "no door reads" in err) == (0, False)
    assert "AUTHCORE_COOKIE_KEYS_FILE" in out
    assert "canary" not in out + err

    path.write_text("canary-no-key")
    status, out, err = check(web)
    assert status == 2
    assert "AUTHCORE_COOKIE_KEYS_FILE: " in err
    assert "canary" not in out + err


def test_two_ways_to_give_a_secret_are_a_problem() -> None:
    status, _, err = check({**WEB, "AUTHCORE_COOKIE_KEYS_FILE": "/run/secrets/keys"})

    assert status == 2
    assert "AUTHCORE_COOKIE_KEYS and AUTHCORE_COOKIE_KEYS_FILE are set" in " ".join(err.split())
