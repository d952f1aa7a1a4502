"""Shared parts of managed login's pages: request, form token, session, redirect back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.hosted_ui.forms import parameters
from authcore_local.cognito.hosted_ui.login_forms import LoginForms
from authcore_local.cognito.hosted_ui.page_parts import HEADERS
from authcore_local.cognito.oauth.authorization_request import (
    AuthorizationRequest,
    authorization_request,
)
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.user_pool.users import PoolUser, UserStore
from authcore_local.flow import FlowLog, shorten


SESSION_COOKIE: Final = "cognito"
FORM_COOKIE: Final = "XSRF-TOKEN"
STALE_FORM: Final = "This page was open for too long. Please sign in again."


@attrs.frozen
class LoginSession:
    """
    A managed-login session of a browser.

    Attributes:
        username: Of the pool user.
        at: When the user authenticated; aware, UTC.
    """

    username: str = attrs.field(repr=False)
    at: datetime


@attrs.frozen
class CodeGrant:
    """
    The sign-in that an authorization code stands for.

    Attributes:
        request: The code is bound to its redirect_uri and code_challenge.
        user: As of the sign-in.
        at: When the user authenticated; aware, UTC.
    """

    request: AuthorizationRequest
    user: PoolUser
    at: datetime


class HostedPages:
    """Belongs to one pool.  Safe to share between threads."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        codes: OneTimeTokens[CodeGrant],
        clock: Clock,
        entropy: Entropy,
        flow: FlowLog,
    ) -> None:
        self.config = config
        self._users = users
        self._codes = codes
        self._clock = clock
        self._entropy = entropy
        self._flow = flow
        self._sessions: OneTimeTokens[LoginSession] = OneTimeTokens(
            clock, entropy, lifetime=config.session_lifetime
        )
        self._forms = LoginForms(clock, entropy, lifetime=config.page_lifetime)

    def read_request(self, request: Request) -> tuple[Mapping[str, str], AuthorizationRequest]:
        """
        Read the authorization request in a page's query: raw, and validated.

        Raises:
            UntrustedRequestError, AuthorizationRefusedError, MalformedParametersError.
        """
        query = parameters(request.scope["query_string"])
        return query, authorization_request(self.config, query)

    def browser(self, request: Request) -> str:
        """Return the cookie that forms are tied to; empty before the first page."""
        return request.cookies.get(FORM_COOKIE, "")

    def show(
        self, request: Request, query: Mapping[str, str], draw: Callable[[str], Response]
    ) -> Response:
        """Return the page that *draw* makes with a form token, which only this browser can use."""
        browser = self.browser(request) or self._entropy.token()
        page = draw(self._forms.seal(browser, query))
        _set_cookie(page, FORM_COOKIE, browser)
        return page

    def genuine(self, request: Request, form: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether *form* was shown to this browser for this request within ``page_lifetime``."""
        browser = self.browser(request)
        return bool(browser) and self._forms.holds(form.get("_csrf", ""), browser, query)

    def session(self, request: Request) -> tuple[PoolUser, LoginSession] | None:
        """Return the user who is signed in to managed login in this browser."""
        session = self._sessions.read(request.cookies.get(SESSION_COOKIE, ""))
        user = None if session is None else self._users.find(session.username)
        return (user, session) if session and user is not None and user.enabled else None

    def sign_in(self, asked: AuthorizationRequest, user: PoolUser, step: str) -> Response:
        """Redirect to the callback with a code; the browser stays signed in."""
        session = LoginSession(user.username, self._clock.now())
        response = self.back_with_code(asked, user, session, step)
        lifetime = int(self.config.session_lifetime.total_seconds())
        _set_cookie(response, SESSION_COOKIE, self._sessions.issue(session), lifetime)
        return response

    def back_with_code(
        self, asked: AuthorizationRequest, user: PoolUser, session: LoginSession, step: str
    ) -> Response:
        """Redirect to the callback with a code."""
        code = self._codes.issue(CodeGrant(asked, user, session.at))
        self.note(step, "302 to the callback", f"code {shorten(code)}")
        return redirect(asked.code_location(code))

    def sign_out(self, request: Request, location: str) -> Response:
        """Redirect to *location* and end the managed-login session of this browser."""
        known = self._sessions.redeem(request.cookies.get(SESSION_COOKIE, "")) is not None
        response = redirect(location)
        response.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
        self.note("GET /logout", "302", "signed out" if known else "no user was signed in")
        return response

    def note(self, step: str, answer: str, detail: str = "") -> None:
        """Record one hop of the browser."""
        self._flow.record("browser", "cognito", step, answer, detail)


def redirect(location: str) -> Response:
    """Return a 302 that must not be cached."""
    return RedirectResponse(location, 302, HEADERS)


def _set_cookie(response: Response, name: str, value: str, lifetime: int | None = None) -> None:
    response.set_cookie(
        name, value, max_age=lifetime, secure=True, httponly=True, samesite="lax", path="/"
    )
