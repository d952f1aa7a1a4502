"""``authcore signin``."""

import json
from typing import Final, Literal

import attrs

from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    PasswordPolicyError,
    ProviderUnavailableError,
    RejectedError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import Challenge, PasswordFlow
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore_cli.challenge_prompts import ChallengePrompts
from authcore_cli.process import CommandContext, ExitStatus, NoInputError
from authcore_cli.terminal_text import printable


MAX_CHALLENGES: Final = 10
MAX_ANSWERS: Final = 3
"""To one challenge."""

_AGAIN: Final[tuple[type[RejectedError], ...]] = (
    AnswerRejectedError,
    AttributesRejectedError,
    PasswordPolicyError,
)


@attrs.frozen
class SignInCommand:
    """Signs one user in, at the terminal."""

    context: CommandContext

    def signin(
        self,
        username: str,
        /,
        *,
        flow: PasswordFlow = "USER_SRP_AUTH",
        migrating: Literal["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"] | None = None,
        show_tokens: bool = False,
    ) -> ExitStatus:
        """
        Sign a user in with a password, and answer Cognito's challenges.

        The password is asked for without echo; where standard input is no terminal it is the first
        line there.  It is never an argument, which other users of this machine could read.  The
        sign-in begins a session at Cognito, which stays until its refresh token ends.

        Needs AUTHCORE_COGNITO_*, AUTHCORE_SIGN_IN_CLIENT_SECRET unless the app client is public,
        and IAM credentials for ADMIN_USER_PASSWORD_AUTH.  Exit status: 0 signed in, 1 refused,
        2 wrong usage or settings, 3 no answer.

        Args:
            username: Of the user, as typed at a sign-in.

            flow: How the sign-in begins.

            migrating: A flow for one more try where the first one is refused, for users to migrate.

            show_tokens: Print the three tokens as JSON.  They let any holder act as the user.
        """
        sign_in = self.context.password_sign_in(self.context.environment, flow, migrating)
        password = self.context.ask("Password: ", hidden=True)
        if not password:
            raise NoInputError("no password was typed")
        session = self._settle(sign_in, sign_in.begin(Credentials(username, password)))
        if show_tokens:
            self.context.say(_as_json(session.tokens))
        else:
            named = printable(session.access.username or "")
            self.context.say(f"signed in: {named}, sub {printable(session.access.subject)}")
        return ExitStatus.OK

    def _settle(self, sign_in: PasswordSignIn, step: Session | Challenge) -> Session:
        for _ in range(MAX_CHALLENGES):
            if isinstance(step, Session):
                return step
            step = self._answer(sign_in, self._prepare(sign_in, step))
        raise ProviderUnavailableError("Cognito asks without end", detail="answer challenge")

    def _prepare(self, sign_in: PasswordSignIn, challenge: Challenge) -> Challenge:
        """Show the secret of a new authenticator application, where one is to be set up."""
        if challenge.name != "MFA_SETUP":
            return challenge
        setup = sign_in.begin_totp_setup(challenge)
        self.context.complain(f"secret for the authenticator application: {setup.secret}")
        return setup.challenge

    def _answer(self, sign_in: PasswordSignIn, challenge: Challenge) -> Session | Challenge:
        prompts = ChallengePrompts(self.context.ask, self.context.complain)
        for _ in range(MAX_ANSWERS - 1):
            try:
                return sign_in.answer(challenge, prompts.answer(challenge))
            except _AGAIN as error:
                self.context.complain(f"{error.code}: {error}")
        return sign_in.answer(challenge, prompts.answer(challenge))


def _as_json(tokens: TokenSet) -> str:
    names = ("access_token", "id_token", "refresh_token")
    return json.dumps({name: getattr(tokens, name) for name in names})
