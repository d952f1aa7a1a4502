"""What Cognito answers, and a user, that no sign-in comes of."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.cognito.srp import N
from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    CredentialsRejectedError,
    PasswordPolicyError,
    ProviderUnavailableError,
    UnknownChallengeError,
)
from authcore.domain.model.challenges import (
    ChallengeAnswer,
    ChallengeName,
    Choice,
    Code,
    CustomAnswer,
    NewPassword,
    PasskeyAssertion,
    Password,
    TotpSetup,
)
from contract.password_wire import (
    ANNA,
    DEVICE,
    SESSION,
    TOKENS,
    VERIFIER,
    Wire,
    asks,
    challenge_of,
)


@pytest.mark.parametrize("name", ["RETINA_SCAN", "", "sms_mfa", "SMS_MFA "])
def test_a_challenge_that_is_not_known_fails_closed(
    wire: Wire, cognito: CognitoPasswordAuthenticator, name: str
) -> None:
    wire.answers = [asks(name)]

    with pytest.raises(UnknownChallengeError):
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    with pytest.raises(UnknownChallengeError):
        cognito.answer(challenge_of("SMS_MFA"), Code("123456"))


@pytest.mark.parametrize(
    "answered",
    [
        {},
        {**asks("SMS_MFA"), **TOKENS},
        {**asks("SMS_MFA"), "Session": "short"},
        {**asks("SMS_MFA"), "Session": "A" * 5000},
        {**asks("SMS_MFA"), "Session": f"{SESSION}\n"},
        asks("SMS_MFA", {"USERNAME": "an na"}),
        asks("SMS_MFA", {"USERNAME": "a" * 129}),
        asks("SMS_MFA", {f"name-{number}": "x" for number in range(51)}),
        asks("SMS_MFA", {"long": "x" * 70_000}),
        asks("SELECT_CHALLENGE", AvailableChallenges=["PASSWORD"] * 33),
        {"AuthenticationResult": {**TOKENS["AuthenticationResult"], "TokenType": "mac"}},
        {"AuthenticationResult": {**TOKENS["AuthenticationResult"], "RefreshToken": ""}},
        {"AuthenticationResult": {"AccessToken": "a", "TokenType": "Bearer", "ExpiresIn": 1}},
        asks("PASSWORD_VERIFIER", VERIFIER),
        asks("DEVICE_PASSWORD_VERIFIER", VERIFIER),
    ],
    ids=lambda value: ascii(value)[1:40],
)
def test_what_is_neither_tokens_nor_a_challenge_signs_no_user_in(
    wire: Wire, cognito: CognitoPasswordAuthenticator, answered: Mapping[str, Any]
) -> None:
    wire.answers = [answered]

    with pytest.raises(ProviderUnavailableError):
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")


@pytest.mark.parametrize(
    "change",
    [
        {"SRP_B": "0"},
        {"SRP_B": f"{N:x}"},
        {"SALT": "zz"},
        {"SECRET_BLOCK": "A*=="},
        {"USER_ID_FOR_SRP": ""},
    ],
)
def test_an_srp_challenge_of_no_honest_server_ends_the_sign_in(
    wire: Wire, cognito: CognitoPasswordAuthenticator, change: Mapping[str, str]
) -> None:
    wire.answers = [asks("PASSWORD_VERIFIER", {**VERIFIER, **change})]

    with pytest.raises(ProviderUnavailableError):
        cognito.begin(ANNA, flow="USER_SRP_AUTH")
    assert wire.operations == ["InitiateAuth"]


@pytest.mark.parametrize("challenge", ["PASSWORD_VERIFIER", "DEVICE_SRP_AUTH"])
def test_a_server_that_asks_without_end_gets_few_proofs(
    wire: Wire, cognito: CognitoPasswordAuthenticator, challenge: str
) -> None:
    wire.answers = [asks(challenge, VERIFIER)]

    with pytest.raises(ProviderUnavailableError):
        cognito.begin(ANNA, flow="USER_SRP_AUTH", device=DEVICE)
    assert len(wire.sent) <= 7
    assert json.dumps(wire.sent).count("PASSWORD_CLAIM_SIGNATURE") <= 1


MALFORMED: Final[Sequence[tuple[ChallengeName, ChallengeAnswer, type[AuthcoreError]]]] = [
    ("SMS_MFA", Code(""), AnswerRejectedError),
    ("SMS_MFA", Code("12345a"), AnswerRejectedError),
    ("SMS_MFA", Code("١٢٣٤٥٦"), AnswerRejectedError),
    ("SMS_MFA", Code("1" * 17), AnswerRejectedError),
    ("MFA_SETUP", TotpSetup("12 345"), AnswerRejectedError),
    ("SELECT_CHALLENGE", Choice("email otp"), AnswerRejectedError),
    ("CUSTOM_CHALLENGE", CustomAnswer("x" * 5000), AnswerRejectedError),
    ("CUSTOM_CHALLENGE", CustomAnswer("\ud800"), AnswerRejectedError),
    ("WEB_AUTHN", PasskeyAssertion("x" * 33_000), AnswerRejectedError),
    ("NEW_PASSWORD_REQUIRED", NewPassword(""), PasswordPolicyError),
    ("NEW_PASSWORD_REQUIRED", NewPassword("x" * 257), PasswordPolicyError),
    ("NEW_PASSWORD_REQUIRED", NewPassword("ok", {"": "x"}), AttributesRejectedError),
    (
        "NEW_PASSWORD_REQUIRED",
        NewPassword("ok", {"custom:legacy_uid": "4711"}),
        AttributesRejectedError,
    ),
    ("PASSWORD", Password("x" * 257), CredentialsRejectedError),
    ("PASSWORD_SRP", Password("\ud800"), CredentialsRejectedError),
]


@pytest.mark.parametrize(
    ("name", "answer", "kind"),
    MALFORMED,
    ids=[f"{row[0]}-{index}" for index, row in enumerate(MALFORMED)],
)
def test_an_answer_that_no_pool_can_accept_is_never_sent(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    name: ChallengeName,
    answer: ChallengeAnswer,
    kind: type[AuthcoreError],
) -> None:
    with pytest.raises(kind):
        cognito.answer(challenge_of(name), answer)
    assert wire.sent == []
