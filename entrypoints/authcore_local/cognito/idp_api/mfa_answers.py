"""Answers to the challenges of second factors, and to EMAIL_OTP as the first one."""

import hmac
from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import Mfa
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.mfa_settings import VERIFIED
from authcore_local.cognito.idp_api.questions import EmailCode, Questions
from authcore_local.cognito.idp_api.sign_in_attempt import Answer, Output, user_of
from authcore_local.cognito.idp_api.sign_in_completion import SignInCompletion
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.software_token_mfa import FACTOR, SoftwareTokenMfa
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


_SELECTABLE: Final[Mapping[str, Mfa]] = {
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA",
    "EMAIL_OTP": "EMAIL_OTP",
    "EMAIL_MFA": "EMAIL_OTP",
}
"""By ``ANSWER``; the service model and Amazon's guide differ about the name of e-mail."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MfaAnswers:
    """Each right answer ends its session; tokens follow, where nothing else is missing."""

    users: UserStore
    sign_in: PasswordSignIn
    questions: Questions
    tokens: SoftwareTokenMfa
    completion: SignInCompletion

    def software_token(self, answer: Answer) -> Output:
        """Answer SOFTWARE_TOKEN_MFA."""
        user = user_of(self.users, answer.pending)
        self.tokens.check(user, answer.text("SOFTWARE_TOKEN_MFA_CODE"))
        answer.accept()
        return self.completion.finish(user, answer.metadata)

    def email_code(self, answer: Answer) -> Output:
        """Answer EMAIL_OTP, the first factor or the second one."""
        sent, code = answer.pending.state, answer.text("EMAIL_OTP_CODE")
        if not isinstance(sent, EmailCode) or not hmac.compare_digest(
            sent.code.encode(), code.encode()
        ):
            raise CognitoError("CodeMismatchException", "Invalid code received for user")
        user = user_of(self.users, answer.pending)
        answer.accept()
        if sent.is_first_factor:
            user = self.sign_in.require_active(user)
            return self.completion.after_first_factor(user, answer.metadata)
        return self.completion.finish(user, answer.metadata)

    def selection(self, answer: Answer) -> Output:
        """Answer SELECT_MFA_TYPE: another challenge follows."""
        user = user_of(self.users, answer.pending)
        factor = _SELECTABLE.get(answer.text("ANSWER"))
        if factor is None or factor not in user.mfa:
            raise invalid_parameter("ANSWER is not one of the user's MFA types")
        answer.accept()
        return self.questions.ask(factor, user)

    def setup(self, answer: Answer) -> Output:
        """Answer MFA_SETUP with the session of VerifySoftwareToken: the factor is active."""
        if answer.pending.state != VERIFIED:
            raise invalid_parameter("The software token of this session is not verified")
        user = user_of(self.users, answer.pending)
        answer.accept()
        return self.completion.finish(self._activate(user), answer.metadata)

    def _activate(self, user: PoolUser) -> PoolUser:
        return self.users.change(
            user.username,
            lambda each: attrs.evolve(each, mfa=each.mfa | {FACTOR}, preferred_mfa=FACTOR),
        )
