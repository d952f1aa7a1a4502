"""PasswordSignIn: checked tokens or a challenge, and one more try for users to migrate."""

from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    AnswerRejectedError,
    ClaimRejectedError,
    ConfigurationError,
    CredentialsRejectedError,
    KeySourceUnavailableError,
    PasswordResetRequiredError,
    ProviderUnavailableError,
    SignatureRejectedError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import Challenge, Choice, Code, Device, Password, TotpSetup
from authcore.domain.model.session import Session
from authcore.testing.fakes.password_authentication import Step
from authcore.testing.fakes.signatures import InMemorySignatureVerifier
from unit.password_world import ANNA, World
from unit.validator_world import VALIDATOR


TOTP = Step("SOFTWARE_TOKEN_MFA", Code("123456"))
WRONG = attrs.evolve(ANNA, password="canary-wrong")


def test_the_right_password_gives_a_checked_session() -> None:
    session = World().sign_in().begin(ANNA)

    assert isinstance(session, Session)
    assert session.access.username == "anna"


def test_a_second_factor_is_asked_before_there_is_a_session() -> None:
    sign_in = World(steps=[TOTP]).sign_in()
    challenge = sign_in.begin(ANNA)

    assert isinstance(challenge, Challenge)
    assert challenge.name == "SOFTWARE_TOKEN_MFA"
    with pytest.raises(AnswerRejectedError):
        sign_in.answer(challenge, Code("000000"))
    assert isinstance(sign_in.answer(challenge, Code("123456")), Session)
    with pytest.raises(CredentialsRejectedError):
        sign_in.answer(challenge, Code("123456"))


def test_a_user_may_choose_another_first_factor() -> None:
    sign_in = World(factors=[Step("EMAIL_OTP", Code("12345678"))]).sign_in(flow="USER_AUTH")
    choice = sign_in.begin_choice("anna")
    assert (choice.name, choice.available[-1]) == ("SELECT_CHALLENGE", "EMAIL_OTP")

    asked = sign_in.answer(choice, Choice("EMAIL_OTP"))
    assert isinstance(asked, Challenge)
    assert isinstance(sign_in.answer(asked, Code("12345678")), Session)
    by_password = sign_in.answer(sign_in.begin_choice("anna"), Password(ANNA.password))
    assert isinstance(by_password, Session)
    assert sign_in.begin_choice("anna", preferred="EMAIL_OTP").name == "EMAIL_OTP"


@pytest.mark.parametrize(
    ("issued", "kind"),
    [
        ({"signed_by": "stranger"}, SignatureRejectedError),
        ({"client_id": "another0client"}, ClaimRejectedError),
        ({"sub": "somebody-else"}, ClaimRejectedError),
        ({"token_use": "id"}, ClaimRejectedError),
    ],
)
def test_tokens_that_are_wrong_sign_no_user_in(
    issued: dict[str, Any], kind: type[Exception]
) -> None:
    world = World()
    world.issued = issued

    with pytest.raises(kind):
        world.sign_in().begin(ANNA)


def test_without_the_keys_no_attempt_is_used_up() -> None:
    keys = InMemorySignatureVerifier()
    keys.go_down()
    world = World()
    sign_in = world.sign_in(validator=attrs.evolve(VALIDATOR, signatures=keys))

    with pytest.raises(KeySourceUnavailableError):
        sign_in.begin(ANNA)
    assert world.cognito.begun == []


def test_a_user_who_is_not_migrated_signs_in_by_the_second_flow() -> None:
    world = World(is_migrated=False)

    with pytest.raises(CredentialsRejectedError):
        world.sign_in().begin(ANNA)
    assert isinstance(world.sign_in(migrating="USER_PASSWORD_AUTH").begin(ANNA), Session)
    assert world.cognito.begun == ["USER_SRP_AUTH", "USER_SRP_AUTH", "USER_PASSWORD_AUTH"]
    assert isinstance(world.sign_in().begin(ANNA), Session)


@pytest.mark.parametrize("typed", [WRONG, Credentials("berta", "canary-wrong")])
def test_known_and_unknown_users_cost_the_same_calls(typed: Credentials) -> None:
    """Two: Cognito counts a wrong password of a known user twice, as the documents say."""
    world = World()

    with pytest.raises(CredentialsRejectedError):
        world.sign_in(migrating="ADMIN_USER_PASSWORD_AUTH").begin(typed)
    assert world.cognito.begun == ["USER_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"]


def test_only_refused_credentials_are_tried_again() -> None:
    world = World()
    sign_in = world.sign_in(migrating="USER_PASSWORD_AUTH")
    world.cognito.refuse("anna", PasswordResetRequiredError)
    with pytest.raises(PasswordResetRequiredError):
        sign_in.begin(ANNA)
    world.cognito.available = False
    with pytest.raises(ProviderUnavailableError):
        sign_in.begin(ANNA)

    assert world.cognito.begun == ["USER_SRP_AUTH"] * 2


@pytest.mark.parametrize(
    ("flow", "migrating"),
    [
        ("USER_SRP_AUTH", "USER_AUTH"),
        ("USER_SRP_AUTH", "USER_SRP_AUTH"),
        ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"),
    ],
)
def test_a_second_flow_must_migrate_and_the_first_must_not(flow: str, migrating: str) -> None:
    with pytest.raises(ConfigurationError):
        World().sign_in(flow=flow, migrating=migrating)


def test_device_and_metadata_are_passed_on_at_every_step() -> None:
    device, metadata = Device("key", "group", "password"), {"origin": "page"}
    world = World(steps=[TOTP], factors=[Step("EMAIL_OTP", Code("12345678"))], is_migrated=False)
    sign_in = world.sign_in(migrating="USER_PASSWORD_AUTH")
    challenge = sign_in.begin(ANNA, device=device, metadata=metadata)
    assert isinstance(challenge, Challenge)
    sign_in.answer(challenge, Code("123456"), device=device, metadata=metadata)
    sign_in.begin_choice("anna", metadata=metadata)

    assert world.cognito.devices == [device] * 3
    assert world.cognito.metadata == [metadata] * 4


def test_without_the_keys_no_answer_is_used_up() -> None:
    world, keys = World(steps=[TOTP]), InMemorySignatureVerifier()
    challenge = world.sign_in().begin(ANNA)
    keys.go_down()
    assert isinstance(challenge, Challenge)
    with pytest.raises(KeySourceUnavailableError):
        world.sign_in(validator=attrs.evolve(VALIDATOR, signatures=keys)).answer(
            challenge, Code("123456")
        )

    assert isinstance(world.sign_in().answer(challenge, Code("123456")), Session)


def test_the_secret_of_an_authenticator_is_for_one_challenge_only() -> None:
    sign_in = World(steps=[Step("MFA_SETUP", TotpSetup("123456"))]).sign_in()
    challenge = sign_in.begin(ANNA)
    assert isinstance(challenge, Challenge)
    setup = sign_in.begin_totp_setup(challenge)

    assert setup.secret not in repr(setup)
    with pytest.raises(CredentialsRejectedError):
        sign_in.answer(challenge, TotpSetup("123456"))
    assert isinstance(sign_in.answer(setup.challenge, TotpSetup("123456")), Session)
