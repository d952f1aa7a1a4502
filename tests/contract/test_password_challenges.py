"""The sixteen challenges over Cognito's API: each a value, each answer as Cognito reads it."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, get_args

import attrs
import pytest

from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.domain.errors import (
    ChallengeMismatchError,
    ConfigurationError,
    CredentialsRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.challenges import (
    ANSWERS,
    Challenge,
    ChallengeAnswer,
    ChallengeName,
    Choice,
    Code,
    CustomAnswer,
    NewPassword,
    PasskeyAssertion,
    Password,
    PasswordFlow,
    TotpSetup,
)
from contract.password_wire import (
    ANNA,
    CLIENT_ID,
    DEVICE,
    ISSUED,
    PASSKEY,
    POOL,
    SESSION,
    TOKENS,
    VERIFIER,
    Wire,
    asks,
    authenticator,
    challenge_of,
    secret_hash,
)


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.mark.parametrize(
    ("flow", "operation", "parameters"),
    [
        ("USER_PASSWORD_AUTH", "InitiateAuth", {"PASSWORD": ANNA.password}),
        ("ADMIN_USER_PASSWORD_AUTH", "AdminInitiateAuth", {"PASSWORD": ANNA.password}),
        ("USER_SRP_AUTH", "InitiateAuth", {}),
        ("USER_AUTH", "InitiateAuth", {"PREFERRED_CHALLENGE": "PASSWORD_SRP"}),
    ],
)
def test_a_flow_begins_with_what_it_needs_and_no_more(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    flow: PasswordFlow,
    operation: str,
    parameters: Mapping[str, str],
) -> None:
    assert cognito.begin(ANNA, flow=flow, metadata={"origin": "bridge"}) == ISSUED

    assert wire.operations == [operation]
    [sent] = wire.sent
    begun = sent["AuthParameters"]
    assert ("SRP_A" in begun) is not ("PASSWORD" in begun)
    begun.pop("SRP_A", None)
    assert begun == {"USERNAME": "anna", "SECRET_HASH": secret_hash("anna"), **parameters}
    assert (sent["AuthFlow"], sent["ClientId"]) == (flow, CLIENT_ID)
    assert sent["ClientMetadata"] == {"origin": "bridge"}
    assert sent.get("UserPoolId") == (POOL if operation == "AdminInitiateAuth" else None)


ANSWERED: Final[Sequence[tuple[ChallengeName, ChallengeAnswer, Mapping[str, str]]]] = [
    ("SMS_MFA", Code("123456"), {"SMS_MFA_CODE": "123456"}),
    ("SMS_OTP", Code("123456"), {"SMS_OTP_CODE": "123456"}),
    ("EMAIL_OTP", Code("12345678"), {"EMAIL_OTP_CODE": "12345678"}),
    ("SOFTWARE_TOKEN_MFA", Code("123456"), {"SOFTWARE_TOKEN_MFA_CODE": "123456"}),
    ("SELECT_MFA_TYPE", Choice("SOFTWARE_TOKEN_MFA"), {"ANSWER": "SOFTWARE_TOKEN_MFA"}),
    ("SELECT_CHALLENGE", Choice("EMAIL_OTP"), {"ANSWER": "EMAIL_OTP"}),
    (
        "SELECT_CHALLENGE",
        Password(ANNA.password),
        {"ANSWER": "PASSWORD", "PASSWORD": ANNA.password},
    ),
    ("PASSWORD", Password(ANNA.password), {"PASSWORD": ANNA.password}),
    ("ADMIN_NO_SRP_AUTH", Password(ANNA.password), {"PASSWORD": ANNA.password}),
    ("WEB_AUTHN", PasskeyAssertion(PASSKEY), {"CREDENTIAL": PASSKEY}),
    ("CUSTOM_CHALLENGE", CustomAnswer("blue"), {"ANSWER": "blue"}),
    (
        "NEW_PASSWORD_REQUIRED",
        NewPassword("canary-New-1", {"name": "Anna"}),
        {"NEW_PASSWORD": "canary-New-1", "userAttributes.name": "Anna"},
    ),
]


@pytest.mark.parametrize(
    ("name", "answer", "responses"), ANSWERED, ids=lambda value: str(value)[:24]
)
def test_a_challenge_is_a_value_and_its_answer_is_sent(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    name: ChallengeName,
    answer: ChallengeAnswer,
    responses: Mapping[str, str],
) -> None:
    parameters = {"USERNAME": "anna-0001", "requiredAttributes": '["userAttributes.name"]'}
    wire.answers = [asks(name, parameters), TOKENS]
    challenge = cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    assert challenge == challenge_of(name, flow="USER_PASSWORD_AUTH", parameters=parameters)
    assert isinstance(challenge, Challenge)

    assert cognito.answer(challenge, answer) == ISSUED
    sent = wire.sent[-1]
    assert wire.operations[-1] == "RespondToAuthChallenge"
    assert (sent["ChallengeName"], sent["Session"]) == (name, SESSION)
    assert sent["ChallengeResponses"] == {
        "USERNAME": "anna-0001",
        "SECRET_HASH": secret_hash("anna-0001"),
        **responses,
    }


def test_the_library_answers_the_verifier_itself(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    wire.answers = [asks("PASSWORD_VERIFIER", VERIFIER, Session=None), TOKENS]

    assert cognito.begin(ANNA, flow="USER_SRP_AUTH") == ISSUED
    sent = wire.sent[-1]
    assert "Session" not in sent
    assert sent["ChallengeResponses"].pop("PASSWORD_CLAIM_SIGNATURE")
    assert sent["ChallengeResponses"] == {
        "USERNAME": "anna-0001",
        "SECRET_HASH": secret_hash("anna-0001"),
        "PASSWORD_CLAIM_SECRET_BLOCK": "QUJD",
        "TIMESTAMP": "Sat Mar 14 09:26:53 UTC 2026",
    }
    assert ANNA.password not in json.dumps(wire.sent)


@pytest.mark.parametrize(
    ("challenge", "chosen"),
    [
        (challenge_of("PASSWORD_SRP"), {}),
        (
            challenge_of("SELECT_CHALLENGE", available=("EMAIL_OTP", "PASSWORD_SRP")),
            {"ANSWER": "PASSWORD_SRP"},
        ),
    ],
)
def test_a_password_is_proved_rather_than_sent_where_cognito_offers_it(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    challenge: Challenge,
    chosen: Mapping[str, str],
) -> None:
    wire.answers = [asks("PASSWORD_VERIFIER", VERIFIER), TOKENS]

    assert cognito.answer(challenge, Password(ANNA.password)) == ISSUED
    first = wire.sent[0]["ChallengeResponses"]
    assert first.pop("SRP_A")
    assert first == {"USERNAME": "anna-0001", "SECRET_HASH": secret_hash("anna-0001"), **chosen}
    assert [sent["ChallengeName"] for sent in wire.sent] == [challenge.name, "PASSWORD_VERIFIER"]
    assert ANNA.password not in json.dumps(wire.sent)


def test_a_remembered_device_is_proved_by_the_library(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    wire.answers = [
        asks("PASSWORD_VERIFIER", VERIFIER),
        asks("DEVICE_SRP_AUTH"),
        asks("DEVICE_PASSWORD_VERIFIER", VERIFIER),
        TOKENS,
    ]

    assert cognito.begin(ANNA, flow="USER_SRP_AUTH", device=DEVICE) == ISSUED
    begun, *responses = wire.sent
    assert begun["AuthParameters"]["DEVICE_KEY"] == DEVICE.key
    assert all(sent["ChallengeResponses"]["DEVICE_KEY"] == DEVICE.key for sent in responses)
    assert responses[1]["ChallengeResponses"]["SRP_A"] != begun["AuthParameters"]["SRP_A"]
    assert responses[2]["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"]
    assert DEVICE.password not in json.dumps(wire.sent)


def test_a_caller_may_name_the_device_only_when_cognito_asks(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    wire.answers = [asks("DEVICE_SRP_AUTH"), asks("DEVICE_PASSWORD_VERIFIER", VERIFIER), TOKENS]
    challenge = cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")

    assert isinstance(challenge, Challenge)
    assert cognito.answer(challenge, DEVICE) == ISSUED
    with pytest.raises(CredentialsRejectedError):
        cognito.answer(challenge, attrs.evolve(DEVICE, key="no key"))


def test_an_authenticator_application_is_set_up_in_three_calls(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    second, third = f"{SESSION}-2", f"{SESSION}-3"
    wire.answers = [
        asks("MFA_SETUP", {"MFAS_CAN_SETUP": '["SOFTWARE_TOKEN_MFA"]'}),
        {"SecretCode": "JBSWY3DPEHPK3PXP", "Session": second},
        {"Status": "SUCCESS", "Session": third},
        TOKENS,
    ]
    challenge = cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    assert isinstance(challenge, Challenge)
    setup = cognito.begin_totp_setup(challenge)

    assert setup.secret == "JBSWY3DPEHPK3PXP"
    assert cognito.answer(setup.challenge, TotpSetup("123456")) == ISSUED
    assert wire.operations[1:] == [
        "AssociateSoftwareToken",
        "VerifySoftwareToken",
        "RespondToAuthChallenge",
    ]
    _, associated, verified, responded = wire.sent
    assert associated == {"Session": SESSION}
    assert verified == {"Session": second, "UserCode": "123456"}
    assert responded["Session"] == third
    assert {*responded["ChallengeResponses"]} == {"USERNAME", "SECRET_HASH"}


def test_every_challenge_of_cognito_has_a_row_here() -> None:
    by_caller = {name for name, _, _ in ANSWERED} | {"MFA_SETUP", "PASSWORD_SRP", "DEVICE_SRP_AUTH"}
    by_library = {name for name, kinds in ANSWERS.items() if not kinds}

    assert by_library == {"PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER"}
    assert by_caller | by_library == {*get_args(ChallengeName)} == {*ANSWERS}
    assert len(ANSWERS) == 16


WRONG_KINDS: Final = [
    (name, answer)
    for name in ANSWERS
    for answer in (
        *(Code("123456"), NewPassword("canary-New-1"), Choice("SMS_MFA"), Password("canary-P-1")),
        *(PasskeyAssertion(PASSKEY), TotpSetup("123456"), CustomAnswer("blue"), DEVICE),
    )
    if not isinstance(answer, ANSWERS[name])
]


def test_an_answer_of_another_kind_is_never_sent(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    assert len(WRONG_KINDS) == 16 * 8 - 15
    for name, answer in WRONG_KINDS:
        with pytest.raises(ChallengeMismatchError):
            cognito.answer(challenge_of(name), answer)
    assert wire.sent == []


def test_the_challenges_of_an_admin_flow_are_answered_by_the_admin_call(
    wire: Wire, cognito: CognitoPasswordAuthenticator, wire_client: "CognitoIdentityProviderClient"
) -> None:
    wire.answers = [asks("SMS_MFA"), TOKENS]
    challenge = cognito.begin(ANNA, flow="ADMIN_USER_PASSWORD_AUTH")
    assert isinstance(challenge, Challenge)
    assert cognito.answer(challenge, Code("123456")) == ISSUED

    assert wire.operations == ["AdminInitiateAuth", "AdminRespondToAuthChallenge"]
    assert wire.sent[-1]["UserPoolId"] == POOL
    with pytest.raises(ConfigurationError):
        authenticator(wire_client).begin(ANNA, flow="ADMIN_USER_PASSWORD_AUTH")


def test_a_sign_in_without_a_password_gives_a_choice(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    offered = ["PASSWORD", "EMAIL_OTP", "A_NEW_ONE"]
    wire.answers = [asks("SELECT_CHALLENGE", AvailableChallenges=offered)]
    choice = cognito.begin_choice("anna")

    assert (choice.name, choice.available) == ("SELECT_CHALLENGE", (*offered,))
    assert "PREFERRED_CHALLENGE" not in wire.sent[0]["AuthParameters"]
    cognito.begin_choice("anna", preferred="WEB_AUTHN")
    assert wire.sent[1]["AuthParameters"]["PREFERRED_CHALLENGE"] == "WEB_AUTHN"
    wire.answers = [TOKENS]
    with pytest.raises(ProviderUnavailableError):
        cognito.begin_choice("anna")
