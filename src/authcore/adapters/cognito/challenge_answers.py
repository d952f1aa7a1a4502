"""Answers to challenges as ``ChallengeResponses``, checked before they are sent."""

import re
from collections.abc import Mapping
from typing import Final

from authcore.adapters.cognito.limits import can_be_attributes
from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    ChallengeMismatchError,
    CredentialsRejectedError,
    PasswordPolicyError,
)
from authcore.domain.model.challenges import (
    ANSWERS,
    Challenge,
    ChallengeAnswer,
    Choice,
    Code,
    CustomAnswer,
    Device,
    NewPassword,
    PasskeyAssertion,
    Password,
    TotpSetup,
)


MAX_PASSWORD_LENGTH: Final = 256
MAX_ANSWER_LENGTH: Final = 4 * 1024
MAX_CREDENTIAL_LENGTH: Final = 32 * 1024
"""Characters.  A passkey's answer has about a thousand."""

_CODE: Final = re.compile("[0-9]{1,16}")
_FACTOR: Final = re.compile("[A-Z_]{1,64}")
_DEVICE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,30}_[0-9a-f-]{1,54}")


def can_be_password(text: str) -> bool:
    """Whether *text* can be a password in the pool: 1 to 256 characters."""
    return 1 <= len(text) <= MAX_PASSWORD_LENGTH and is_encodable(text)


def is_encodable(text: str) -> bool:
    """Whether *text* has no surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def check_device(device: Device | None) -> None:
    """
    Check a device of the application's.

    Raises:
        CredentialsRejectedError: It can be none of Cognito's.
    """
    if device is None:
        return
    texts = (device.group_key, device.password)
    if not _DEVICE_KEY.fullmatch(device.key) or not all(map(can_be_password, texts)):
        raise CredentialsRejectedError("this is no remembered device")


def check_kind(challenge: Challenge, answer: ChallengeAnswer) -> None:
    """
    Check that *challenge* takes answers of this kind.

    Raises:
        ChallengeMismatchError: It does not.
    """
    if not isinstance(answer, ANSWERS[challenge.name]):
        raise ChallengeMismatchError(f"{challenge.name} takes no such answer")


def responses_for(challenge: Challenge, answer: ChallengeAnswer) -> Mapping[str, str]:
    """
    Translate *answer*, without user name and secret hash.

    Args:
        challenge: That takes it.

        answer: A Device is proved, and the code of a TotpSetup verified, before: neither has any.

    Raises:
        AnswerRejectedError: Cognito could not accept it.

        PasswordPolicyError: No pool accepts the new password.

        AttributesRejectedError: No pool accepts the new attributes, or they are not required.

        CredentialsRejectedError: No user can have the password.
    """
    match answer:
        case NewPassword(password, attributes):
            return _new_password(challenge, password, attributes)
        case Password(password):
            return _password(challenge, password)
        case _:
            return _one_text(challenge, answer)


def _one_text(challenge: Challenge, answer: ChallengeAnswer) -> Mapping[str, str]:
    match answer:
        case Code(code):
            return {f"{challenge.name}_CODE": _require(_CODE, code)}
        case Choice(factor):
            return {"ANSWER": _require(_FACTOR, factor)}
        case PasskeyAssertion(credential):
            return {"CREDENTIAL": _check_length(credential, MAX_CREDENTIAL_LENGTH)}
        case CustomAnswer(text):
            return {"ANSWER": _check_length(text, MAX_ANSWER_LENGTH)}
        case _:
            return {}


def totp_code(answer: TotpSetup) -> str:
    """
    Return the code.

    Raises:
        AnswerRejectedError: It cannot be one.
    """
    return _require(_CODE, answer.code)


def _new_password(
    challenge: Challenge, password: str, attributes: Mapping[str, str]
) -> Mapping[str, str]:
    if not can_be_password(password):
        raise PasswordPolicyError("no pool accepts this password")
    if not {*attributes} <= {*challenge.required_attributes}:
        raise AttributesRejectedError("the challenge does not require these attributes")
    if not can_be_attributes(attributes):
        raise AttributesRejectedError("more or longer attributes than a user can have")
    named = {f"userAttributes.{name}": value for name, value in attributes.items()}
    return {"NEW_PASSWORD": password, **named}


def _password(challenge: Challenge, password: str) -> Mapping[str, str]:
    if not can_be_password(password):
        raise CredentialsRejectedError("no user can have this password")
    chosen = {"ANSWER": "PASSWORD"} if challenge.name == "SELECT_CHALLENGE" else {}
    return {"PASSWORD": password, **chosen}


def _require(shape: re.Pattern[str], text: str) -> str:
    if not shape.fullmatch(text):
        raise AnswerRejectedError("the answer is malformed")
    return text


def _check_length(text: str, longest: int) -> str:
    if not 0 < len(text) <= longest or not is_encodable(text):
        raise AnswerRejectedError("the answer is malformed")
    return text
