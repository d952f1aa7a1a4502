"""Settings: everything that is wrong is named at once, and nothing secret is shown."""

import base64
from datetime import timedelta
from typing import ClassVar

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.settings import describe_variables, load, load_valid
from authcore.settings.cognito import CognitoSettings
from authcore.settings.cookie import CookieSettings
from authcore.settings.guard import GuardSettings
from authcore.settings.legacy import LegacySettings
from authcore.settings.log import LogSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.parsers import integer, key_ring, pairs, seconds, words
from authcore.settings.reader import Check, setting
from authcore.settings.sign_in import SignInSettings
from authcore.settings.store import StoreSettings
from authcore.settings.url_parsers import origins, public_paths, scopes, target


@attrs.frozen
class Door:
    cognito: CognitoSettings
    cookie: CookieSettings
    store: StoreSettings


KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
    "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
    "AUTHCORE_COOKIE_DOMAIN": "example.com",
    "AUTHCORE_COOKIE_KEYS": KEY,
}


def test_groups_are_read_by_the_names_of_their_fields() -> None:
    door = load(Door, GOOD)

    assert door.cognito.region == "eu-west-1"
    assert door.cookie.keys == (bytes(range(32)),)
    assert door.cookie.lifetime == timedelta(days=30)
    assert (door.store.table, door.store.timeout) == (None, timedelta(seconds=2))


def test_every_missing_and_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(Door, {"AUTHCORE_COGNITO_REGION": "Ireland", "AUTHCORE_COOKIE_LIFETIME": "forever"})

    problems = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 6
    for name in (*GOOD, "AUTHCORE_COOKIE_LIFETIME"):
        assert name in problems


def test_a_group_that_must_not_stop_a_process_has_defaults_for_what_is_wrong() -> None:
    given = {"AUTHCORE_LOG_FORMAT": "yaml", "AUTHCORE_LOG_LEVEL": "ERROR"}
    log = load_valid(LogSettings, given, prefix="log")

    assert (log.format, log.level) == (None, "ERROR")


@attrs.frozen(kw_only=True)
class Pair:
    CHECKS: ClassVar = (
        Check(("low", "high"), lambda low, high: "LOW and HIGH" if low > high else None),
    )

    low: int = setting(int, "number", "the low end")
    high: int = setting(int, "number", "the high end", default=9)
    name: str = setting(words, "words", "what it is called")


@attrs.frozen
class Span:
    CHECKS: ClassVar = (Check(("ends.low",), lambda low: "TOO LOW" if low < 0 else None),)

    ends: Pair


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({"LOW": "1", "NAME": "x"}, []),
        ({"LOW": "10", "NAME": "x"}, ["LOW and HIGH"]),
        ({"LOW": "10"}, ["AUTHCORE_ENDS_NAME is missing: what it is called", "LOW and HIGH"]),
        ({"LOW": "-1", "HIGH": "-2", "NAME": "x"}, ["LOW and HIGH", "TOO LOW"]),
        ({"HIGH": "-2", "NAME": "x"}, ["AUTHCORE_ENDS_LOW is missing: the low end"]),
    ],
)
def test_what_does_not_fit_together_is_named_whatever_else_is_wrong(
    variables: dict[str, str], problems: list[str]
) -> None:
    given = {f"AUTHCORE_ENDS_{name}": value for name, value in variables.items()}

    try:
        load(Span, given)
        found: list[str] = []
    except ConfigurationError as error:
        found = list(error.problems)

    assert found == problems


def test_a_group_that_refuses_its_values_is_a_configuration_error() -> None:
    @attrs.frozen
    class Odd:
        number: int = setting(int, "number", "an odd one")

        def __attrs_post_init__(self) -> None:
            if self.number % 2 == 0:
                raise ValueError("AUTHCORE_NUMBER is even")

    assert load(Odd, {"AUTHCORE_NUMBER": "3"}).number == 3
    with pytest.raises(ConfigurationError, match="AUTHCORE_NUMBER is even"):
        load(Odd, {"AUTHCORE_NUMBER": "4"})


def test_an_empty_variable_is_a_missing_one() -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_COGNITO_CLIENT_ID is missing"):
        load(Door, GOOD | {"AUTHCORE_COGNITO_CLIENT_ID": ""})


def test_a_wrong_secret_is_masked() -> None:
    """SP-11: a secret that does not parse is not echoed."""
    with pytest.raises(ConfigurationError) as caught:
        load(Door, GOOD | {"AUTHCORE_COOKIE_KEYS": "canary-not-a-key"})

    assert "canary" not in str(caught.value)
    assert "(secret)" in str(caught.value)


def test_secrets_do_not_show_in_the_repr_of_settings() -> None:
    """SP-11."""
    door = load(Door, GOOD)
    legacy = LegacySettings(url="https://legacy.example.com", api_key="canary-key")  # type: ignore[arg-type]

    assert "canary" not in repr(legacy)
    assert repr(bytes(range(4)))[2:-1] not in repr(door)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTHCORE_COGNITO_ISSUER", "http://cognito.example.com/pool"),
        ("AUTHCORE_COGNITO_ISSUER", "file:///etc/keys"),
        ("AUTHCORE_COGNITO_JWKS_URL", "https://user:password@example.com/jwks.json"),
        ("AUTHCORE_COGNITO_JWKS_URL", "https://example.com/jwks.json?pool=1"),
        ("AUTHCORE_COGNITO_JWKS_URL", "https://example.com:99999/"),
        ("AUTHCORE_COOKIE_DOMAIN", ".example.com"),
        ("AUTHCORE_COOKIE_DOMAIN", "Example.com; Secure"),
        ("AUTHCORE_COOKIE_FORMAT", "jwt"),
        ("AUTHCORE_COOKIE_LIFETIME", "34560001"),
        ("AUTHCORE_STORE_TABLE", "a table"),
        ("AUTHCORE_STORE_TABLE", "ab"),
        ("AUTHCORE_STORE_TABLE", "arn:aws:dynamodb:eu-west-1:123456789012:table/sessions"),
        ("AUTHCORE_STORE_REGION", "Ireland"),
        ("AUTHCORE_STORE_ENDPOINT_URL", "http://dynamodb.example.com"),
        ("AUTHCORE_STORE_TIMEOUT", "0"),
        ("AUTHCORE_STORE_TIMEOUT", "11"),
    ],
)
def test_a_value_that_would_not_be_safe_is_refused(name: str, value: str) -> None:
    """KF-01, CK-12: URLs are https or loopback, lifetimes are bounded."""
    with pytest.raises(ConfigurationError, match=name):
        load(Door, GOOD | {name: value})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8402/pool",
        "http://localhost/pool",
        "http://cognito.localhost:8402",
        "http://[::1]:8402",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
    ],
)
def test_https_anywhere_and_http_on_loopback_are_accepted(url: str) -> None:
    assert load(Door, GOOD | {"AUTHCORE_COGNITO_ISSUER": url}).cognito.issuer == (url,)


def test_a_trailing_slash_of_a_url_is_dropped() -> None:
    door = load(Door, GOOD | {"AUTHCORE_COGNITO_ISSUER": "https://issuer.example.com/"})

    assert door.cognito.issuer == ("https://issuer.example.com",)


def test_words_are_split_at_commas_and_white_space() -> None:
    assert words("https://a.example, https://b.example\nhttps://c.example") == (
        "https://a.example",
        "https://b.example",
        "https://c.example",
    )


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (words, " , "),
        (integer(1, 10), "11"),
        (integer(1, 10), "-1"),
        (integer(1, 10), "\uff11"),
        (seconds(1, 10), "1.5"),
        (key_ring, base64.b64encode(bytes(31)).decode()),
        (key_ring, "%%%"),
        (key_ring, "A"),
        (key_ring, f"!{KEY}"),
        (seconds(1, 10), "99"),
        (pairs, "name"),
        (pairs, "=display_name"),
        (pairs, "name=display_name name=username"),
        (key_ring, f"{KEY} {KEY}"),
        (key_ring, " ".join(base64.b64encode(bytes([n]) * 32).decode() for n in range(9))),
        (scopes, "openid openid"),
        (scopes, "openid \u00fcber"),
        (scopes, "email"),
        (origins, "https://cms.example.com/articles"),
        (target, "/articles"),
        (public_paths, "/static static"),
    ],
)
def test_a_parser_refuses_what_it_cannot_mean(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(ValueError, match="must"):
        parse(text)


def test_two_keys_make_a_ring_in_order() -> None:
    other = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")

    assert key_ring(f"{KEY} {other}") == (bytes(range(32)), bytes(32))


def test_every_variable_says_what_it_is_for() -> None:
    for group in (
        CognitoSettings,
        SignInSettings,
        CookieSettings,
        LegacySettings,
        MigrationSettings,
        GuardSettings,
    ):
        for name, about, _ in describe_variables(group):
            assert name.startswith("AUTHCORE_")
            assert about.kind
            assert about.purpose


def test_a_group_that_does_not_exist_cannot_be_imported() -> None:
    with pytest.raises(ImportError, match="SinginSettings"):
        exec("from authcore.settings import SinginSettings")
