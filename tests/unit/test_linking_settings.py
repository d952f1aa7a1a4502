"""What an operator may ask of linking and of migration, and what does not start."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.linking import FailurePolicy
from authcore.domain.model.passwords import PasswordPolicy
from authcore.settings import load
from authcore.settings.linking import LinkingSettings
from authcore.settings.migration import MigrationSettings


@attrs.frozen
class Door:
    linking: LinkingSettings
    migration: MigrationSettings


def test_nothing_is_linked_by_email_and_nobody_kept_out_unless_somebody_says_so() -> None:
    # AL-03, LT-06
    linking = load(Door, {}).linking

    assert linking.email_providers == ()
    assert linking.on_failure == FailurePolicy()
    assert not linking.on_failure.is_blocked("Google")
    assert linking.creation == "unique"
    assert linking.budget == timedelta(seconds=4)
    assert linking.table is None


def test_providers_are_a_list() -> None:
    linking = load(Door, {"AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google, Cognito"}).linking

    assert linking.email_providers == ("Google", "Cognito")


@pytest.mark.parametrize("creation", ["lease", "once"])
def test_what_must_be_remembered_needs_a_table(creation: str) -> None:
    # AL-07
    chosen = {"AUTHCORE_LINKING_CREATION": creation}

    with pytest.raises(ConfigurationError, match="AUTHCORE_LINKING_TABLE is missing"):
        load(Door, chosen)
    assert load(Door, {**chosen, "AUTHCORE_LINKING_TABLE": "links"}).linking.table == "links"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTHCORE_LINKING_CREATION", "twice"),
        ("AUTHCORE_LINKING_ON_FAILURE", "maybe"),
        ("AUTHCORE_LINKING_ON_FAILURE", "Okta=block"),
        ("AUTHCORE_LINKING_ON_FAILURE", "allow Okta"),
        ("AUTHCORE_LINKING_ON_FAILURE", "allow Okta=maybe"),
        ("AUTHCORE_LINKING_ON_FAILURE", "allow =block"),
        ("AUTHCORE_LINKING_ON_FAILURE", "allow Okta=block Okta=allow"),
        ("AUTHCORE_LINKING_ON_FAILURE", "allow block"),
        ("AUTHCORE_LINKING_BUDGET", "0"),
        ("AUTHCORE_LINKING_BUDGET", "5"),
        ("AUTHCORE_LINKING_TABLE", "a b"),
        ("AUTHCORE_MIGRATION_ATTRIBUTES", "email=email custom:legacy_linked=legacy_uid"),
        ("AUTHCORE_MIGRATION_POOL", "phone"),
        ("AUTHCORE_MIGRATION_RESETS", "nowhere"),
        ("AUTHCORE_MIGRATION_PASSWORD_POLICY", "lower"),
        ("AUTHCORE_MIGRATION_PASSWORD_POLICY", "5"),
        ("AUTHCORE_MIGRATION_PASSWORD_POLICY", "100"),
        ("AUTHCORE_MIGRATION_PASSWORD_POLICY", "8 lower lower"),
        ("AUTHCORE_MIGRATION_PASSWORD_POLICY", "8 umlaut"),
    ],
)
def test_what_cannot_work_does_not_start(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is wrong"):
        load(Door, {name: value})


@pytest.mark.parametrize("policy", ["allow", "block", "allow Okta=block Google=allow"])
def test_what_happens_on_failure_is_said_as_it_is_set(policy: str) -> None:
    # LT-06
    linking = load(Door, {"AUTHCORE_LINKING_ON_FAILURE": policy}).linking

    assert str(linking.on_failure) == policy


def test_a_password_policy_is_a_length_and_classes() -> None:
    asked = {"AUTHCORE_MIGRATION_PASSWORD_POLICY": "12 lower upper digit symbol"}
    every = PasswordPolicy(12, frozenset({"lower", "upper", "digit", "symbol"}))

    assert load(Door, asked).migration.password_policy == every
    assert load(Door, {}).migration.password_policy is None
