"""Managed login's pages for sign-up, confirmation and forgotten passwords."""

from collections.abc import Callable, Mapping
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.forms import parameters
from authcore_local.cognito.hosted_ui.hosted_ui import STALE_FORM, HostedPages
from authcore_local.cognito.hosted_ui.login_pages import (
    confirm_page,
    forgot_page,
    new_password_page,
    sign_up_page,
)
from authcore_local.cognito.hosted_ui.managed_login import ManagedLogin
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.sign_up import SignUp


CODE_SENT: Final = "If this account has an address, a code was sent to it: see the outbox."
CONFIRMED: Final = "Your account is confirmed. Please sign in."
CHANGED: Final = "Your password is changed. Please sign in."


@attrs.frozen
class _Sent:
    """A request with its authorization request and form fields."""

    request: Request
    query: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def username(self) -> str:
        return self.form.get("username", "")


class AccountPages:
    """
    ``/signup``, ``/confirmUser``, ``/resendcode``, ``/forgotPassword``, ``/confirmforgotPassword``.

    A code alone signs no user in: after a confirmation follows the sign-in page.  Every method
    raises as ``ManagedLogin.authorize``.
    """

    def __init__(
        self,
        hosted: HostedPages,
        *,
        login: ManagedLogin,
        sign_up: SignUp,
        forgotten: ForgottenPasswords,
    ) -> None:
        self._hosted = hosted
        self._login = login
        self._sign_up = sign_up
        self._forgotten = forgotten

    def show_sign_up(self, request: Request) -> Response:
        """``GET /signup``."""
        return self._sign_up_page(self._open(request))

    def show_confirm(self, request: Request) -> Response:
        """``GET /confirmUser``."""
        return self._confirm_page(self._open(request))

    def show_forgot(self, request: Request) -> Response:
        """``GET /forgotPassword``."""
        return self._forgot_page(self._open(request))

    def sign_up(self, request: Request, body: bytes) -> Response:
        """``POST /signup``: to the code page, or to the sign-in page if no code is needed."""

        def register(sent: _Sent) -> Response:
            form = sent.form
            user = self._sign_up.register(
                sent.username, form.get("password", ""), form.get("email", ""), form.get("name", "")
            )
            if user.status == "CONFIRMED":
                return self._sign_in_page(sent, CONFIRMED)
            return self._confirm_page(sent, notice=CODE_SENT)

        return self._handle(request, body, register, self._sign_up_page)

    def confirm(self, request: Request, body: bytes) -> Response:
        """``POST /confirmUser``: to the sign-in page."""

        def confirm(sent: _Sent) -> Response:
            self._sign_up.confirm(sent.username, sent.form.get("code", ""))
            return self._sign_in_page(sent, CONFIRMED)

        return self._handle(request, body, confirm, self._confirm_page)

    def resend(self, request: Request, body: bytes) -> Response:
        """``POST /resendcode``: to the code page again."""

        def resend(sent: _Sent) -> Response:
            self._sign_up.resend(sent.username)
            return self._confirm_page(sent, notice=CODE_SENT)

        return self._handle(request, body, resend, self._confirm_page)

    def forgot(self, request: Request, body: bytes) -> Response:
        """``POST /forgotPassword``: to the code page, also for unknown users."""

        def begin(sent: _Sent) -> Response:
            self._forgotten.begin(sent.username)
            return self._new_password_page(sent, notice=CODE_SENT)

        return self._handle(request, body, begin, self._forgot_page)

    def new_password(self, request: Request, body: bytes) -> Response:
        """``POST /confirmforgotPassword``: to the sign-in page."""

        def change(sent: _Sent) -> Response:
            form = sent.form
            self._forgotten.confirm(sent.username, form.get("code", ""), form.get("password", ""))
            return self._sign_in_page(sent, CHANGED)

        return self._handle(request, body, change, self._new_password_page)

    def _open(self, request: Request) -> _Sent:
        query, _ = self._hosted.read_request(request)
        self._hosted.note(f"GET {request.url.path}", "200 page")
        return _Sent(request, query, {})

    def _handle(
        self,
        request: Request,
        body: bytes,
        act: Callable[[_Sent], Response],
        again: Callable[..., Response],
    ) -> Response:
        query, _ = self._hosted.read_request(request)
        sent = _Sent(request, query, parameters(body))
        step = f"POST {request.url.path}"
        if not self._hosted.genuine(request, sent.form, query):
            self._hosted.note(step, "400 page", "form too old, or another browser's")
            return again(sent, problem=STALE_FORM)
        try:
            response = act(sent)
        except CognitoError as error:
            self._hosted.note(step, "400 page", error.kind)
            return again(sent, problem=error.shown)
        self._hosted.note(step, "200 page")
        return response

    def _sign_in_page(self, sent: _Sent, notice: str) -> Response:
        return self._login.page(sent.request, sent.query, username=sent.username, notice=notice)

    def _sign_up_page(self, sent: _Sent, *, problem: str = "") -> Response:
        return self._page(sent, sign_up_page, given=sent.form, problem=problem)

    def _confirm_page(self, sent: _Sent, *, problem: str = "", notice: str = "") -> Response:
        return self._page(
            sent, confirm_page, username=sent.username, problem=problem, notice=notice
        )

    def _forgot_page(self, sent: _Sent, *, problem: str = "") -> Response:
        return self._page(sent, forgot_page, username=sent.username, problem=problem)

    def _new_password_page(self, sent: _Sent, *, problem: str = "", notice: str = "") -> Response:
        return self._page(
            sent, new_password_page, username=sent.username, problem=problem, notice=notice
        )

    def _page(self, sent: _Sent, draw: Callable[..., Response], **shown: object) -> Response:
        browser, form_token = self._hosted.seal(sent.request, sent.query)
        page = draw(query=sent.query, form_token=form_token, **shown)
        return self._hosted.tie_to_browser(page, browser)
