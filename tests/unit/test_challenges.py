"""The names of Cognito's challenges, and what can be read in one."""

from typing import Final, get_args

import pytest

from authcore.domain.errors import (
    ProviderMisconfiguredError,
    RejectedError,
    UnknownChallengeError,
)
from authcore.domain.model.challenges import (
    ANSWERS,
    MAX_ATTRIBUTES,
    MIGRATING,
    Challenge,
    ChallengeAnswer,
    ChallengeName,
    PasswordFlow,
    challenge_name,
)


SIXTEEN: Final = [
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
]
"""``ChallengeNameType`` of botocore 1.44.5."""


def challenge(**parameters: str) -> Challenge:
    return Challenge("NEW_PASSWORD_REQUIRED", "session", "anna", "USER_SRP_AUTH", parameters)


def test_the_names_are_botocores() -> None:
    assert sorted(get_args(ChallengeName)) == sorted(SIXTEEN) == sorted(ANSWERS)
    assert [challenge_name(name) for name in SIXTEEN] == SIXTEEN


def test_every_kind_of_answer_is_one_to_some_challenge() -> None:
    assert {kind for kinds in ANSWERS.values() for kind in kinds} == {*get_args(ChallengeAnswer)}


@pytest.mark.parametrize("name", ["", "password", "SMS_MFA ", "A_NEW_ONE"])
def test_another_name_fails_closed_and_needs_an_operator(name: str) -> None:
    with pytest.raises(UnknownChallengeError) as unknown:
        challenge_name(name)
    assert isinstance(unknown.value, ProviderMisconfiguredError)
    assert not isinstance(unknown.value, RejectedError)
    assert str(unknown.value) == "Cognito asks a challenge that is not known here"


def test_only_flows_that_send_the_password_migrate() -> None:
    assert {*get_args(PasswordFlow)} - MIGRATING == {"USER_SRP_AUTH", "USER_AUTH"}


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ('["userAttributes.name", "email", 7, null]', ("name", "email")),
        ("[]", ()),
        ("", ()),
        ("{}", ()),
        ('"name"', ()),
        ("[", ()),
        ("[" * 100_000, ()),
    ],
    ids=lambda value: str(value)[:20],
)
def test_required_attributes_are_read_from_json(listed: str, names: tuple[str, ...]) -> None:
    assert challenge(requiredAttributes=listed).required_attributes == names


def test_no_list_and_a_long_one_are_bounded() -> None:
    assert challenge().required_attributes == ()
    many = "[" + ",".join(f'"a{number}"' for number in range(MAX_ATTRIBUTES + 1)) + "]"
    assert len(challenge(requiredAttributes=many).required_attributes) == MAX_ATTRIBUTES


def test_a_challenge_shows_its_name_and_what_is_offered() -> None:
    asked = Challenge("SELECT_CHALLENGE", "canary", "canary", "USER_AUTH", available=("PASSWORD",))

    assert "canary" not in repr(asked)
    assert "SELECT_CHALLENGE" in repr(asked)
