"""Managed login: ``/oauth2/authorize`` and ``/login``."""

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.challenge_pages import ChallengePages
from authcore_local.cognito.hosted_ui.forms import parameters
from authcore_local.cognito.hosted_ui.hosted_ui import STALE_FORM, HostedPages, redirect
from authcore_local.cognito.hosted_ui.login_pages import PageContext, confirm_page, sign_in_page
from authcore_local.cognito.hosted_ui.provider_pages import provider_path
from authcore_local.cognito.idp_api.sign_in_attempt import Output
from authcore_local.cognito.oauth.authorization_request import AuthorizationRequest
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.flow import shorten


@attrs.frozen(eq=False, repr=False)
class ManagedLogin:
    """Authenticates users by password and redirects the browser back with a code."""

    _hosted: HostedPages
    _sign_in: PasswordSignIn
    _challenges: ChallengePages

    def authorize(self, request: Request) -> Response:
        """
        ``GET /oauth2/authorize``: to the callback, the sign-in page, or a provider.

        Raises:
            UntrustedRequestError, AuthorizationRefusedError, MalformedParametersError.
        """
        query, asked = self._hosted.read_request(request)
        if asked.prompt == "none" or (asked.prompt is None and asked.provider is None):
            session = self._hosted.session(request)
            if session is not None:
                return self._hosted.back_with_code(asked, *session, "GET /oauth2/authorize")
        if asked.prompt == "none":
            raise asked.login_required_error()
        path = "/login" if asked.provider is None else provider_path(asked.provider)
        place = "the sign-in page" if asked.provider is None else asked.provider
        self._hosted.note("GET /oauth2/authorize", f"302 to {place}", _summary(asked))
        return redirect(f"{path}?{urlencode(query)}")

    def show(self, request: Request) -> Response:
        """``GET /login``: the sign-in page.  Raises as ``authorize``."""
        query, asked = self._hosted.read_request(request)
        self._hosted.note("GET /login", "200 sign-in page")
        return self.page(request, query, username=asked.login_hint)

    def submit(self, request: Request, body: bytes) -> Response:
        """``POST /login``: to the callback, or the page again.  Raises as ``authorize``."""
        query, asked = self._hosted.read_request(request)
        form = parameters(body)
        username = form.get("username", "")
        if not self._hosted.genuine(request, form, query):
            detail = "form too old, or another browser's"
            self._hosted.note("POST /login", "400 sign-in page", detail)
            return self.page(request, query, username=username, problem=STALE_FORM)
        try:
            user = self._sign_in.first_factor(username, form.get("password", ""), None)
            outcome = self._challenges.after_password(user)
            return self._proceed(request, query, asked, outcome, "POST /login")
        except CognitoError as error:
            self._hosted.note("POST /login", "400 sign-in page", error.kind)
            if error.kind == "UserNotConfirmedException":
                return self._ask_for_code(request, query, username, error.shown)
            return self.page(request, query, username=username, problem=error.shown)

    def answer(self, request: Request, body: bytes) -> Response:
        """``POST /challenge``: the next challenge, the callback, or a page again."""
        query, asked = self._hosted.read_request(request)
        form, step = parameters(body), "POST /challenge"
        username = form.get("username", "")
        if not self._hosted.genuine(request, form, query):
            self._hosted.note(step, "400 sign-in page", "form too old, or another browser's")
            return self.page(request, query, username=username, problem=STALE_FORM)
        try:
            outcome = self._challenges.answer(form)
            return self._proceed(request, query, asked, outcome, step)
        except CognitoError as error:
            self._hosted.note(step, "400 page", error.kind)
            again = self._challenges.show_again(request, query, form, error)
            return again or self.page(request, query, username=username, problem=error.shown)

    def _proceed(
        self,
        request: Request,
        query: Mapping[str, str],
        asked: AuthorizationRequest,
        outcome: Output,
        step: str,
    ) -> Response:
        user = outcome.get("User")
        if isinstance(user, PoolUser):
            return self._hosted.sign_in(asked, user, step)
        self._hosted.note(step, "200 challenge", str(outcome.get("ChallengeName")))
        return self._challenges.show(request, query, outcome)

    def _ask_for_code(
        self, request: Request, query: Mapping[str, str], username: str, problem: str
    ) -> Response:
        def draw(form_token: str) -> Response:
            return confirm_page(PageContext(query, form_token, {"username": username}, problem))

        return self._hosted.show(request, query, draw)

    def page(
        self,
        request: Request,
        query: Mapping[str, str],
        *,
        username: str,
        problem: str = "",
        notice: str = "",
    ) -> Response:
        """Build the sign-in page for this browser."""
        config = self._hosted.config

        def draw(form_token: str) -> Response:
            context = PageContext(query, form_token, {"username": username}, problem, notice)
            return sign_in_page(
                context, config.identity_providers, self_sign_up=config.self_sign_up
            )

        return self._hosted.show(request, query, draw)


def _summary(asked: AuthorizationRequest) -> str:
    proof = "PKCE S256" if asked.code_challenge else "no PKCE"
    return f"scope {' '.join(asked.scopes)}, {proof}, state {shorten(asked.state or '')}"
