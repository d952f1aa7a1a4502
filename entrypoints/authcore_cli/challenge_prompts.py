"""Ask a user at a terminal for the answers to Cognito's challenges."""

import json
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import attrs

from authcore.domain.errors import ChallengeMismatchError
from authcore.domain.model.challenges import (
    Challenge,
    ChallengeAnswer,
    Choice,
    Code,
    CustomAnswer,
    NewPassword,
    Password,
    TotpSetup,
)
from authcore_cli.terminal_text import printable


MAX_ASKED: Final = 50
"""Choices that are taken from one challenge."""


class Ask(Protocol):
    """Asks the user for one line."""

    def __call__(self, prompt: str, *, hidden: bool) -> str:
        """Return the line; *hidden* echoes nothing."""


@attrs.frozen
class ChallengePrompts:
    """
    Asks for one answer per challenge.

    Attributes:
        ask: Asks the user.
        tell: Writes one line to the user.
    """

    ask: Ask
    tell: Callable[[str], None]

    def answer(self, challenge: Challenge) -> ChallengeAnswer:
        """
        Ask for the answer to *challenge*.

        Raises:
            ChallengeMismatchError: A terminal cannot answer it: a passkey or a device.
        """
        match challenge.name:
            case "SMS_MFA" | "SMS_OTP" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA":
                return Code(self._code(_code_prompt(challenge)))
            case "NEW_PASSWORD_REQUIRED":
                return self._new_password(challenge)
            case "SELECT_MFA_TYPE" | "SELECT_CHALLENGE":
                return self._choice(challenge)
            case "MFA_SETUP":
                return TotpSetup(self._code("First code of the application: "))
            case _:
                return self._other(challenge)

    def _other(self, challenge: Challenge) -> ChallengeAnswer:
        match challenge.name:
            case "PASSWORD" | "PASSWORD_SRP" | "ADMIN_NO_SRP_AUTH":
                return Password(self.ask("Password: ", hidden=True))
            case "CUSTOM_CHALLENGE":
                return CustomAnswer(self.ask("Answer: ", hidden=True))
            case name:
                raise ChallengeMismatchError(f"{name} cannot be answered at a terminal")

    def _code(self, prompt: str) -> str:
        return self.ask(prompt, hidden=False).replace(" ", "")

    def _new_password(self, challenge: Challenge) -> NewPassword:
        password = self.ask("New password: ", hidden=True)
        while self.ask("The same again: ", hidden=True) != password:
            self.tell("the two differ")
            password = self.ask("New password: ", hidden=True)
        attributes = {
            name: self.ask(f"{printable(name)}: ", hidden=False)
            for name in challenge.required_attributes
        }
        return NewPassword(password, attributes)

    def _choice(self, challenge: Challenge) -> ChallengeAnswer:
        choices = challenge.available or _read_list(challenge.parameters, "MFAS_CAN_CHOOSE")
        self.tell(f"choose one of: {', '.join(map(printable, choices))}")
        chosen = self.ask("Choice: ", hidden=False).strip().upper()
        if challenge.name == "SELECT_CHALLENGE" and chosen in ("PASSWORD", "PASSWORD_SRP"):
            return Password(self.ask("Password: ", hidden=True))
        return Choice(chosen)


def _code_prompt(challenge: Challenge) -> str:
    if challenge.name == "SOFTWARE_TOKEN_MFA":
        return "Code of the authenticator application: "
    return (
        f"Code sent to {printable(challenge.parameters.get('CODE_DELIVERY_DESTINATION', 'you'))}: "
    )


def _read_list(parameters: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a JSON list of texts; empty where it is none."""
    try:
        found = json.loads(parameters.get(name, "[]"))
    except (ValueError, RecursionError):
        return ()
    texts = found if isinstance(found, list) else []
    return tuple(each for each in texts if isinstance(each, str))[:MAX_ASKED]
