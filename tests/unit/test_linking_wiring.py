"""What the linking trigger is put together from."""

import pytest

from authcore.adapters.legacy.seed_dialect import InsecureLegacyDialectWarning
from authcore.domain.errors import ConfigurationError
from authcore_lambda.account_linking import build_handler


SETTINGS = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_LEGACY_URL": "https://legacy.example",
    "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
    "AUTHCORE_LEGACY_INSECURE_GET_DIALECT": "on",
    "AUTHCORE_LINKING_TABLE": "authcore-linking",
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
}


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials that Lambda gives every function."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def test_the_seeds_get_dialect_warns_where_the_function_starts() -> None:
    with pytest.warns(InsecureLegacyDialectWarning):
        build_handler({**SETTINGS, "AUTHCORE_LINKING_CREATION": "lease"})


@pytest.mark.parametrize("creation", ["unique", "idempotent"])
def test_a_dialect_that_cannot_key_creates_is_not_trusted_to_create_once(creation: str) -> None:
    # AL-07
    with pytest.raises(ConfigurationError, match="AUTHCORE_LINKING_CREATION must be lease or once"):
        build_handler({**SETTINGS, "AUTHCORE_LINKING_CREATION": creation})


def test_a_lease_without_a_table_does_not_start() -> None:
    # AL-07
    settings = {**SETTINGS, "AUTHCORE_LINKING_CREATION": "lease", "AUTHCORE_LINKING_TABLE": ""}

    with pytest.raises(ConfigurationError, match="AUTHCORE_LINKING_TABLE is missing"):
        build_handler(settings)
