"""Managed login's challenges: what the API asks, on pages."""

from collections.abc import Mapping
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.challenge_forms import challenge_page
from authcore_local.cognito.hosted_ui.hosted_ui import HostedPages
from authcore_local.cognito.hosted_ui.login_pages import PageContext
from authcore_local.cognito.idp_api.challenge_desk import MAY_BE_REPEATED, ChallengeDesk
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.idp_api.mfa_settings import MfaSettings
from authcore_local.cognito.idp_api.sign_in_attempt import Output
from authcore_local.cognito.idp_api.sign_in_completion import Metadata, SignInCompletion
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_pool.users import PoolUser


_FIELDS: Final[Mapping[str, str]] = {
    "NEW_PASSWORD_REQUIRED": "NEW_PASSWORD",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SELECT_MFA_TYPE": "ANSWER",
}
"""Name of the response to each challenge."""

_TYPED: Final = frozenset(("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "MFA_SETUP"))
"""Challenges whose answers a user may mistype."""

_AGAIN: Final = MAY_BE_REPEATED | {"EnableSoftwareTokenMFAException"}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InManagedLogin:
    """The conclusion of a sign-in on pages: the user, whom a code will stand for."""

    config: PoolConfig
    lifecycle: Lifecycle

    def __call__(
        self,
        user: PoolUser,
        metadata: Metadata,
        *,
        new_password: bool,  # noqa: ARG002 - the token trigger of pages has one source
    ) -> Output:
        """Fire post authentication, where it fires, and return the user."""
        if self.config.post_authentication_in_managed_login:
            self.lifecycle.post_authentication(user, metadata)
        return {"User": user}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ChallengePages:
    """Asks one challenge after the other; an outcome without one has the ``User``."""

    hosted: HostedPages
    completion: SignInCompletion
    desk: ChallengeDesk
    settings: MfaSettings

    def after_password(self, user: PoolUser) -> Output:
        """
        Return the first challenge, or the user.

        Raises:
            CognitoError: A trigger failed, or the factor cannot be asked for.
        """
        return self.completion.after_first_factor(user)

    def answer(self, form: Mapping[str, str]) -> Output:
        """
        Return the outcome of the answer in *form*.

        Raises:
            CognitoError: As RespondToAuthChallenge and VerifySoftwareToken.
        """
        name, session = form.get("challenge", ""), form.get("session", "")
        responses = {"USERNAME": form.get("username", "")}
        if name == "MFA_SETUP":
            session = self._verify(session, form.get("answer", ""))
        else:
            responses[_FIELDS.get(name, "ANSWER")] = form.get("answer", "")
        return self.desk.answer(name, session, responses)

    def show(
        self, request: Request, query: Mapping[str, str], outcome: Mapping[str, Any]
    ) -> Response:
        """Return the page of the challenge that *outcome* asks."""
        name, session = outcome["ChallengeName"], outcome["Session"]
        parameters = dict(outcome["ChallengeParameters"])
        username = parameters["USER_ID_FOR_SRP"]
        if name == "MFA_SETUP":
            offered = self.settings.associate(Input({"Session": session}))
            session = str(offered["Session"])
            parameters["SecretCode"] = str(offered["SecretCode"])
        return self._page(request, query, (name, session, username), parameters)

    def show_again(
        self,
        request: Request,
        query: Mapping[str, str],
        form: Mapping[str, str],
        error: CognitoError,
    ) -> Response | None:
        """Return the page of *form* again, with its error; None if the sign-in is over."""
        name = form.get("challenge", "")
        if error.kind not in _AGAIN or name not in _TYPED:
            return None
        asked = (name, form.get("session", ""), form.get("username", ""))
        parameters = {"SecretCode": form.get("secret", "")}
        return self._page(request, query, asked, parameters, problem=error.shown)

    def _page(
        self,
        request: Request,
        query: Mapping[str, str],
        asked: tuple[str, str, str],
        parameters: Mapping[str, str],
        *,
        problem: str = "",
    ) -> Response:
        name, session, username = asked

        def draw(form_token: str) -> Response:
            context = PageContext(query, form_token, {"username": username}, problem)
            return challenge_page(context, name, session, parameters)

        return self.hosted.show(request, query, draw)

    def _verify(self, session: str, code: str) -> str:
        verified = self.settings.verify(Input({"Session": session, "UserCode": code}))
        return str(verified["Session"])
