"""The forms of managed login: sign in, sign up, confirm, forgotten password."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.responses import HTMLResponse

from authcore_local.cognito.config import LABELS, Provider
from authcore_local.cognito.hosted_ui.page_parts import field, form, page


SIGN_UP_PATH: Final = "/signup"
CONFIRM_PATH: Final = "/confirmUser"
RESEND_PATH: Final = "/resendcode"
FORGOT_PATH: Final = "/forgotPassword"
NEW_PASSWORD_PATH: Final = "/confirmforgotPassword"

_NAME: Final = (
    'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required'
)
CODE: Final = (
    'inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required'
)
_PASSWORD: Final = 'type="password" autocomplete="current-password" maxlength="256" required'
NEW_PASSWORD: Final = (
    'type="password" autocomplete="new-password" maxlength="256" required aria-describedby="policy"'
)
POLICY: Final = (
    '<p class="soft" id="policy">At least 8 characters: lower and upper case, a number and a'
    " symbol.</p>"
)
OUTBOX: Final = '<a href="/outbox" target="_blank" rel="noopener">Outbox</a>'
_FOCUS: Final = " autofocus"


@attrs.frozen
class PageContext:
    """
    What the pages of managed login have in common.

    Attributes:
        query: The authorization request, kept in the actions of the forms.
        form_token: Hidden field of the forms.
        given: Filled in again, except for passwords; the cursor is in the first empty field.
        problem: Shown above the prompt; the status is then 400.
        notice: Good news, shown above the prompt.
    """

    query: Mapping[str, str] = attrs.field(repr=False)
    form_token: str = attrs.field(repr=False)
    given: Mapping[str, str] = attrs.field(repr=False)
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
    context: PageContext, providers: Sequence[Provider], *, self_sign_up: bool
) -> HTMLResponse:
    """Build the sign-in page, which offers *providers* and, with *self_sign_up*, sign-up."""
    on_name, on_password = ("", _FOCUS) if context.username else (_FOCUS, "")
    prompt = (
        field("username", "User name", _NAME + on_name, value=context.username)
        + field("password", "Password", _PASSWORD + on_password)
        + '<button type="submit">Sign in</button>'
    )
    links = _link(FORGOT_PATH, context.query, "Forgot your password?")
    if self_sign_up:
        links += _link(SIGN_UP_PATH, context.query, "Sign up")
    content = (
        context.form("/login", prompt)
        + _others(context.query, providers)
        + f'<nav class="links" aria-label="Other ways">{links}</nav>'
    )
    return context.page("Sign in", content)


def sign_up_page(context: PageContext) -> HTMLResponse:
    """Build the sign-up page."""
    given = context.given
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=context.username)
        + field(
            "email",
            "E-mail address",
            'type="email" autocomplete="email" maxlength="254" required',
            value=given.get("email", ""),
        )
        + field("name", "Name", 'autocomplete="name" maxlength="100"', value=given.get("name", ""))
        + field("password", "Password", NEW_PASSWORD)
        + POLICY
        + '<button type="submit">Sign up</button>'
    )
    return context.page("Sign up", context.form(SIGN_UP_PATH, fields) + _back(context.query))


def confirm_page(context: PageContext) -> HTMLResponse:
    """Build the page that takes the confirmation code or sends another one."""
    username = context.username
    on_name, on_code = ("", _FOCUS) if username else (_FOCUS, "")
    fields = (
        field("username", "User name", _NAME + on_name, value=username)
        + field("code", "Code", CODE + on_code)
        + '<button type="submit">Confirm</button>'
    )
    again = (
        f'<input type="hidden" name="username" value="{escape(username)}">'
        '<button class="plain">Send another code</button>'
    )
    content = (
        context.form(CONFIRM_PATH, fields)
        + (context.form(RESEND_PATH, again) if username else "")
        + _back(context.query, OUTBOX)
    )
    return context.page("Confirm your account", content)


def forgot_page(context: PageContext) -> HTMLResponse:
    """Build the page that asks for the user name of a forgotten password."""
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=context.username)
        + '<button type="submit">Send me a code</button>'
    )
    content = context.form(FORGOT_PATH, fields) + _back(context.query)
    return context.page("Forgot your password?", content)


def new_password_page(context: PageContext) -> HTMLResponse:
    """Build the page that takes a code and a new password."""
    fields = (
        f'<input type="hidden" name="username" value="{escape(context.username)}">'
        + field("code", "Code", CODE + _FOCUS)
        + field("password", "New password", NEW_PASSWORD)
        + POLICY
        + '<button type="submit">Change password</button>'
    )
    content = context.form(NEW_PASSWORD_PATH, fields) + _back(context.query, OUTBOX)
    return context.page("Choose a new password", content)


def _others(query: Mapping[str, str], providers: Sequence[Provider]) -> str:
    if not providers:
        return ""
    buttons = "".join(
        f'<a class="button" href="{escape(_with_provider(query, provider))}">'
        f"Continue with {escape(LABELS[provider])}</a>"
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
