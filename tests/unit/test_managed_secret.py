"""The secret that Cognito publishes in Secrets Manager."""

import json

import pytest

from authcore.adapters.secrets.managed_secret import parse_managed_secrets
from authcore.domain.errors import SecretMisconfiguredError


POOL = "eu-west-1_Ab12Cd34"
CLIENT = "client1234567890"


def text(secret: object = "canary-secret", *, pool: object = POOL, client: object = CLIENT) -> str:
    return json.dumps(
        {"userPoolId": pool, "userPoolClientId": client, "clientSecretValue": secret, "more": 1}
    )


def read(*texts: str) -> tuple[str, ...]:
    return parse_managed_secrets(texts, user_pool_id=POOL, client_id=CLIENT)


def test_the_newest_comes_first() -> None:
    assert read(text("new+er"), text("old")) == ("new+er", "old")


def test_one_secret_in_both_versions_is_one() -> None:
    assert read(text("same"), text("same")) == ("same",)


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (text(pool="eu-west-1_Other0001"), "content userPoolId"),
        (text(pool=None), "content userPoolId"),
        (text(client="another"), "content userPoolClientId"),
        (text(client=[CLIENT]), "content userPoolClientId"),
        (text(""), "content clientSecretValue"),
        (text("two words"), "content clientSecretValue"),
        (text(7), "content clientSecretValue"),
        (text("x" * 513), "content clientSecretValue"),
        ("canary", "content JSON"),
        ("", "content JSON"),
        ("[]", "content JSON"),
        ("[" * 100_000, "content JSON"),
        (text()[:-1] + ', "userPoolId": "canary"}', "content JSON"),
    ],
)
def test_what_is_not_the_secret_of_this_app_client_is_an_operators_fault(
    wrong: str, detail: str
) -> None:
    with pytest.raises(SecretMisconfiguredError) as error:
        read(wrong, text("old"))
    assert error.value.detail == detail
    assert "canary" not in str(error.value) + repr(error.value)


def test_a_version_of_another_form_before_it_counts_for_nothing() -> None:
    assert read(text("new"), "made by hand") == ("new",)
    assert read(text("new"), text("old", client="another")) == ("new",)
