"""Names of providers mean the same provider in every letter case, in every setting."""

from typing import Final

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import FailurePolicy, LinkOutcome, LinkPolicy
from authcore.domain.services.accounts.native_linking import read_identity
from authcore.settings import load
from authcore.settings.linking import LinkingSettings
from authcore.settings.pre_sign_up import linkable_providers
from authcore.settings.sign_in import SignInSettings
from authcore_lambda.link_failures import policy_in
from authcore_lambda.linking_wiring import policy_of
from unit.linking_world import EMMA, NATIVE_EMMA, World, row


OURS: Final = "https://login.example.com/our-tenant/v2.0"
THEIRS: Final = "https://login.example.com/another/v2.0"
SPELLINGS: Final = ("Entra", "entra", "ENTRA", "eNTRA")


@attrs.frozen
class Door:
    linking: LinkingSettings


def linking(**variables: str) -> LinkingSettings:
    named = {f"AUTHCORE_LINKING_{name.upper()}": value for name, value in variables.items()}
    return load(Door, named).linking


def world(settings: LinkingSettings) -> World:
    here = World(row())
    here.service = attrs.evolve(here.service, policy=policy_of(settings))
    return here


@pytest.mark.parametrize("configured", SPELLINGS)
@pytest.mark.parametrize("pool", SPELLINGS)
def test_a_foreign_tenant_is_refused_however_its_provider_is_spelled(
    configured: str, pool: str
) -> None:
    # AL-03
    here = world(linking(issuers=f"{configured}={OURS}", email_providers=configured))
    foreign = attrs.evolve(EMMA, identity=ExternalIdentity(pool, "1", "OIDC", THEIRS))
    own = attrs.evolve(EMMA, identity=ExternalIdentity(pool, "1", "OIDC", OURS))

    assert here.signs_in(foreign) == LinkOutcome("refused", "link_issuer")
    assert here.signs_in(own) == LinkOutcome("linked", "email", "1815")


def test_an_issuer_is_compared_with_its_letter_case() -> None:
    # AL-03
    here = world(linking(issuers=f"entra={OURS}"))
    person = attrs.evolve(EMMA, identity=ExternalIdentity("Entra", "1", "OIDC", OURS.upper()))

    assert here.signs_in(person) == LinkOutcome("refused", "link_issuer")


def test_another_name_stays_another_provider() -> None:
    # AL-03
    here = world(linking(email_providers="Entr Entra2 Entra_"))
    person = attrs.evolve(EMMA, identity=ExternalIdentity("Entra", "1", "OIDC", OURS))

    assert here.signs_in(person).status == "created"


@pytest.mark.parametrize("configured", ["Cognito", "cognito", "COGNITO"])
def test_native_users_are_trusted_by_their_name_in_every_spelling(configured: str) -> None:
    # AL-03
    here = world(linking(email_providers=configured))

    assert here.signs_in(NATIVE_EMMA) == LinkOutcome("linked", "email", "1815")


@pytest.mark.parametrize("configured", SPELLINGS)
@pytest.mark.parametrize("pool", SPELLINGS)
def test_a_failed_link_is_judged_by_the_rule_of_its_provider(configured: str, pool: str) -> None:
    # LT-06
    strict = linking(on_failure=f"allow {configured}=block").on_failure
    mild = linking(on_failure=f"block {configured}=allow").on_failure

    assert strict.is_blocked(pool)
    assert not mild.is_blocked(pool)
    assert not strict.is_blocked("Google")
    assert mild.is_blocked("Google")


def test_of_two_rules_for_one_provider_the_stricter_one_holds() -> None:
    """Settings refuse two; a policy that was built otherwise still fails closed."""
    # AL-03, LT-06
    both = FailurePolicy(by_provider={"Okta": False, "okta": True})
    issuers = LinkPolicy(issuers={"Entra": OURS, "entra": THEIRS})

    assert both.is_blocked("OKTA")
    for issuer in (OURS, THEIRS, None):
        assert not issuers.knows_issuer(ExternalIdentity("Entra", "1", "OIDC", issuer))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_PROVIDERS", "Google google"),
        ("EMAIL_PROVIDERS", "Google Google"),
        ("EMAIL_PROVIDERS", "Cognito COGNITO"),
        ("ISSUERS", f"Entra={OURS} entra={OURS}"),
        ("ON_FAILURE", "allow Okta=block OKTA=block"),
        ("ON_FAILURE", "allow Okta=block okta=allow"),
    ],
)
def test_a_provider_that_is_named_twice_does_not_start(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"AUTHCORE_LINKING_{name} is wrong: must") as no:
        linking(**{name: value})
    assert "each provider once" in str(no.value)


def test_a_policy_that_names_a_provider_twice_keeps_every_user_out() -> None:
    # LT-06
    policy = policy_in({"AUTHCORE_LINKING_ON_FAILURE": "allow Okta=block okta=allow"})

    assert policy == FailurePolicy(blocks=True)


@attrs.frozen
class SignInDoor:
    sign_in: SignInSettings


def test_the_auth_service_names_each_provider_once_too() -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_SIGN_IN_PROVIDERS is wrong: must name"):
        load(SignInDoor, {"AUTHCORE_SIGN_IN_PROVIDERS": "Google google"})


@pytest.mark.parametrize("trusted", SPELLINGS)
@pytest.mark.parametrize("restricted", SPELLINGS)
def test_a_provider_whose_issuer_is_checked_links_no_native_user_in_any_spelling(
    trusted: str, restricted: str
) -> None:
    # AL-03
    assert [*linkable_providers((trusted, "Google"), {restricted: OURS})] == ["Google"]


@pytest.mark.parametrize(
    ("configured", "username", "sent"),
    [
        ("Google", "Google_1", "Google"),
        ("google", "Google_1", "Google"),
        ("GOOGLE", "Google_1", "Google"),
        ("Google", "google_1", "Google"),
        ("google", "google_1", "google"),
        ("my-OIDC", "my-oidc_1", "my-OIDC"),
        ("my-oidc", "My-OIDC_1", "My-OIDC"),
    ],
)
def test_cognito_gets_the_pools_own_spelling_where_a_user_name_tells_it(
    configured: str, username: str, sent: str
) -> None:
    """A name with a capital comes from a pool that keeps letter case."""
    assert read_identity(username, frozenset({configured})) == ExternalIdentity(sent, "1")
