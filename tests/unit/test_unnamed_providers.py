"""A provider that no setting names is warned about, because its name may be misspelled there."""

import base64
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from authcore.settings import load
from authcore.settings.linking import LinkingSettings
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import account_linking, pre_sign_up
from authcore_lambda.unnamed_providers import MAX_WARNINGS, UnnamedProviders
from unit.trigger_world import EXTERNAL, GOOGLE, trigger_event


@attrs.frozen
class Door:
    linking: LinkingSettings


ISSUERS = "entra=https://login.example.com/our-tenant/v2.0"


def unnamed(issuers: str = ISSUERS) -> UnnamedProviders:
    variables = {
        "AUTHCORE_LINKING_ISSUERS": issuers,
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google Cognito",
        "AUTHCORE_LINKING_ON_FAILURE": "allow My_Okta=block",
    }
    return UnnamedProviders(load(Door, variables).linking)


def test_a_provider_that_no_setting_names_is_warned_about_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    providers = unnamed()
    for _ in range(3):
        providers.note("EntraID")

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "EntraID" in caplog.text
    assert "Google, Cognito, entra, My_Okta" in caplog.text
    assert "login.example.com" not in caplog.text


@pytest.mark.parametrize(
    "provider", ["Entra", "ENTRA", "google", "my_okta", "Cognito", None], ids=str
)
def test_a_provider_that_some_setting_names_in_any_spelling_is_not(
    provider: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    unnamed().note(provider)

    assert caplog.records == []


def test_without_a_restricted_issuer_no_provider_is(caplog: pytest.LogCaptureFixture) -> None:
    providers = unnamed(issuers="")
    providers.note("EntraID")
    providers.note_user("EntraID_1")

    assert caplog.records == []


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ("EntraID_1", "provider EntraID,"),
        ("entraid_abc-def", "provider entraid,"),
        ("Azure_AD_1", "whose name is not plain,"),
        ("jane@thornfield.example_1", "whose name is not plain,"),
    ],
)
def test_before_the_user_exists_the_user_name_tells_the_provider(
    username: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    unnamed().note_user(username)

    assert shown in caplog.text
    assert "abc-def" not in caplog.text
    assert "thornfield" not in caplog.text


@pytest.mark.parametrize("username", ["Entra_1", "ENTRA_a_b", "my_okta_1", "google_1", None])
def test_a_user_of_a_named_provider_is_not_warned_about(
    username: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    unnamed().note_user(username)

    assert caplog.records == []


@pytest.mark.parametrize("strange", ["a b", "jane@x.example", "x" * 33, "a\nb", "\u202e", ""])
def test_a_name_that_is_not_plain_is_not_repeated(
    strange: str, caplog: pytest.LogCaptureFixture
) -> None:
    unnamed().note(strange)

    [record] = caplog.records
    assert "whose name is not plain" in record.getMessage()
    assert not strange or strange not in record.getMessage()


def test_a_process_warns_about_a_bounded_number_of_providers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    providers = unnamed()
    for number in range(3 * MAX_WARNINGS):
        providers.note(f"Provider{number}")

    assert len(caplog.records) == MAX_WARNINGS


def test_threads_at_once_get_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    providers = unnamed()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(providers.note, ["EntraID"] * 64))

    assert len(caplog.records) == 1


VARIABLES = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_LEGACY_URL": "https://legacy.example",
    "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
    "AUTHCORE_LINK_PROOF_KEYS": base64.b64encode(bytes(range(32))).decode(),
    "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google",
    "AUTHCORE_LINKING_ISSUERS": ISSUERS,
}


@pytest.mark.parametrize(
    ("build", "source"),
    [
        (pre_sign_up.build_handler, pre_sign_up.EXTERNAL),
        (account_linking.build_handler, account_linking.CONFIRMED),
        (account_linking.build_handler, "PostAuthentication_Authentication"),
    ],
)
def test_both_functions_that_see_external_users_warn(
    build: Callable[..., Callable[..., Any]],
    source: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pool id that is none keeps the test off the network."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    function = build(VARIABLES, audit=InMemoryAuditLog())
    identity = {**GOOGLE, "providerName": "EntraID"}
    attributes: Mapping[str, object] = {**EXTERNAL, "identities": json.dumps([identity])}
    event = {**trigger_event(source, attributes, username="EntraID_1"), "userPoolId": "none"}

    assert function(event, None) == event
    assert function(event, None) == event
    warned = [record for record in caplog.records if "EntraID" in record.getMessage()]
    assert len(warned) == 1
