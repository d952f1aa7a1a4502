"""The forms of managed login for challenges, by ``ChallengeName``."""

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from authcore_local.cognito.hosted_ui.login_pages import (
    CODE,
    NEW_PASSWORD,
    OUTBOX,
    POLICY,
    PageContext,
)
from authcore_local.cognito.hosted_ui.page_parts import field


CHALLENGE_PATH: Final = "/challenge"

_CONTINUE: Final = '<button type="submit">Continue</button>'
_FOCUS: Final = " autofocus"
_LABELS: Final[Mapping[str, str]] = {
    "SOFTWARE_TOKEN_MFA": "Authenticator app",
    "EMAIL_OTP": "Code by mail",
}


def challenge_page(
    context: PageContext, name: str, session: str, parameters: Mapping[str, str]
) -> HTMLResponse:
    """
    Build the page that asks the challenge *name*.

    Args:
        context: The form's; ``given`` has the user name.

        name: ``ChallengeName``; one of TITLES.

        session: ``Session``, a hidden field.

        parameters: ``ChallengeParameters``, and ``SecretCode`` for MFA_SETUP.
    """
    secret = parameters.get("SecretCode", "")
    hidden = {
        "challenge": name,
        "session": session,
        "username": context.username,
        "secret": secret,
    }
    fields = "".join(
        f'<input type="hidden" name="{each}" value="{escape(value)}">'
        for each, value in hidden.items()
    )
    return context.page(TITLES[name], context.form(CHALLENGE_PATH, fields + _ASK[name](parameters)))


TITLES: Final[Mapping[str, str]] = {
    "NEW_PASSWORD_REQUIRED": "Choose a new password",
    "SOFTWARE_TOKEN_MFA": "Your authenticator app",
    "EMAIL_OTP": "Check your mail",
    "SELECT_MFA_TYPE": "How do you want to continue?",
    "MFA_SETUP": "Set up an authenticator app",
}
"""Of the pages."""


def _new_password(_: Mapping[str, str]) -> str:
    return field("answer", "New password", NEW_PASSWORD + _FOCUS) + POLICY + _CONTINUE


def _app(_: Mapping[str, str]) -> str:
    return field("answer", "Code", CODE + _FOCUS) + _CONTINUE


def _mail(parameters: Mapping[str, str]) -> str:
    to = escape(parameters.get("CODE_DELIVERY_DESTINATION", "your address"))
    note = f'<p class="soft">A code was sent to {to}: see the {OUTBOX}.</p>'
    return note + field("answer", "Code", CODE + _FOCUS) + _CONTINUE


def _choice(parameters: Mapping[str, str]) -> str:
    return "".join(
        f'<button class="choice" name="answer" value="{escape(factor)}">'
        f"{escape(_LABELS.get(factor, factor))}</button>"
        for factor in json.loads(parameters["MFAS_CAN_CHOOSE"])
    )


def _setup(parameters: Mapping[str, str]) -> str:
    secret = escape(parameters["SecretCode"])
    return (
        '<p class="soft">Enter this key in your app, and the code that it shows.</p>'
        f'<p class="secret">{secret}</p>' + field("answer", "Code", CODE + _FOCUS) + _CONTINUE
    )


_ASK: Final[Mapping[str, Callable[[Mapping[str, str]], str]]] = {
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SOFTWARE_TOKEN_MFA": _app,
    "EMAIL_OTP": _mail,
    "SELECT_MFA_TYPE": _choice,
    "MFA_SETUP": _setup,
}
