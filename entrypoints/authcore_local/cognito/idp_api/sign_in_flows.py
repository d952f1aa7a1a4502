"""Assemble the flows of ``InitiateAuth`` and the answers of ``RespondToAuthChallenge``."""

from collections.abc import Callable, Mapping
from typing import Self

import attrs

from authcore_local.cognito.idp_api.api_parts import ApiParts
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions
from authcore_local.cognito.idp_api.choice_flow import ChoiceFlow
from authcore_local.cognito.idp_api.mfa_answers import MfaAnswers
from authcore_local.cognito.idp_api.passkey_answers import PasskeyAnswers
from authcore_local.cognito.idp_api.password_flow import PasswordFlow
from authcore_local.cognito.idp_api.questions import Questions
from authcore_local.cognito.idp_api.sign_in_attempt import Answer, Attempt, Output
from authcore_local.cognito.idp_api.sign_in_completion import Conclusion, SignInCompletion
from authcore_local.cognito.idp_api.srp_flow import SrpFlow


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignInFlows:
    """The flows, which share their sessions."""

    password: PasswordFlow
    srp: SrpFlow
    choice: ChoiceFlow
    passkeys: PasskeyAnswers
    mfa: MfaAnswers
    completion: SignInCompletion

    @classmethod
    def of(cls, parts: ApiParts, challenges: ChallengeSessions, conclude: Conclusion) -> Self:
        """Build the flows of one pool, which end as *conclude* says."""
        users, sign_in = parts.users, parts.sign_in
        questions = Questions(sessions=challenges, outbox=parts.outbox, entropy=parts.entropy)
        completion = SignInCompletion(
            config=parts.config,
            questions=questions,
            conclude=conclude,
        )
        srp = SrpFlow(
            config=parts.config,
            users=users,
            sessions=challenges,
            sign_in=sign_in,
            completion=completion,
            clock=parts.clock,
            entropy=parts.entropy,
        )
        passkeys = PasskeyAnswers(
            users=users,
            sign_in=sign_in,
            questions=questions,
            completion=completion,
            ceremonies=parts.ceremonies,
        )
        return cls(
            completion=completion,
            password=PasswordFlow(
                config=parts.config, users=users, sign_in=sign_in, completion=completion
            ),
            srp=srp,
            choice=ChoiceFlow(
                config=parts.config,
                users=users,
                sign_in=sign_in,
                srp=srp,
                passkeys=passkeys,
                questions=questions,
                completion=completion,
            ),
            passkeys=passkeys,
            mfa=MfaAnswers(
                users=users,
                sign_in=sign_in,
                questions=questions,
                tokens=parts.software_tokens,
                completion=completion,
            ),
        )

    def beginnings(self) -> Mapping[str, Callable[[Attempt], Output]]:
        """By ``AuthFlow``."""
        return {
            "USER_PASSWORD_AUTH": self.password.begin,
            "ADMIN_USER_PASSWORD_AUTH": self.password.begin,
            "ADMIN_NO_SRP_AUTH": self.password.begin,
            "USER_SRP_AUTH": self.srp.begin,
            "USER_AUTH": self.choice.begin,
        }

    def answerers(self) -> Mapping[str, Callable[[Answer], Output]]:
        """By ``ChallengeName``."""
        return {
            "PASSWORD_VERIFIER": self.srp.answer,
            "NEW_PASSWORD_REQUIRED": self.password.answer_new_password,
            "SELECT_CHALLENGE": self.choice.answer_selection,
            "PASSWORD": self.choice.answer_password,
            "PASSWORD_SRP": self.choice.answer_srp,
            "WEB_AUTHN": self.passkeys.answer,
            "SOFTWARE_TOKEN_MFA": self.mfa.software_token,
            "EMAIL_OTP": self.mfa.email_code,
            "SELECT_MFA_TYPE": self.mfa.selection,
            "MFA_SETUP": self.mfa.setup,
        }
