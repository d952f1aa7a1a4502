"""
USER_AUTH: the user chooses the first factor.

It migrates no user.  A user with an active second factor is offered passwords only, since a code
or a passkey would be the only factor.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import invalid_parameter, wrong_credentials
from authcore_local.cognito.idp_api.challenge_sessions import Pending
from authcore_local.cognito.idp_api.passkey_answers import PasskeyAnswers
from authcore_local.cognito.idp_api.questions import Questions
from authcore_local.cognito.idp_api.sign_in_attempt import (
    Answer,
    Attempt,
    Output,
    require_parameter,
)
from authcore_local.cognito.idp_api.sign_in_completion import Metadata, SignInCompletion
from authcore_local.cognito.idp_api.srp_flow import SrpFlow, required_public_value
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.required_challenges import second_factor
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


_PASSWORDS: Final = ("PASSWORD", "PASSWORD_SRP")


@attrs.frozen(kw_only=True)
class _Choice:
    """A chosen factor, of whom, and the parameters that came with it."""

    factor: str
    user: PoolUser | None = attrs.field(repr=False)
    username: str = attrs.field(repr=False)
    parameters: Mapping[str, str] = attrs.field(repr=False)
    metadata: Metadata = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ChoiceFlow:
    """
    Begins with ``PREFERRED_CHALLENGE`` where the user has it, else with SELECT_CHALLENGE.

    An unknown user is offered passwords, and a code where the pool has them.
    """

    config: PoolConfig
    users: UserStore
    sign_in: PasswordSignIn
    srp: SrpFlow
    passkeys: PasskeyAnswers
    questions: Questions
    completion: SignInCompletion

    def begin(self, attempt: Attempt) -> Output:
        """Return the first challenge, or tokens for ``PREFERRED_CHALLENGE=PASSWORD``."""
        user = self.sign_in.candidate(attempt.username, attempt.validation_data)
        name = self.users.normalize_name(attempt.username) if user is None else user.username
        preferred = attempt.parameters.get("PREFERRED_CHALLENGE", "")
        offered = self._list_factors(user)
        if preferred in offered:
            return self._start(
                _Choice(
                    factor=preferred,
                    user=user,
                    username=name,
                    parameters=attempt.parameters,
                    metadata=None,
                )
            )
        pending = Pending(
            challenge="SELECT_CHALLENGE",
            username=name,
            subject=None if user is None else user.subject,
        )
        return {**self.questions.pose(pending, {}), "AvailableChallenges": offered}

    def answer_selection(self, answer: Answer) -> Output:
        """Answer SELECT_CHALLENGE; the proof of a password may come with it."""
        user = self._user(answer.pending)
        factor = answer.text("ANSWER")
        if factor not in self._list_factors(user):
            raise invalid_parameter("ANSWER is not one of the available challenges")
        answer.accept()
        return self._start(self._choice(factor, user, answer))

    def answer_password(self, answer: Answer) -> Output:
        """Answer PASSWORD."""
        answer.text("PASSWORD")
        answer.accept()
        return self._check_password(self._choice("PASSWORD", self._user(answer.pending), answer))

    def answer_srp(self, answer: Answer) -> Output:
        """Answer PASSWORD_SRP: PASSWORD_VERIFIER follows."""
        required_public_value(answer.responses)
        answer.accept()
        return self._start(self._choice("PASSWORD_SRP", self._user(answer.pending), answer))

    def _start(self, choice: _Choice) -> Output:
        user, name = choice.user, choice.username
        if choice.factor == "EMAIL_OTP":
            return self.questions.ask_for_email_code(user, name, is_first_factor=True)
        if choice.factor == "WEB_AUTHN" and user is not None:
            return self.passkeys.ask(user)
        if choice.factor == "PASSWORD_SRP" and choice.parameters.get("SRP_A"):
            public = required_public_value(choice.parameters)
            return self.srp.challenge(user, name, public, with_session=True)
        if choice.factor == "PASSWORD" and choice.parameters.get("PASSWORD"):
            return self._check_password(choice)
        subject = None if user is None else user.subject
        pending = Pending(challenge=choice.factor, username=name, subject=subject)
        return self.questions.pose(pending, {"USER_ID_FOR_SRP": name})

    def _check_password(self, choice: _Choice) -> Output:
        password = require_parameter(choice.parameters, "PASSWORD")
        if choice.user is None:
            self.sign_in.note_outcome(choice.username, right=False)
            raise wrong_credentials()
        self.sign_in.check_password(choice.user, password)
        user = self.sign_in.require_active(choice.user)
        return self.completion.after_first_factor(user, choice.metadata)

    def _choice(self, factor: str, user: PoolUser | None, answer: Answer) -> _Choice:
        return _Choice(
            factor=factor,
            user=user,
            username=answer.pending.username,
            parameters=answer.responses,
            metadata=answer.metadata,
        )

    def _user(self, pending: Pending) -> PoolUser | None:
        return None if pending.subject is None else self.users.with_subject(pending.subject)

    def _list_factors(self, user: PoolUser | None) -> list[str]:
        allowed = self.config.first_factors
        if user is None:
            return [*_PASSWORDS, *sorted(allowed & {"EMAIL_OTP"})]
        offered = [*_PASSWORDS] if user.password is not None else []
        if second_factor(self.config, user) is not None:
            return offered
        if "EMAIL_OTP" in allowed and user.verified_email is not None:
            offered.append("EMAIL_OTP")
        if "WEB_AUTHN" in allowed and user.passkeys:
            offered.append("WEB_AUTHN")
        return offered
