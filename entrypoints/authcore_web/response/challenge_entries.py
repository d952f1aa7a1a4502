"""What browsers are told of a challenge: members of JSON, and the form of a page."""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import attrs

from authcore.adapters.pages.catalogue import Notice
from authcore.domain.errors import AttributesRejectedError, PasswordPolicyError, RejectedError
from authcore.domain.model.challenges import Challenge, ChallengeName
from authcore.domain.model.session import RedirectTarget
from authcore_web.request.sign_in_members import (
    ATTRIBUTE,
    MAX_CODE,
    MAX_PASSWORD,
    MAX_TEXT,
    MAX_USERNAME,
)
from authcore_web.response.entries import Button, Entries, Field


PUBLIC_PARAMETERS: Final = (
    "CODE_DELIVERY_DELIVERY_MEDIUM",
    "CODE_DELIVERY_DESTINATION",
    "CREDENTIAL_REQUEST_OPTIONS",
    "FRIENDLY_DEVICE_NAME",
    "MFAS_CAN_CHOOSE",
    "requiredAttributes",
)
"""What browsers learn of Cognito's parameters, beside all those of CUSTOM_CHALLENGE."""

BUTTONS: Final = ("WEB_AUTHN", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_OTP", "SMS_MFA")
"""Factors that a page offers, in this order."""

_PASSWORDS: Final = frozenset({"PASSWORD", "PASSWORD_SRP"})

_PASSWORD: Final = Field("password", MAX_PASSWORD, kind="password", autocomplete="current-password")
_CODE: Final = (Field("code", MAX_CODE, autocomplete="one-time-code", inputmode="numeric"),)

_NOTICES: Final[Mapping[ChallengeName, str]] = {
    "SMS_MFA": "challenge_message",
    "SMS_OTP": "challenge_message",
    "EMAIL_OTP": "challenge_message",
    "SOFTWARE_TOKEN_MFA": "challenge_app",
    "NEW_PASSWORD_REQUIRED": "challenge_new_password",
    "SELECT_MFA_TYPE": "challenge_choice",
    "SELECT_CHALLENGE": "challenge_choice",
    "PASSWORD": "challenge_password",
    "PASSWORD_SRP": "challenge_password",
    "ADMIN_NO_SRP_AUTH": "challenge_password",
    "WEB_AUTHN": "challenge_passkey",
    "MFA_SETUP": "challenge_setup",
    "CUSTOM_CHALLENGE": "challenge_custom",
}


@attrs.frozen
class Asked:
    """
    A challenge that the browser answers next.

    Attributes:
        challenge: With all its parameters.
        public_id: Comes back with the answer.
        target: Where the sign-in shall end.
        cookies: ``Set-Cookie`` values that keep the challenge.
        secret: Base32, for a new authenticator application; None for every other challenge.
        refusal: Of the answer before; None for a challenge that is asked for the first time.
    """

    challenge: Challenge
    public_id: str
    target: RedirectTarget = attrs.field(repr=False)
    cookies: tuple[str, ...] = attrs.field(repr=False)
    secret: str | None = attrs.field(default=None, repr=False)
    refusal: RejectedError | None = None


def challenge_members(asked: Asked) -> Mapping[str, object]:
    """Describe the challenge to a script, without its session and its user."""
    challenge = asked.challenge
    every = challenge.name == "CUSTOM_CHALLENGE"
    parameters = {
        name: value
        for name, value in challenge.parameters.items()
        if every or name in PUBLIC_PARAMETERS
    }
    members = {"challenge": challenge.name, "id": asked.public_id, "parameters": parameters}
    choice = {"available": list(challenge.available)} if challenge.available else {}
    return {**members, **choice, **({"secret": asked.secret} if asked.secret else {})}


def password_entries(
    *, username: str, redirect: str | None, has_choice: bool, is_wrong: bool
) -> Entries:
    """
    Make the form of the first step.

    Args:
        username: Filled in.

        redirect: Where the sign-in shall end; None for the default.

        has_choice: Whether a sign-in can begin without a password.

        is_wrong: Whether the last one was refused.
    """
    name = Field("username", MAX_USERNAME, autocomplete="username", value=username)
    return Entries(
        fields=(name, _PASSWORD),
        buttons=(Button("factor", "choose"),) if has_choice else (),
        hidden={"redirect": redirect} if redirect else {},
        alert="wrong_password" if is_wrong else None,
    )


def challenge_notice(challenge: Challenge) -> Notice:
    """Choose what the page of *challenge* says."""
    key = _NOTICES[challenge.name]
    if key != "challenge_message":
        return Notice(key)
    return Notice(key, {"destination": challenge.parameters.get("CODE_DELIVERY_DESTINATION", "…")})


def challenge_entries(asked: Asked, *, issuer: str) -> Entries:
    """Make the form that answers *asked*; *issuer* names the service in an authenticator app."""
    challenge, secret = asked.challenge, asked.secret
    passkey = challenge.parameters.get("CREDENTIAL_REQUEST_OPTIONS")
    return Entries(
        fields=_fields(challenge),
        buttons=tuple(Button("choice", each) for each in BUTTONS if each in _choices(challenge)),
        hidden={
            "id": asked.public_id,
            "redirect": asked.target,
            **({"credential": ""} if passkey else {}),
        },
        alert=_alert(asked.refusal) if asked.refusal else None,
        setup_key=secret,
        setup_url=_setup_url(issuer, challenge.username, secret) if secret else None,
        passkey=passkey,
    )


def _fields(challenge: Challenge) -> tuple[Field, ...]:
    match challenge.name:
        case "WEB_AUTHN" | "SELECT_MFA_TYPE":
            return ()
        case "SELECT_CHALLENGE":
            return (_PASSWORD,) if _PASSWORDS & {*challenge.available} else ()
        case "PASSWORD" | "PASSWORD_SRP" | "ADMIN_NO_SRP_AUTH":
            return (_PASSWORD,)
        case "NEW_PASSWORD_REQUIRED":
            new = Field("new_password", MAX_PASSWORD, kind="password", autocomplete="new-password")
            return (new, *map(_attribute, challenge.required_attributes))
        case "CUSTOM_CHALLENGE":
            return (Field("answer", MAX_TEXT),)
        case _:
            return _CODE


def _attribute(name: str) -> Field:
    label = name.removeprefix("custom:").replace("_", " ").capitalize()
    return Field(ATTRIBUTE + name, MAX_TEXT, label=label)


def _choices(challenge: Challenge) -> tuple[str, ...]:
    """Read the factors; those of SELECT_MFA_TYPE are a list in JSON, which may be unreadable."""
    try:
        listed = json.loads(challenge.parameters.get("MFAS_CAN_CHOOSE", "[]"))
    except (ValueError, RecursionError):
        listed = []
    factors = listed if isinstance(listed, list) else []
    return (*challenge.available, *(each for each in factors if isinstance(each, str)))


def _alert(refusal: RejectedError) -> str:
    if isinstance(refusal, PasswordPolicyError):
        return "wrong_new_password"
    return "wrong_attributes" if isinstance(refusal, AttributesRejectedError) else "wrong_answer"


def _setup_url(issuer: str, username: str, secret: str) -> str:
    """See: Google Authenticator "Key Uri Format"."""
    label = quote(f"{issuer}:{username}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}"
