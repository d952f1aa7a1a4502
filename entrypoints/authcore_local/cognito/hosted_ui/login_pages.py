"""The forms of managed login: sign in, sign up, confirm, forgotten password."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.responses import HTMLResponse

from authcore_local.cognito.config import Provider
from authcore_local.cognito.hosted_ui.page_parts import field, form, page


SIGN_UP_PATH: Final = "/signup"
CONFIRM_PATH: Final = "/confirmUser"
RESEND_PATH: Final = "/resendcode"
FORGOT_PATH: Final = "/forgotPassword"
NEW_PASSWORD_PATH: Final = "/confirmforgotPassword"

_NAME: Final = (
    'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required'
)
_CODE: Final = (
    'inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required'
)
_PASSWORD: Final = 'type="password" autocomplete="current-password" maxlength="256" required'
_NEW_PASSWORD: Final = (
    'type="password" autocomplete="new-password" maxlength="256" required aria-describedby="policy"'
)
_POLICY: Final = (
    '<p class="soft" id="policy">At least 8 characters: lower and upper case, a number and a'
    " symbol.</p>"
)
_OUTBOX: Final = '<a href="/outbox" target="_blank" rel="noopener">Outbox</a>'
_FOCUS: Final = " autofocus"


@attrs.frozen
class Shown:
    """
    What the pages show.

    Attributes:
        query: The authorization request, kept in the actions of the forms.
        form_token: Hidden field of the forms.
        given: Filled in again, except for passwords; the cursor is in the first empty field.
        problem: Shown above the prompt; the status is then 400.
        notice: Good news, shown above the prompt.
    """

    query: Mapping[str, str]
    form_token: str
    given: Mapping[str, str]
    problem: str = ""
    notice: str = ""

    @property
    def username(self) -> str:
        """The given user name."""
        return self.given.get("username", "")

    def form(self, path: str, content: str) -> str:
        """Build a form that posts to *path*; *content* is HTML."""
        return form(_to(path, self.query), self.form_token, content)

    def page(self, title: str, content: str) -> HTMLResponse:
        """Build the page around *content*, which is HTML."""
        return page(title, content, problem=self.problem, notice=self.notice)


def sign_in_page(
    shown: Shown, providers: Sequence[Provider], *, self_sign_up: bool
) -> HTMLResponse:
    """Build the sign-in page, which offers *providers* and, with *self_sign_up*, sign-up."""
    on_name, on_password = ("", _FOCUS) if shown.username else (_FOCUS, "")
    prompt = (
        field("username", "User name", _NAME + on_name, value=shown.username)
        + field("password", "Password", _PASSWORD + on_password)
        + '<button type="submit">Sign in</button>'
    )
    links = _link(FORGOT_PATH, shown.query, "Forgot your password?")
    if self_sign_up:
        links += _link(SIGN_UP_PATH, shown.query, "Sign up")
    content = (
        shown.form("/login", prompt)
        + _others(shown.query, providers)
        + f'<nav class="links" aria-label="Other ways">{links}</nav>'
    )
    return shown.page("Sign in", content)


def sign_up_page(shown: Shown) -> HTMLResponse:
    """Build the sign-up page."""
    given = shown.given
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=shown.username)
        + field(
            "email",
            "E-mail address",
            'type="email" autocomplete="email" maxlength="254" required',
            value=given.get("email", ""),
        )
        + field("name", "Name", 'autocomplete="name" maxlength="100"', value=given.get("name", ""))
        + field("password", "Password", _NEW_PASSWORD)
        + _POLICY
        + '<button type="submit">Sign up</button>'
    )
    return shown.page("Sign up", shown.form(SIGN_UP_PATH, fields) + _back(shown.query))


def confirm_page(shown: Shown) -> HTMLResponse:
    """Build the page that takes the confirmation code or sends another one."""
    username = shown.username
    on_name, on_code = ("", _FOCUS) if username else (_FOCUS, "")
    fields = (
        field("username", "User name", _NAME + on_name, value=username)
        + field("code", "Code", _CODE + on_code)
        + '<button type="submit">Confirm</button>'
    )
    again = (
        f'<input type="hidden" name="username" value="{escape(username)}">'
        '<button class="plain">Send another code</button>'
    )
    content = (
        shown.form(CONFIRM_PATH, fields)
        + (shown.form(RESEND_PATH, again) if username else "")
        + _back(shown.query, _OUTBOX)
    )
    return shown.page("Confirm your account", content)


def forgot_page(shown: Shown) -> HTMLResponse:
    """Build the page that asks for the user name of a forgotten password."""
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=shown.username)
        + '<button type="submit">Send me a code</button>'
    )
    content = shown.form(FORGOT_PATH, fields) + _back(shown.query)
    return shown.page("Forgot your password?", content)


def new_password_page(shown: Shown) -> HTMLResponse:
    """Build the page that takes a code and a new password."""
    fields = (
        f'<input type="hidden" name="username" value="{escape(shown.username)}">'
        + field("code", "Code", _CODE + _FOCUS)
        + field("password", "New password", _NEW_PASSWORD)
        + _POLICY
        + '<button type="submit">Change password</button>'
    )
    content = shown.form(NEW_PASSWORD_PATH, fields) + _back(shown.query, _OUTBOX)
    return shown.page("Choose a new password", content)


def _others(query: Mapping[str, str], providers: Sequence[Provider]) -> str:
    if not providers:
        return ""
    buttons = "".join(
        f'<a class="button" href="{escape(_with_provider(query, provider))}">'
        f"Continue with {escape(provider)}</a>"
        for provider in providers
    )
    return f'<p class="or">or</p>{buttons}'


def _with_provider(query: Mapping[str, str], provider: Provider) -> str:
    return _to("/oauth2/authorize", {**query, "identity_provider": provider})


def _back(query: Mapping[str, str], more: str = "") -> str:
    return f'<p class="links">{_link("/login", query, "Back to sign-in")}{more}</p>'


def _link(path: str, query: Mapping[str, str], text: str) -> str:
    return f'<a href="{escape(_to(path, query))}">{text}</a>'


def _to(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}"
