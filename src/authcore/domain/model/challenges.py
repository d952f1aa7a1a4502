"""
Challenges of a password sign-in, and the answers to them.

==============================================  ================================================
challenge                                       its answer
==============================================  ================================================
SMS_MFA, SMS_OTP, EMAIL_OTP,                    ``Code``
SOFTWARE_TOKEN_MFA
NEW_PASSWORD_REQUIRED                           ``NewPassword``
SELECT_MFA_TYPE                                 ``Choice``
SELECT_CHALLENGE                                ``Choice``, or ``Password``
PASSWORD, PASSWORD_SRP, ADMIN_NO_SRP_AUTH       ``Password``
WEB_AUTHN                                       ``PasskeyAssertion``
MFA_SETUP                                       ``TotpSetup``, after ``begin_totp_setup``
CUSTOM_CHALLENGE                                ``CustomAnswer``
DEVICE_SRP_AUTH                                 ``Device``; the library answers it where the caller
                                                has named the device before
PASSWORD_VERIFIER, DEVICE_PASSWORD_VERIFIER     none: only the library can answer them
==============================================  ================================================

See: Amazon Cognito API, InitiateAuth and RespondToAuthChallenge.
"""

import json
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import attrs

from authcore.domain.errors import UnknownChallengeError


ChallengeName = Literal[
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
"""Every ``ChallengeName`` of Cognito."""

PasswordFlow = Literal[
    "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH"
]
"""
How a sign-in begins.

``USER_PASSWORD_AUTH`` and ``ADMIN_USER_PASSWORD_AUTH`` send the password to Cognito, which can then
migrate an unknown user.  ``USER_SRP_AUTH`` and ``USER_AUTH`` prove the password without sending it;
they never migrate.  ``USER_AUTH`` lets users have several first factors.
"""

MAX_ATTRIBUTES: Final = 50
"""Names that are read from one challenge."""

FirstFactor = Literal["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]
"""What a user can sign in with instead of a password."""

MIGRATING: Final[frozenset[PasswordFlow]] = frozenset(
    ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
)
"""The flows in which Cognito receives the password."""


@attrs.frozen
class Challenge:
    """
    What Cognito asks next; no user is signed in.

    Attributes:
        name: See the table above.
        session: Ties the answer to the sign-in, for 3 minutes by default; at most 4096 characters.
            None where Cognito sent none.
        username: The user's name in the pool as Cognito tells it, else as typed.
        flow: That the sign-in began with.
        parameters: ``ChallengeParameters`` as sent: e.g. ``CODE_DELIVERY_DESTINATION``, the JSON
            texts ``requiredAttributes`` and ``CREDENTIAL_REQUEST_OPTIONS``.
        available: Challenges to choose from, of SELECT_CHALLENGE; empty (the default) for others.
    """

    name: ChallengeName
    session: str | None = attrs.field(repr=False)
    username: str = attrs.field(repr=False)
    flow: PasswordFlow
    parameters: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    available: tuple[str, ...] = ()

    @property
    def required_attributes(self) -> tuple[str, ...]:
        """Names of attributes that NEW_PASSWORD_REQUIRED asks for; empty where unreadable."""
        try:
            listed = json.loads(self.parameters.get("requiredAttributes", "[]"))
        except (ValueError, RecursionError):
            return ()
        names = listed[:MAX_ATTRIBUTES] if isinstance(listed, list) else []
        return tuple(
            name.removeprefix("userAttributes.") for name in names if isinstance(name, str)
        )


@attrs.frozen
class Code:
    """
    A one-time code, as typed.

    Attributes:
        code: From a message or an authenticator application.
    """

    code: str = attrs.field(repr=False)


@attrs.frozen
class NewPassword:
    """
    The password that replaces a temporary one.

    Attributes:
        password: As typed.
        attributes: Values of attributes that the challenge requires, by name; none by default.
            Others are refused: Cognito would write them, the links to legacy accounts included.
    """

    password: str = attrs.field(repr=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)


@attrs.frozen
class Choice:
    """
    The factor that the user wants to use.

    Attributes:
        factor: Name of a challenge that needs no password, e.g. ``EMAIL_OTP``.
    """

    factor: str


@attrs.frozen
class Password:
    """
    The user's password.

    Attributes:
        password: As typed.
    """

    password: str = attrs.field(repr=False)


@attrs.frozen
class PasskeyAssertion:
    """
    The browser's answer to ``CREDENTIAL_REQUEST_OPTIONS``, passed through.

    Attributes:
        credential: ``AuthenticationResponseJSON``.

    See: Web Authentication Level 3 §5.1.8 (``toJSON``).
    """

    credential: str = attrs.field(repr=False)


@attrs.frozen
class TotpSetup:
    """
    The first code of an authenticator application that was just set up.

    Attributes:
        code: 6 digits.
    """

    code: str = attrs.field(repr=False)


@attrs.frozen
class CustomAnswer:
    """
    The answer to a challenge of the team's own Lambda triggers.

    Attributes:
        answer: As the trigger expects it.
    """

    answer: str = attrs.field(repr=False)


@attrs.frozen
class Device:
    """
    A device that the pool remembers.

    Attributes:
        key: ``DeviceKey``.
        group_key: ``DeviceGroupKey``.
        password: That was chosen when the device was confirmed.
    """

    key: str = attrs.field(repr=False)
    group_key: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)


ChallengeAnswer: TypeAlias = (
    Code | NewPassword | Choice | Password | PasskeyAssertion | TotpSetup | CustomAnswer | Device
)

_CODE: Final = (Code,)
_PASSWORD: Final = (Password,)

ANSWERS: Final[Mapping[ChallengeName, tuple[type[ChallengeAnswer], ...]]] = {
    "SMS_MFA": _CODE,
    "SMS_OTP": _CODE,
    "EMAIL_OTP": _CODE,
    "SOFTWARE_TOKEN_MFA": _CODE,
    "NEW_PASSWORD_REQUIRED": (NewPassword,),
    "SELECT_MFA_TYPE": (Choice,),
    "SELECT_CHALLENGE": (Choice, Password),
    "PASSWORD": _PASSWORD,
    "PASSWORD_SRP": _PASSWORD,
    "ADMIN_NO_SRP_AUTH": _PASSWORD,
    "WEB_AUTHN": (PasskeyAssertion,),
    "MFA_SETUP": (TotpSetup,),
    "CUSTOM_CHALLENGE": (CustomAnswer,),
    "DEVICE_SRP_AUTH": (Device,),
    "PASSWORD_VERIFIER": (),
    "DEVICE_PASSWORD_VERIFIER": (),
}
"""The kinds of answers that each challenge takes."""


@attrs.frozen
class TotpSecret:
    """
    A secret for an authenticator application.

    Attributes:
        secret: Base32; the user's application keeps it.
        challenge: To answer with the application's first code (``TotpSetup``).
    """

    secret: str = attrs.field(repr=False)
    challenge: Challenge


_NAMES: Final[Mapping[str, ChallengeName]] = {name: name for name in get_args(ChallengeName)}


def challenge_name(text: str) -> ChallengeName:
    """
    Read the name of a challenge.

    Raises:
        UnknownChallengeError: Cognito has learned a challenge that this version does not know.
    """
    name = _NAMES.get(text)
    if name is None:
        raise UnknownChallengeError("Cognito asks a challenge that is not known here")
    return name
