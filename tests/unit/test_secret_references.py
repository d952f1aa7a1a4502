"""Secrets that a variable holds, or that are in a file or in Secrets Manager."""

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.settings import known_variables, load, setting
from authcore.settings.parsers import client_secrets, key_ring
from authcore.settings.secret_references import SecretReference


ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cognito/client-AbCdEf"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@attrs.frozen
class Cookie:
    keys: tuple[bytes, ...] | SecretReference[tuple[bytes, ...]] = setting(
        key_ring, "keys", "the key ring", reread=True
    )


@attrs.frozen
class Door:
    cookie: Cookie


def test_a_variable_may_hold_the_secret_itself() -> None:
    assert load(Door, {"AUTHCORE_COOKIE_KEYS": KEY}).cookie.keys == (bytes(range(32)),)


def test_a_file_and_an_arn_are_remembered_and_not_read() -> None:
    by_file = load(Door, {"AUTHCORE_COOKIE_KEYS_FILE": "/run/secrets/keys"}).cookie.keys
    by_arn = load(
        Door,
        {
            "AUTHCORE_COOKIE_KEYS_ARN": ARN,
            "AUTHCORE_SECRETS_ENDPOINT_URL": "https://secrets.example.com",
        },
    ).cookie.keys

    assert isinstance(by_file, SecretReference)
    assert isinstance(by_arn, SecretReference)
    assert (by_file.file, by_file.arn) == ("/run/secrets/keys", None)
    assert (by_arn.file, by_arn.arn) == (None, ARN)
    assert by_arn.endpoint_url == "https://secrets.example.com"
    assert by_file.parse(KEY) == (bytes(range(32)),)


@pytest.mark.parametrize(
    "given",
    [
        {"AUTHCORE_COOKIE_KEYS": KEY, "AUTHCORE_COOKIE_KEYS_ARN": ARN},
        {"AUTHCORE_COOKIE_KEYS": KEY, "AUTHCORE_COOKIE_KEYS_FILE": "/keys"},
        {"AUTHCORE_COOKIE_KEYS_FILE": "/keys", "AUTHCORE_COOKIE_KEYS_ARN": ARN},
    ],
)
def test_two_ways_at_once_are_a_contradiction(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(Door, given)
    assert error.value.problems == (f"{' and '.join(given)} are set: only one of them may be",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AUTHCORE_COOKIE_KEYS_FILE", "canary/relative"),
        ("AUTHCORE_COOKIE_KEYS_FILE", f"/canary{'x' * 2000}"),
        ("AUTHCORE_COOKIE_KEYS_FILE", "/canary\nline"),
        ("AUTHCORE_COOKIE_KEYS_ARN", "canary"),
        ("AUTHCORE_COOKIE_KEYS_ARN", ARN.replace("secretsmanager", "ssm") + "canary"),
        ("AUTHCORE_COOKIE_KEYS_ARN", ARN.replace("123456789012", "12") + "canary"),
        ("AUTHCORE_COOKIE_KEYS_ARN", f"{ARN} canary"),
    ],
)
def test_a_wrong_place_is_named_and_not_shown(name: str, text: str) -> None:
    """The text may be the secret itself, in the wrong variable."""
    with pytest.raises(ConfigurationError, match=f"{name} is wrong") as error:
        load(Door, {name: text})
    assert "canary" not in str(error.value)


def test_a_missing_secret_is_missed_by_its_own_name() -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_COOKIE_KEYS is missing"):
        load(Door, {"AUTHCORE_COOKIE_KEYS_FILE": ""})


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_secrets_of_other_partitions_have_arns_too(region: str) -> None:
    arn = f"arn:aws-{region[:2]}:secretsmanager:{region}:123456789012:secret:a"
    keys = load(Door, {"AUTHCORE_COOKIE_KEYS_ARN": arn}).cookie.keys

    assert isinstance(keys, SecretReference)
    assert keys.arn == arn


def test_all_the_names_are_known() -> None:
    assert known_variables(Door) == {
        "AUTHCORE_COOKIE_KEYS",
        "AUTHCORE_COOKIE_KEYS_FILE",
        "AUTHCORE_COOKIE_KEYS_ARN",
        "AUTHCORE_SECRETS_ENDPOINT_URL",
    }


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("one+secret", ("one+secret",)),
        ("new,old", ("new", "old")),
    ],
)
def test_a_client_has_one_secret_or_two(text: str, secrets: tuple[str, ...]) -> None:
    assert client_secrets(text) == secrets


@pytest.mark.parametrize("text", ["a,b,c", "a,a", "a,", "a b", "a, b", "a\n", "é", " ", "a" * 513])
def test_other_client_secrets_are_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        client_secrets(text)
