"""Every door and ``authcore config check`` say the same about settings, and all of it at once."""

import base64
import io
from collections.abc import Callable, Mapping
from typing import Final

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.settings import describe_variables
from authcore.testing.mint import TokenMint
from authcore_cli.app import run
from authcore_cli.entrypoints import DOORS, DoorName
from authcore_cli.process import CommandContext
from authcore_guard import asgi, fastapi, flask, wsgi
from authcore_lambda import (
    account_linking,
    authorizer,
    inbound_federation,
    pre_sign_up,
    pre_token_generation,
    profile_sync,
    user_migration,
    web,
)
from authcore_web.app import create_app
from authcore_web.container import web_container
from doors.door_world import environment_for
from support.gate import sampled


Variables = Mapping[str, str]


def _no_app(*_: object) -> object:
    raise AssertionError("nobody is let through")


STARTS: Final[Mapping[DoorName, tuple[Callable[[Variables], object], ...]]] = {
    "web": (lambda given: create_app(web_container(given)),),
    "web-function": (web.build_handler,),
    "guard": (
        lambda given: asgi.Guard.from_environment(_no_app, given),  # type: ignore[arg-type]
        lambda given: wsgi.Guard.from_environment(_no_app, given),  # type: ignore[arg-type]
        fastapi.SignedIn.from_environment,
        flask.Guard.from_environment,
    ),
    "authorizer": (authorizer.build_handler,),
    "user-migration": (user_migration.build_handler,),
    "account-linking": (account_linking.build_handler,),
    "pre-sign-up": (pre_sign_up.build_handler,),
    "pre-token-generation": (pre_token_generation.build_handler,),
    "profile-sync": (profile_sync.build_handler,),
    "inbound-federation": (inbound_federation.build_handler,),
}
GOOD: Final = {
    **environment_for(TokenMint()),
    "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
    "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
    "AUTHCORE_PRE_SIGN_UP_LINK_NATIVE": "on",
}


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials that Lambda gives every function."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def _key(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


WRONG: Final[Mapping[str, tuple[str, ...]]] = {
    "COGNITO_REGION": ("Ireland", "eu_west_1"),
    "COGNITO_FALLBACK_REGION": ("Ireland",),
    "COGNITO_USER_POOL_ID": ("Ab12Cd34", "eu-west-1_", "pool_Ab12Cd34"),
    "COGNITO_FURTHER_CLIENT_IDS": ("an app-client",),
    "COGNITO_FURTHER_POOLS": ("eu-west-1_Other", "eu-west-1_Other=", "other=client"),
    "COGNITO_AUDIENCE": ("\u00e4pi", "x" * 257),
    "COGNITO_CLIENT_ID": ("an app client",),
    "COGNITO_ISSUER": ("http://issuer.example.com",),
    "COGNITO_JWKS_URL": ("ftp://issuer.example.com",),
    "COGNITO_ENDPOINT_URL": ("http://cognito.example.com",),
    "COGNITO_FALLBACK_ENDPOINT_URL": ("http://cognito.example.com",),
    "COGNITO_LEEWAY": ("61", "1.5"),
    "SIGN_IN_DOMAIN_URL": ("demo.auth.eu-west-1.amazoncognito.com",),
    "SIGN_IN_TOKEN_URL": ("https://user:canary@example.com",),
    "SIGN_IN_FALLBACK_TOKEN_URL": ("http://example.com",),
    "SIGN_IN_CLIENT_SECRET": ("two words", "a,b,c", "a,a", "a,"),
    "SIGN_IN_CALLBACK_URL": ("https://auth.example.com/callback",),
    "SIGN_IN_SCOPES": ("email profile", "openid openid", 'openid "x"'),
    "SIGN_IN_PROVIDERS": ("x" * 33, "G\u00f6\u00f6gle", "Google google"),
    "SIGN_IN_REDIRECTS": ("https://*", "https://cms.example.com/articles", "cms.example.com"),
    "SIGN_IN_DEFAULT_REDIRECT": ("/articles", "https://cms.example.com/a b"),
    "SIGN_IN_ATTEMPT_LIFETIME": ("59", "3601"),
    "SIGN_IN_TIMEOUT": ("0",),
    "COOKIE_DOMAIN": (".example.com", "10.0.0.10", "com"),
    "COOKIE_FORMER_DOMAINS": (".example.com", "example.com", "a.example.com a.example.com"),
    "COOKIE_KEYS": (
        f"{_key(1)} {_key(1)}",
        " ".join(map(_key, range(9))),
        base64.b64encode(bytes(16)).decode(),
        "no-base64!",
    ),
    "COOKIE_FORMAT": ("jwt",),
    "COOKIE_LIFETIME": ("60",),
    "SIGN_OUT_TARGETS": ("https://cms.example.com/#a", "cms.example.com"),
    "CONNECT_ACCOUNTS": ("yes",),
    "CONNECT_TIMEOUT": ("0", "31"),
    "PASSWORD_SIGN_IN": ("yes",),
    "PASSWORD_FLOW": ("ADMIN_USER_PASSWORD_AUTH", "srp"),
    "PASSWORD_MIGRATING": ("yes",),
    "PASSWORD_PER_USER": ("2", "1001", "many"),
    "PASSWORD_PER_ADDRESS": ("9", "60001"),
    "VERIFY_CALLER_KEYS": ("cms=short", "k" * 40, f"cms={'k' * 40} shop={'k' * 40}"),
    "OLD_LOGIN_CALLER_KEYS": ("legacy=short", "k" * 40, f"a={'k' * 40} b={'k' * 40}"),
    "OLD_LOGIN_PER_USER": ("2", "1001"),
    "OLD_LOGIN_PER_CALLER": ("59", "60001"),
    "OLD_LOGIN_TIMEOUT": ("0", "31"),
    "WEB_CORS_ORIGINS": ("*", "null", "https://cms.example.com/", "https://cms.example.com:443"),
    "WEBHOOK_KEYS": ("whsec_short", _key(1), f"whsec_{_key(1)} whsec_{_key(1)}"),
    "PAGES_NAME": ("n" * 61, "a\nb", " "),
    "PAGES_COLOR": ("blue", "#12345", "#1234567", "#00000g"),
    "PAGES_COLOR_DARK": ("red;}",),
    "PAGES_LANGUAGES": ("English", "de DE/x", "de de", "de-"),
    "PAGES_SUPPORT_URL": ("javascript:alert(1)", "mailto:a@b?subject=c", "http://example.com"),
    "PAGES_FOLDER": ("/no/such/folder",),
    "PAGES_LOGO": ("http://example.com/logo.png", "/no/such/file.png", __file__),
    "PAGES_ICON": ("/no/such/file.ico", "https://example.com/icon.png"),
    "WEB_CHECK_REDIRECTS": ("yes",),
    "LOG_FORMAT": ("JSON", "xml"),
    "AUDIT_FORMAT": ("OCSF", "json"),
    "METRICS_FORMAT": ("EMF", "on"),
    "METRICS_NAMESPACE": ("AWS/Lambda", "two words", "a" * 256),
    "LOG_TOKEN_CLAIM": ("yes",),
    "LOG_LEVEL": ("DEBUG", "info"),
    "STORE_TABLE": ("no table!", "ab"),
    "STORE_REGION": ("Ireland",),
    "STORE_ENDPOINT_URL": ("http://dynamodb.example.com",),
    "STORE_TIMEOUT": ("0", "11"),
    "GUARD_MODE": ("watch", "off", "Observe"),
    "GUARD_SIGNIN_URL": ("http://auth.example.com/auth/signin",),
    "GUARD_APP_URL": ("https://cms.example.com/?a",),
    "GUARD_PUBLIC_PATHS": (
        "static",
        "/a/../b",
        "/static/*",
        " ".join(f"/page-{n}" for n in range(257)),
    ),
    "GUARD_GROUPS": (" , ", "x" * 129, " ".join(f"group-{n}" for n in range(101))),
    "GUARD_GROUPS_MATCH": ("some",),
    "GUARD_ROLES": (" , ", "x" * 129),
    "GUARD_ROLES_MATCH": ("some",),
    "USER_CLAIMS": ("given_name given_name", "pr\u00e9nom", " ".join(f"c{n}" for n in range(33))),
    "USER_ROLES": ("editors", "editors=", "=editor", "a=b a=b", f"{'g' * 129}=editor"),
    "VERIFY_PAYLOAD": ("yes",),
    "GUARD_MOUNTED_AT": ("cms", "/", "/cms/../a", "/c%6ds", "//cms"),
    "GUARD_PREFLIGHT_ORIGINS": ("*", "null", "https://shop.example.com/"),
    "GUARD_REFRESH": ("on",),
    "GUARD_VERIFY_URL": ("http://auth.example.com/auth/verify", "https://auth.example.com/"),
    "GUARD_CALLER_KEY": ("short", f"{'k' * 40},canary"),
    "GUARD_OPEN_CHECK": ("0", "3601"),
    "GUARD_TIMEOUT": ("31",),
    "GUARD_RESPONSE_BUDGET": ("4k", "1024", "65537"),
    "REFRESH_BY": ("cookie",),
    "REVOCATIONS_KEPT_IN": ("redis",),
    "LEGACY_SESSIONS_COOKIE": ("session id", "__Secure-authcore_session"),
    "LEGACY_SESSIONS_TIMEOUT": ("0",),
    "AUTHORIZER_ANSWERS": ("yes",),
    "AUTHORIZER_READS": ("cookies",),
    "LEGACY_URL": ("http://legacy.example.com",),
    "LEGACY_API_KEY": ("two words",),
    "LEGACY_INSECURE_GET_DIALECT": ("yes",),
    "LINK_PROOF_KEYS": ("no-base64!", f"{_key(1)} {_key(1)}", base64.b64encode(bytes(16)).decode()),
    "MIGRATION_ATTRIBUTES": (
        "custom:role=legacy_uid",
        "email=address",
        "email=email custom:legacy_linked=legacy_uid",
        "email=email custom:legacy_uid=legacy_uid custom:legacy_uid=username",
    ),
    "MIGRATION_MODE": ("enforce", "off"),
    "MIGRATION_POOL": ("phone",),
    "MIGRATION_CASE_SENSITIVE": ("maybe",),
    "MIGRATION_RESETS": ("cognito",),
    "MIGRATION_PASSWORD_POLICY": ("lower",),
    "MIGRATION_BUDGET": ("5",),
    "LINKING_EMAIL_PROVIDERS": (",", "Okta OKTA"),
    "LINKING_MODE": ("move", "off"),
    "LINKING_CREATION": ("twice",),
    "LINKING_ON_FAILURE": ("maybe", "allow Okta=block okta=allow"),
    "LINKING_ISSUERS": ("Okta", "Okta=https://a.example okta=https://b.example"),
    "LINKING_BUDGET": ("5",),
    "LINKING_TABLE": ("a b",),
    "SYNC_FIELDS": ("phone", "sub", "email email", "none email", ","),
    "SYNC_ON_LOCK": ("enable",),
    "SYNC_ON_DELETION": ("follow",),
    "SYNC_WRITES_PER_SECOND": ("0", "1001", "2.5"),
    "SYNC_TIMEOUT": ("0", "11"),
    "PRE_SIGN_UP_MODE": ("off", "enforce"),
    "PRE_SIGN_UP_LINK_NATIVE": ("maybe",),
    "FEDERATION_CLAIMS": ("sub=sub", "email", "name=email"),
}
"""By variable, values that are wrong whatever the others are."""

MISFITS: Final[tuple[tuple[tuple[DoorName, ...], str, Mapping[str, str]], ...]] = (
    (
        ("web", "guard", "authorizer"),
        "COGNITO_FALLBACK_REGION",
        {"COGNITO_FALLBACK_REGION": "eu-west-1"},
    ),
    (
        ("web", "guard", "authorizer"),
        "COGNITO_FURTHER_POOLS",
        {"COGNITO_FURTHER_POOLS": "eu-west-1_Ab12Cd34=another"},
    ),
    (
        ("web", "guard", "authorizer"),
        "COGNITO_ISSUER",
        {"COGNITO_ISSUER": "https://a.example/eu-west-1_Ab12Cd34 https://b.example/pool"},
    ),
    (
        ("web",),
        "SIGN_IN_DEFAULT_REDIRECT",
        {"SIGN_IN_DEFAULT_REDIRECT": "https://evil.example/"},
    ),
    (
        ("web", "web-function"),
        "PASSWORD_MIGRATING",
        {"PASSWORD_FLOW": "USER_PASSWORD_AUTH", "PASSWORD_MIGRATING": "on"},
    ),
    (("web-function",), "STORE_TABLE", {"PASSWORD_SIGN_IN": "on"}),
    (("web-function",), "STORE_TABLE", {"PASSWORD_SIGN_IN": "first"}),
    (("web", "guard"), "COOKIE_DOMAIN", {"COOKIE_DOMAIN": "example.org"}),
    (("web", "guard"), "COOKIE_DOMAIN", {"COOKIE_DOMAIN": "xample.com"}),
    (
        ("web", "guard", "authorizer"),
        "COOKIE_DOMAIN",
        {
            "COOKIE_DOMAIN": "co.uk",
            "SIGN_IN_CALLBACK_URL": "https://auth.example.co.uk/auth/signin/callback",
            "GUARD_SIGNIN_URL": "https://auth.example.co.uk/auth/signin",
            "GUARD_APP_URL": "https://cms.example.co.uk",
        },
    ),
    (("guard",), "COOKIE_DOMAIN", {"GUARD_APP_URL": "https://cms.example.org"}),
    (("guard",), "COOKIE_DOMAIN", {"GUARD_SIGNIN_URL": "https://auth.example.org/auth/signin"}),
    (
        ("web",),
        "COOKIE_DOMAIN",
        {"SIGN_IN_CALLBACK_URL": "https://auth.example.org/auth/signin/callback"},
    ),
    (("web", "guard", "authorizer"), "COOKIE_KEYS", {"COOKIE_KEYS": ""}),
    (("web", "guard", "authorizer"), "STORE_TABLE", {"COOKIE_FORMAT": "stored"}),
    (("web", "guard", "authorizer"), "STORE_TABLE", {"REVOCATIONS_KEPT_IN": "table"}),
    (
        ("web-function", "guard", "authorizer"),
        "REVOCATIONS_KEPT_IN",
        {"REVOCATIONS_KEPT_IN": "process"},
    ),
    (
        ("web", "guard", "authorizer"),
        "LEGACY_URL",
        {"LEGACY_SESSIONS_COOKIE": "sessionid", "LEGACY_URL": ""},
    ),
    (
        ("web", "guard", "authorizer"),
        "LEGACY_API_KEY",
        {"LEGACY_SESSIONS_COOKIE": "sessionid", "LEGACY_API_KEY": ""},
    ),
    (("web",), "LEGACY_URL", {"WEBHOOK_KEYS": f"whsec_{_key(1)}", "LEGACY_URL": ""}),
    (("web",), "LEGACY_API_KEY", {"WEBHOOK_KEYS": f"whsec_{_key(1)}", "LEGACY_API_KEY": ""}),
    (("guard",), "GUARD_CALLER_KEY", {"GUARD_REFRESH": "service"}),
    (("web", "guard", "authorizer"), "GUARD_ROLES", {"GUARD_ROLES": "writer"}),
    (
        ("guard",),
        "GUARD_VERIFY_URL",
        {
            "GUARD_REFRESH": "service",
            "GUARD_CALLER_KEY": "k" * 40,
            "GUARD_SIGNIN_URL": "https://auth.example.com/sign-in",
        },
    ),
    (
        ("guard",),
        "SIGN_IN_CLIENT_SECRET",
        {"GUARD_REFRESH": "direct", "SIGN_IN_CLIENT_SECRET": ""},
    ),
    (("guard",), "SIGN_IN_DOMAIN_URL", {"GUARD_REFRESH": "direct", "SIGN_IN_DOMAIN_URL": ""}),
    (
        ("user-migration",),
        "MIGRATION_ATTRIBUTES",
        {"MIGRATION_POOL": "email", "MIGRATION_ATTRIBUTES": "nickname=username"},
    ),
    (("account-linking", "pre-sign-up"), "LINKING_TABLE", {"LINKING_CREATION": "lease"}),
    (
        ("account-linking",),
        "LEGACY_INSECURE_GET_DIALECT",
        {"LEGACY_INSECURE_GET_DIALECT": "on"},
    ),
    (
        ("account-linking", "pre-token-generation"),
        "SYNC_FIELDS",
        {
            "LEGACY_INSECURE_GET_DIALECT": "on",
            "LINKING_CREATION": "once",
            "LINKING_TABLE": "linking",
            "SYNC_FIELDS": "name",
        },
    ),
)
"""For some doors, which variable is named, and values of which each is good by itself."""


def changed(changes: Mapping[str, str]) -> dict[str, str]:
    return {**GOOD, **{f"AUTHCORE_{name}": value for name, value in changes.items()}}


def read_by(door: DoorName) -> set[str]:
    return {
        name.removeprefix("AUTHCORE_") for name, _, _ in describe_variables(DOORS[door]().settings)
    }


def refusals(door: DoorName, variables: Variables) -> list[str]:
    """What the door itself says; all that stand behind one name say the same."""
    said = []
    for start in STARTS[door]:
        with pytest.raises(ConfigurationError) as caught:
            start(variables)
        said.append(list(caught.value.problems))
    assert all(each == said[0] for each in said)
    return said[0]


def checked(door: DoorName, variables: Variables) -> tuple[int, list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    asked = ["config", "check", "--door", door]
    status = run(asked, CommandContext(variables, io.StringIO(), out, err))
    complaints = [line.removeprefix("authcore: ") for line in err.getvalue().splitlines()]
    return status, complaints, out.getvalue()


def same_problems(door: DoorName, variables: Variables) -> list[str]:
    """The problems that both name."""
    refused = refusals(door, variables)
    status, complaints, out = checked(door, variables)
    assert status == 2
    assert complaints == refused
    assert "would start" not in out
    return refused


@pytest.mark.parametrize("door", STARTS)
def test_a_door_starts_with_what_config_check_approves(door: DoorName) -> None:
    for start in STARTS[door]:
        start(GOOD)

    status, complaints, out = checked(door, GOOD)

    assert (status, complaints) == (0, [])
    assert f"the {door} door would start" in out


def test_every_door_is_started_here_and_every_variable_is_broken_here() -> None:
    assert set(STARTS) == set(DOORS)
    assert set().union(*map(read_by, STARTS)) == set(WRONG)


@pytest.mark.parametrize("sixth", sampled(range(6), of=1))
@pytest.mark.parametrize("door", STARTS)
def test_config_check_and_the_door_name_the_same_wrong_value(door: DoorName, sixth: int) -> None:
    """Every wrong value by itself; the gate tries a sixth of the variables so, and below all."""
    for name in sorted(read_by(door))[sixth::6]:
        for value in WRONG[name]:
            problems = same_problems(door, changed({name: value}))

            assert len(problems) == 1, problems
            assert problems[0].startswith(f"AUTHCORE_{name} is wrong: "), problems
            assert "canary" not in problems[0]


@pytest.mark.parametrize(
    ("door", "name", "values"),
    [(door, name, values) for doors, name, values in MISFITS for door in doors],
)
def test_config_check_and_the_door_name_the_same_values_that_do_not_fit(
    door: DoorName, name: str, values: Mapping[str, str]
) -> None:
    # CK-09
    problems = same_problems(door, changed(values))

    assert problems
    assert all(problem.startswith(f"AUTHCORE_{name} is ") for problem in problems), problems


@pytest.mark.parametrize("door", STARTS)
def test_every_wrong_value_is_named_at_once(door: DoorName) -> None:
    names = read_by(door)

    problems = same_problems(door, changed({name: WRONG[name][0] for name in names}))

    assert len(problems) == len(names)
    for name in names:
        assert any(problem.startswith(f"AUTHCORE_{name} is wrong") for problem in problems)


@pytest.mark.parametrize("door", STARTS)
def test_every_missing_value_is_named_at_once(door: DoorName) -> None:
    variables = describe_variables(DOORS[door]().settings)
    required = {name for name, _, default in variables if default is attrs.NOTHING}
    sealing = {name for name, _, _ in variables if name == "AUTHCORE_COOKIE_KEYS"}

    problems = same_problems(door, {})

    assert required
    assert {problem.split(" is missing")[0] for problem in problems} == required | sealing


@pytest.mark.parametrize(
    ("door", "changes", "named"),
    [
        (
            "web",
            {
                "COGNITO_FALLBACK_REGION": "eu-west-1",
                "COGNITO_LEEWAY": "soon",
                "COOKIE_DOMAIN": "co.uk",
            },
            ["COGNITO_LEEWAY", "COGNITO_FALLBACK_REGION", "COOKIE_DOMAIN", "COOKIE_DOMAIN"],
        ),
        (
            "guard",
            {"COGNITO_CLIENT_ID": "", "COOKIE_LIFETIME": "0", "GUARD_APP_URL": "https://b.example"},
            ["COGNITO_CLIENT_ID", "COOKIE_LIFETIME", "COOKIE_DOMAIN"],
        ),
        (
            "user-migration",
            {
                "LEGACY_URL": "",
                "MIGRATION_ATTRIBUTES": "name=username",
                "MIGRATION_POOL": "alias",
                "MIGRATION_BUDGET": "9",
            },
            ["LEGACY_URL", "MIGRATION_ATTRIBUTES", "MIGRATION_BUDGET"],
        ),
        (
            "account-linking",
            {"LEGACY_INSECURE_GET_DIALECT": "on", "LEGACY_API_KEY": "", "LINKING_BUDGET": "9"},
            ["LEGACY_API_KEY", "LINKING_BUDGET", "LEGACY_INSECURE_GET_DIALECT"],
        ),
    ],
)
def test_values_that_do_not_fit_are_named_beside_wrong_and_missing_ones(
    door: DoorName, changes: Mapping[str, str], named: list[str]
) -> None:
    problems = same_problems(door, changed(changes))

    assert len(problems) == len(named)
    for name in named:
        assert any(problem.startswith(f"AUTHCORE_{name} is ") for problem in problems), name


def test_a_guard_of_the_plain_format_needs_no_keys_and_the_auth_service_does() -> None:
    plain = changed({"COOKIE_FORMAT": "plain", "COOKIE_KEYS": ""})

    assert checked("guard", plain)[:2] == (0, [])
    assert same_problems("web", plain) == [
        "AUTHCORE_COOKIE_KEYS is missing: pending sign-ins are sealed in every format"
    ]


@pytest.mark.parametrize("door", ["web", "guard", "authorizer"])
def test_the_region_of_a_replica_is_a_warning_and_no_error(door: DoorName) -> None:
    status, [warning], _ = checked(door, changed({"COGNITO_REGION": "eu-central-1"}))

    assert status == 0
    assert warning.startswith("warning: AUTHCORE_COGNITO_REGION is not the region of")
    assert checked(door, GOOD)[1] == []


def test_an_aws_set_up_that_cannot_work_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this")

    problems = same_problems("account-linking", GOOD)

    assert problems == [
        "no AWS client can be made: The config profile (nobody-has-this) could not be found"
    ]


def test_a_wrong_value_with_a_password_in_it_is_not_shown() -> None:
    # SP-11
    problems = same_problems("web", changed({"SIGN_IN_TOKEN_URL": "https://me:canary@example.com"}))

    assert "canary" not in " ".join(problems)
