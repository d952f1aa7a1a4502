"""What Cognito answers to a step of a password sign-in: tokens, or a challenge."""

import re
from collections.abc import Mapping
from typing import Any, Final

from authcore.adapters.cognito.authentication_result import issued_tokens
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.challenges import Challenge, PasswordFlow, challenge_name
from authcore.domain.model.tokens import TokenSet


MAX_PARAMETERS: Final = 50
MAX_PARAMETERS_LENGTH: Final = 64 * 1024
"""Characters of names and values together.  A passkey's options have a few thousand."""

MAX_AVAILABLE: Final = 32

_SESSION: Final = re.compile("[!-~]{20,4096}")


def is_session(text: str) -> bool:
    """Whether *text* can be a ``Session``."""
    return _SESSION.fullmatch(text) is not None


def read_step(
    answered: Mapping[str, Any], *, flow: PasswordFlow, username: str
) -> TokenSet | Challenge:
    """
    Read the response to InitiateAuth, RespondToAuthChallenge and their admin forms.

    Args:
        answered: As botocore parsed it.

        flow: That the sign-in began with.

        username: For the next answer, where Cognito does not tell another.

    Raises:
        UnknownChallengeError: It asks what this version does not know.

        ProviderUnavailableError: It is neither exactly tokens nor exactly a challenge.
    """
    require_cognitos_own(answered["ResponseMetadata"])
    if "ChallengeName" not in answered:
        return issued_tokens(answered)
    if answered.get("AuthenticationResult"):
        raise _unreadable()
    parameters = _parameters(answered.get("ChallengeParameters", {}))
    return Challenge(
        name=challenge_name(_text(answered["ChallengeName"])),
        session=_session(answered.get("Session")),
        username=_username(parameters, username),
        flow=flow,
        parameters=parameters,
        available=_available(answered.get("AvailableChallenges", [])),
    )


def _parameters(found: object) -> Mapping[str, str]:
    if not isinstance(found, dict) or len(found) > MAX_PARAMETERS:
        raise _unreadable()
    texts = [_text(text) for pair in found.items() for text in pair]
    if sum(map(len, texts)) > MAX_PARAMETERS_LENGTH:
        raise _unreadable()
    return found


def _username(parameters: Mapping[str, str], sent: str) -> str:
    """Find the name that answers carry, and their secret hash covers."""
    name = parameters.get("USERNAME") or parameters.get("USER_ID_FOR_SRP") or sent
    if not can_be_username(name):
        raise _unreadable()
    return name


def _session(found: object) -> str | None:
    if found is None:
        return None
    if not is_session(_text(found)):
        raise _unreadable()
    return _text(found)


def _available(found: object) -> tuple[str, ...]:
    if not isinstance(found, list) or len(found) > MAX_AVAILABLE:
        raise _unreadable()
    return tuple(map(_text, found))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _unreadable()
    return value


def _unreadable() -> ProviderUnavailableError:
    return ProviderUnavailableError("Cognito's challenge cannot be read", detail="answer challenge")
