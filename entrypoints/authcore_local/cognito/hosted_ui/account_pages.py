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
    PageContext,
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


Draw = Callable[[PageContext], Response]


@attrs.frozen
class _Sent:
    """A request with its authorization request and form fields."""

    request: Request
    query: Mapping[str, str] = attrs.field(repr=False)
    form: Mapping[str, str] = attrs.field(repr=False)

    @property
    def username(self) -> str:
        return self.form.get("username", "")


@attrs.frozen(eq=False, repr=False)
class AccountPages:
    """
    ``/signup``, ``/confirmUser``, ``/resendcode``, ``/forgotPassword``, ``/confirmforgotPassword``.

    A code alone signs no user in: after a confirmation follows the sign-in page.  Every method
    raises as ``ManagedLogin.authorize``.
    """

    _hosted: HostedPages
    _login: ManagedLogin
    _sign_up: SignUp
    _forgotten: ForgottenPasswords

    def show_sign_up(self, request: Request) -> Response:
        """``GET /signup``."""
        return self._open(request, sign_up_page)

    def show_confirm(self, request: Request) -> Response:
        """``GET /confirmUser``."""
        return self._open(request, confirm_page)

    def show_forgot(self, request: Request) -> Response:
        """``GET /forgotPassword``."""
        return self._open(request, forgot_page)

    def sign_up(self, request: Request, body: bytes) -> Response:
        """``POST /signup``: to the code page, or to the sign-in page if no code is needed."""

        def register(sent: _Sent) -> Response:
            form = sent.form
            profile = {name: form.get(name, "") for name in ("email", "name")}
            user = self._sign_up.register(sent.username, form.get("password", ""), profile)
            if user.status == "CONFIRMED":
                return self._sign_in_page(sent, CONFIRMED)
            return self._page(sent, confirm_page, notice=CODE_SENT)

        return self._handle(request, body, register, sign_up_page)

    def confirm(self, request: Request, body: bytes) -> Response:
        """``POST /confirmUser``: to the sign-in page."""

        def confirm(sent: _Sent) -> Response:
            self._sign_up.confirm(sent.username, sent.form.get("code", ""))
            return self._sign_in_page(sent, CONFIRMED)

        return self._handle(request, body, confirm, confirm_page)

    def resend(self, request: Request, body: bytes) -> Response:
        """``POST /resendcode``: to the code page again."""

        def resend(sent: _Sent) -> Response:
            self._sign_up.resend(sent.username)
            return self._page(sent, confirm_page, notice=CODE_SENT)

        return self._handle(request, body, resend, confirm_page)

    def forgot(self, request: Request, body: bytes) -> Response:
        """``POST /forgotPassword``: to the code page, also for unknown users."""

        def begin(sent: _Sent) -> Response:
            self._forgotten.begin(sent.username)
            return self._page(sent, new_password_page, notice=CODE_SENT)

        return self._handle(request, body, begin, forgot_page)

    def new_password(self, request: Request, body: bytes) -> Response:
        """``POST /confirmforgotPassword``: to the sign-in page."""

        def change(sent: _Sent) -> Response:
            form = sent.form
            self._forgotten.confirm(sent.username, form.get("code", ""), form.get("password", ""))
            return self._sign_in_page(sent, CHANGED)

        return self._handle(request, body, change, new_password_page)

    def _open(self, request: Request, draw: Draw) -> Response:
        query, _ = self._hosted.read_request(request)
        self._hosted.note(f"GET {request.url.path}", "200 page")
        return self._page(_Sent(request, query, {}), draw)

    def _handle(
        self, request: Request, body: bytes, act: Callable[[_Sent], Response], again: Draw
    ) -> Response:
        query, _ = self._hosted.read_request(request)
        sent = _Sent(request, query, parameters(body))
        step = f"POST {request.url.path}"
        if not self._hosted.genuine(request, sent.form, query):
            self._hosted.note(step, "400 page", "form too old, or another browser's")
            return self._page(sent, again, problem=STALE_FORM)
        try:
            response = act(sent)
        except CognitoError as error:
            self._hosted.note(step, "400 page", error.kind)
            return self._page(sent, again, problem=error.shown)
        self._hosted.note(step, "200 page")
        return response

    def _sign_in_page(self, sent: _Sent, notice: str) -> Response:
        return self._login.page(sent.request, sent.query, username=sent.username, notice=notice)

    def _page(self, sent: _Sent, draw: Draw, *, problem: str = "", notice: str = "") -> Response:
        def draw_for(form_token: str) -> Response:
            return draw(PageContext(sent.query, form_token, sent.form, problem, notice))

        return self._hosted.show(sent.request, sent.query, draw_for)
