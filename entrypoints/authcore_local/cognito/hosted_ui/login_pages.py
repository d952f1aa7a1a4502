"""The forms of managed login: sign in, sign up, confirm, forgotten password."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

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


def sign_in_page(
    *,
    query: Mapping[str, str],
    form_token: str,
    username: str,
    problem: str = "",
    notice: str = "",
    providers: Sequence[Provider] = (),
    self_sign_up: bool = False,
) -> HTMLResponse:
    """
    Build the sign-in page.

    Args:
        query: The authorization request, kept in the form's action.

        form_token: Hidden field of the form.

        username: Pre-filled; the cursor is in the first empty field.

        problem: Shown above the prompt; the status is then 400.

        notice: Good news, shown above the prompt.

        providers: Social providers to offer.

        self_sign_up: Whether to offer sign-up.
    """
    on_name, on_password = ("", _FOCUS) if username else (_FOCUS, "")
    prompt = (
        field("username", "User name", _NAME + on_name, value=username)
        + field(
            "password",
            "Password",
            f"{_PASSWORD}{on_password}",
        )
        + '<button type="submit">Sign in</button>'
    )
    links = _link(FORGOT_PATH, query, "Forgot your password?")
    if self_sign_up:
        links += _link(SIGN_UP_PATH, query, "Sign up")
    content = (
        form(_to("/login", query), form_token, prompt)
        + _others(query, providers)
        + f'<nav class="links" aria-label="Other ways">{links}</nav>'
    )
    return page("Sign in", content, problem=problem, notice=notice)


def sign_up_page(
    *, query: Mapping[str, str], form_token: str, given: Mapping[str, str], problem: str = ""
) -> HTMLResponse:
    """Build the sign-up page; *given* is filled in again, except for passwords."""
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=given.get("username", ""))
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
    content = form(_to(SIGN_UP_PATH, query), form_token, fields) + _back(query)
    return page("Sign up", content, problem=problem)


def confirm_page(
    *,
    query: Mapping[str, str],
    form_token: str,
    username: str,
    problem: str = "",
    notice: str = "",
) -> HTMLResponse:
    """Build the page that takes the confirmation code or sends another one."""
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
        form(_to(CONFIRM_PATH, query), form_token, fields)
        + (form(_to(RESEND_PATH, query), form_token, again) if username else "")
        + _back(query, _OUTBOX)
    )
    return page("Confirm your account", content, problem=problem, notice=notice)


def forgot_page(
    *, query: Mapping[str, str], form_token: str, username: str, problem: str = ""
) -> HTMLResponse:
    """Build the page that asks for the user name of a forgotten password."""
    fields = (
        field("username", "User name", _NAME + _FOCUS, value=username)
        + '<button type="submit">Send me a code</button>'
    )
    content = form(_to(FORGOT_PATH, query), form_token, fields) + _back(query)
    return page("Forgot your password?", content, problem=problem)


def new_password_page(
    *,
    query: Mapping[str, str],
    form_token: str,
    username: str,
    problem: str = "",
    notice: str = "",
) -> HTMLResponse:
    """Build the page that takes a code and a new password."""
    fields = (
        f'<input type="hidden" name="username" value="{escape(username)}">'
        + field("code", "Code", _CODE + _FOCUS)
        + field("password", "New password", _NEW_PASSWORD)
        + _POLICY
        + '<button type="submit">Change password</button>'
    )
    content = form(_to(NEW_PASSWORD_PATH, query), form_token, fields) + _back(query, _OUTBOX)
    return page("Choose a new password", content, problem=problem, notice=notice)


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
