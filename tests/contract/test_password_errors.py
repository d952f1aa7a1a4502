"""Refused, not answered, or an operator's: Cognito's errors at a password sign-in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pytest

from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    ClientMisconfiguredError,
    CredentialsRejectedError,
    PasswordPolicyError,
    PasswordResetRequiredError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    UserUnconfirmedError,
)
from authcore.domain.model.challenges import (
    Challenge,
    Code,
    NewPassword,
)
from authcore.ports.password_authentication import FORGOTTEN_DEVICE
from authcore.testing.fakes.client_secrets import InMemoryClientSecrets
from contract.password_wire import (
    ANNA,
    CLIENT_ID,
    DEVICE,
    ISSUED,
    TOKENS,
    VERIFIER,
    Wire,
    asks,
    authenticator,
    challenge_of,
    refuses,
    secret_hash,
)
from support.cognito_wire import ERROR_CLASSES
from support.everything_said import everything_said


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


UNCLEAR: Final = "canary-anna has a new kind of problem"
AT_BEGIN: Final[Mapping[str, type[AuthcoreError]]] = {
    "NotAuthorized": CredentialsRejectedError,
    "PasswordResetRequired": PasswordResetRequiredError,
    "UserNotConfirmed": UserUnconfirmedError,
    "UserNotFound": CredentialsRejectedError,
}
AT_ANSWERS: Final[Mapping[str, type[AuthcoreError]]] = {
    **AT_BEGIN,
    "AliasExists": AttributesRejectedError,
    "CodeMismatch": AnswerRejectedError,
    "ExpiredCode": AnswerRejectedError,
    "InvalidParameter": AnswerRejectedError,
    "InvalidPassword": PasswordPolicyError,
    "PasswordHistoryPolicyViolation": PasswordPolicyError,
}
OPERATORS: Final = {
    "AccessDenied",
    "FeatureUnavailableInTier",
    "InvalidEmailRoleAccessPolicy",
    "InvalidParameter",
    "InvalidSmsRoleAccessPolicy",
    "InvalidSmsRoleTrustRelationship",
    "InvalidUserPoolConfiguration",
    "MFAMethodNotFound",
    "ResourceNotFound",
    "SoftwareTokenMFANotFound",
    "UnsupportedOperation",
}


def _kind_of(error_class: str, refusals: Mapping[str, type[AuthcoreError]]) -> type[AuthcoreError]:
    if error_class in refusals:
        return refusals[error_class]
    return ProviderMisconfiguredError if error_class in OPERATORS else ProviderUnavailableError


@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_each_error_class_is_a_refusal_an_outage_or_an_operators(
    wire: Wire, cognito: CognitoPasswordAuthenticator, error_class: str
) -> None:
    wire.answers = [refuses(error_class, UNCLEAR)]

    with pytest.raises(AuthcoreError) as begun:
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    with pytest.raises(AuthcoreError) as answered:
        cognito.answer(challenge_of("SMS_MFA"), Code("123456"))

    assert begun.type is _kind_of(error_class, AT_BEGIN)
    assert answered.type is _kind_of(error_class, AT_ANSWERS)
    assert "canary" not in repr(begun.value) + repr(answered.value)


@pytest.mark.parametrize(
    ("message", "knows_client", "kind", "probes"),
    [
        ("Incorrect username or password.", False, CredentialsRejectedError, 0),
        ("User is disabled.", False, CredentialsRejectedError, 0),
        ("Password attempts exceeded", False, CredentialsRejectedError, 0),
        ("Invalid session for the user, session is expired.", False, CredentialsRejectedError, 0),
        ("Unable to verify secret hash for client x", True, ClientMisconfiguredError, 0),
        ("SecretHash does not match for the client: x", True, ClientMisconfiguredError, 0),
        (UNCLEAR, True, CredentialsRejectedError, 1),
        (UNCLEAR, False, ClientMisconfiguredError, 1),
    ],
)
def test_a_refused_client_is_never_a_wrong_password(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    message: str,
    knows_client: bool,
    kind: type[AuthcoreError],
    probes: int,
) -> None:
    wire.answers = [refuses("NotAuthorized", message)]
    wire.knows_client = knows_client

    with pytest.raises(AuthcoreError) as refused:
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    assert refused.type is kind
    assert wire.operations.count("ConfirmSignUp") == probes


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("User does not exist.", CredentialsRejectedError),
        ("Exception migrating user in app client x", ProviderUnavailableError),
        ("UserMigration failed with error canary.", ProviderUnavailableError),
        ("Attributes did not conform to the schema: canary", ProviderUnavailableError),
    ],
)
def test_a_migration_that_failed_is_no_wrong_password(
    wire: Wire,
    cognito: CognitoPasswordAuthenticator,
    message: str,
    kind: type[AuthcoreError],
) -> None:
    wire.answers = [refuses("UserNotFound", message)]

    with pytest.raises(AuthcoreError) as refused:
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")
    assert refused.type is kind


def test_a_device_that_the_pool_has_forgotten_needs_no_operator(
    wire: Wire, cognito: CognitoPasswordAuthenticator
) -> None:
    wire.answers = [refuses("ResourceNotFound", "Device does not exist.")]
    with pytest.raises(CredentialsRejectedError) as forgotten:
        cognito.begin(ANNA, flow="USER_SRP_AUTH", device=DEVICE)
    assert forgotten.value.detail == FORGOTTEN_DEVICE
    wire.answers = [refuses("ResourceNotFound", "User pool client x does not exist.")]
    with pytest.raises(ProviderMisconfiguredError):
        cognito.begin(ANNA, flow="USER_SRP_AUTH", device=DEVICE)


@pytest.mark.parametrize("step", [0, 1])
def test_the_other_secret_is_tried_where_cognito_refuses_one(
    wire: Wire, wire_client: "CognitoIdentityProviderClient", step: int
) -> None:
    # RF-02
    verifier = asks("PASSWORD_VERIFIER", VERIFIER)
    refused = refuses("NotAuthorized", "Unable to verify secret hash for client x")
    wire.answers = [verifier, TOKENS]
    wire.answers.insert(step, refused)
    secrets = InMemoryClientSecrets("canary-old-secret", "canary-new-secret")

    assert (
        authenticator(wire_client, client_secret=secrets).begin(ANNA, flow="USER_SRP_AUTH")
        == ISSUED
    )
    last = wire.sent[-1]["ChallengeResponses"]
    assert last["SECRET_HASH"] == secret_hash("anna-0001", "canary-new-secret")
    assert len(wire.sent) == 3


def test_a_public_client_sends_no_hash_and_asks_no_second_question(
    wire: Wire, wire_client: "CognitoIdentityProviderClient"
) -> None:
    public = authenticator(wire_client, client_secret=None)
    assert public.begin(ANNA, flow="USER_PASSWORD_AUTH") == ISSUED
    assert wire.sent[0]["AuthParameters"] == {"USERNAME": "anna", "PASSWORD": ANNA.password}
    wire.answers = [refuses("NotAuthorized", UNCLEAR)]
    with pytest.raises(CredentialsRejectedError):
        public.begin(ANNA, flow="USER_PASSWORD_AUTH")
    wire.answers = [refuses("NotAuthorized", "Client x is configured with secret but ...")]
    with pytest.raises(ClientMisconfiguredError):
        public.begin(ANNA, flow="USER_PASSWORD_AUTH")

    assert "ConfirmSignUp" not in wire.operations


def test_nothing_secret_is_said(
    wire: Wire, cognito: CognitoPasswordAuthenticator, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11
    wire.answers = [
        asks("PASSWORD_VERIFIER", VERIFIER),
        asks("NEW_PASSWORD_REQUIRED"),
        refuses("InvalidPassword", UNCLEAR),
        refuses("NotAuthorized", UNCLEAR),
    ]

    def sign_in() -> None:
        challenge = cognito.begin(ANNA, flow="USER_SRP_AUTH", device=DEVICE)
        assert isinstance(challenge, Challenge)
        with pytest.raises(PasswordPolicyError):
            cognito.answer(challenge, NewPassword("canary-New-1"))
        cognito.begin(ANNA, flow="USER_PASSWORD_AUTH")

    assert "canary" not in everything_said(sign_in, caplog).replace(CLIENT_ID, "")
