"""Managed login: ``/oauth2/authorize`` and ``/login``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from authcore.ports.ambient import Clock, Entropy
from authcore_local.cognito.authorization import AuthorizationRequest, authorization_request
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.forms import parameters
from authcore_local.cognito.login_forms import LoginForms
from authcore_local.cognito.pages import HEADERS, sign_in_page
from authcore_local.cognito.password_sign_in import PasswordSignIn
from authcore_local.cognito.tickets import Tickets
from authcore_local.cognito.users import PoolUser, UserStore
from authcore_local.flow import FlowLog, shortened


SESSION_COOKIE: Final = "cognito"
FORM_COOKIE: Final = "XSRF-TOKEN"
STALE_FORM: Final = "This page was open for too long. Please sign in again."


@attrs.frozen
class LoginSession:
    """
    A browser in which somebody typed the right password.

    Attributes:
        username: Of the pool user.
        at: When; aware, UTC.
    """

    username: str = attrs.field(repr=False)
    at: datetime


@attrs.frozen
class CodeGrant:
    """
    What an authorization code stands for.

    Attributes:
        request: The code is bound to its redirect_uri and code_challenge.
        session: Who signed in, and when.
    """

    request: AuthorizationRequest
    session: LoginSession


class ManagedLogin:
    """Asks people for their password and sends their browser back with a code."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        sign_in: PasswordSignIn,
        codes: Tickets[CodeGrant],
        clock: Clock,
        entropy: Entropy,
        flow: FlowLog | None,
    ) -> None:
        self._config = config
        self._users = users
        self._sign_in = sign_in
        self._codes = codes
        self._clock = clock
        self._entropy = entropy
        self._flow = flow
        self._sessions: Tickets[LoginSession] = Tickets(
            clock, entropy, lifetime=config.session_lifetime
        )
        self._forms = LoginForms(clock, entropy, lifetime=config.page_lifetime)

    def authorize(self, request: Request) -> Response:
        """
        ``GET /oauth2/authorize``: to the callback with a code, or to the sign-in page.

        Raises:
            UntrustedRequestError, AuthorizationRefusedError, MalformedParametersError.
        """
        query, asked = self._asked(request)
        session = self._session(request) if asked.prompt in {None, "none"} else None
        if session is not None:
            return self._back_with_code(asked, session, "GET /oauth2/authorize")
        if asked.prompt == "none":
            raise asked.login_required()
        self._note("GET /oauth2/authorize", "302 to the sign-in page", _summary(asked))
        return _redirect(f"/login?{urlencode(query)}")

    def show(self, request: Request) -> Response:
        """``GET /login``: the sign-in page.  Raises as ``authorize``."""
        query, asked = self._asked(request)
        self._note("GET /login", "200 sign-in page")
        return self._page(request, query, username=asked.login_hint)

    def submit(self, request: Request, body: bytes) -> Response:
        """``POST /login``: to the callback, or the page again.  Raises as ``authorize``."""
        query, asked = self._asked(request)
        form = parameters(body)
        username = form.get("username", "")
        browser = request.cookies.get(FORM_COOKIE, "")
        if not browser or not self._forms.holds(form.get("_csrf", ""), browser, query):
            self._note("POST /login", "400 sign-in page", "form too old, or another browser's")
            return self._page(request, query, username=username, problem=STALE_FORM)
        try:
            user = self._sign_in.authenticate(username, form.get("password", ""))
        except CognitoError as error:
            self._note("POST /login", "400 sign-in page", error.kind)
            return self._page(request, query, username=username, problem=error.shown)
        return self._signed_in(asked, user)

    def _asked(self, request: Request) -> tuple[Mapping[str, str], AuthorizationRequest]:
        query = parameters(request.scope["query_string"])
        return query, authorization_request(self._config, query)

    def _session(self, request: Request) -> LoginSession | None:
        session = self._sessions.read(request.cookies.get(SESSION_COOKIE, ""))
        user = None if session is None else self._users.named(session.username)
        return session if user is not None and user.enabled else None

    def _signed_in(self, asked: AuthorizationRequest, user: PoolUser) -> Response:
        session = LoginSession(user.username, self._clock.now())
        response = self._back_with_code(asked, session, "POST /login")
        lifetime = int(self._config.session_lifetime.total_seconds())
        _set_cookie(response, SESSION_COOKIE, self._sessions.issue(session), lifetime)
        return response

    def _back_with_code(
        self, asked: AuthorizationRequest, session: LoginSession, step: str
    ) -> Response:
        code = self._codes.issue(CodeGrant(asked, session))
        self._note(step, "302 to the callback", f"code {shortened(code)}")
        return _redirect(asked.answered(code))

    def _page(
        self, request: Request, query: Mapping[str, str], *, username: str, problem: str = ""
    ) -> Response:
        browser = request.cookies.get(FORM_COOKIE) or self._entropy.token()
        page = sign_in_page(
            query=query,
            form_token=self._forms.seal(browser, query),
            username=username,
            problem=problem,
        )
        _set_cookie(page, FORM_COOKIE, browser)
        return page

    def _note(self, step: str, answer: str, detail: str = "") -> None:
        if self._flow is not None:
            self._flow.record("browser", "cognito", step, answer, detail)


def _summary(asked: AuthorizationRequest) -> str:
    proof = "PKCE S256" if asked.code_challenge else "no PKCE"
    return f"scope {' '.join(asked.scopes)}, {proof}, state {shortened(asked.state or '')}"


def _redirect(location: str) -> Response:
    return RedirectResponse(location, 302, HEADERS)


def _set_cookie(response: Response, name: str, value: str, lifetime: int | None = None) -> None:
    response.set_cookie(
        name, value, max_age=lifetime, secure=True, httponly=True, samesite="lax", path="/"
    )
