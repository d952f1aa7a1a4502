"""The legacy system's own pages: password sign-in with a session cookie."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import parse_qs

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from authcore_local.addresses import COOKIE_DOMAIN, LEGACY_HOST, LOOPBACK
from authcore_local.legacy.account_access import Access
from authcore_local.legacy.old_login import OldLogin
from authcore_local.legacy.requests import body_of
from authcore_local.legacy.user_table import Row, UserTable


SESSION_COOKIE: Final = "legacy_session"
COOKIE_SECONDS: Final = 8 * 3600

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#f3ead7;--card:#fffaf0;--ink:#3b2f20;--line:#b59f7b;
--accent:#7a3b12;--bad:#9b1c1c}
@media(prefers-color-scheme:dark){:root{--paper:#211b14;--card:#2c241b;--ink:#efe4d0;
--line:#7d6a4f;--accent:#e9a36c;--bad:#ff9c94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;
background:var(--paper);color:var(--ink);font:1rem/1.5 Georgia,serif}
main{width:100%;max-width:26rem;padding:1.5rem;border:3px double var(--line);background:var(--card)}
h1{margin:0 0 .5rem;font-size:1.4rem}
label{display:block;margin:1rem 0 .25rem}
input,button{width:100%;min-height:2.75rem;padding:.4rem .6rem;font:inherit;color:inherit;
border:1px solid var(--line);background:transparent}
button{margin-top:1.25rem;background:var(--accent);color:var(--card);font-weight:700;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}
.problem{color:var(--bad);font-weight:700;overflow-wrap:anywhere}
.problem:empty{display:none}
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

Note = Callable[[str, str, str], None]
"""Takes the request, the answer, and its meaning."""


@attrs.define
class LoginForm:
    """
    The form of the old login.

    Attributes:
        successor: URL of the new login, once this one is closed; None (the default) while it is
            open.
    """

    successor: str | None = None


@attrs.frozen(eq=False, repr=False)
class LegacySite:
    """
    Signs users in by password, as the legacy system always has.

    Attributes:
        old_login: Checks and changes passwords.
        cms_url: Of the CMS, for a link; None for no link.
        form: Whether the form is there.
    """

    _users: UserTable
    _access: Access
    _old_login: OldLogin
    _note: Note
    _cms_url: str | None
    _login_form: LoginForm = attrs.field(factory=LoginForm)

    def pages(self, more: Sequence[Route] = ()) -> Mount:
        """Return the pages, and *more*, under the system's own host names only."""
        routes = [
            *more,
            Route("/", self._home),
            Route("/login", self._form, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/password", self._password_form, methods=["GET"]),
            Route("/password", self._change_password, methods=["POST"]),
        ]
        own_names = Middleware(
            TrustedHostMiddleware, allowed_hosts=[LEGACY_HOST, LOOPBACK], www_redirect=False
        )
        return Mount("/", Router(routes), middleware=[own_names])

    async def _home(self, request: Request) -> Response:
        user = self.signed_in(request)
        if user is None:
            return RedirectResponse("/login", 303, HEADERS)
        name = escape(user.display_name or user.username)
        onwards = (
            f'<p><a href="{escape(self._cms_url)}/articles">Read the articles</a>: the new pages '
            "still know this sign-in.</p>"
            if self._cms_url
            else ""
        )
        content = (
            f'<p>You are signed in to the old system as <strong id="name">{name}</strong>, number '
            f'{escape(user.userid)}.</p>{onwards}<p><a href="/profile">Change your profile</a></p>'
            '<p><a href="/password">Change your password</a></p>'
            '<form method="post" action="/logout"><button>Sign out</button></form>'
        )
        return page("The old system", content)

    async def _form(self, _: Request) -> Response:
        if self._login_form.successor is not None:
            return _show_closed(self._login_form.successor)
        return page("Sign in to the old system", _login_form())

    async def _login(self, request: Request) -> Response:
        if self._login_form.successor is not None:
            return _show_closed(self._login_form.successor)
        if not is_own(request):
            return page("Sign in to the old system", _login_form(), "Please try again.", 403)
        fields = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        username, password = (fields.get(name, [""])[0] for name in ("username", "password"))
        user = await run_in_threadpool(self._old_login.sign_in, username, password)
        if isinstance(user, str):
            self._note("POST /login", "200", "refused")
            return page("Sign in to the old system", _login_form(username), user)
        self._note("POST /login", "303", f"the old login: legacy id {user.userid}")
        answer = RedirectResponse("/", 303, HEADERS)
        answer.set_cookie(
            SESSION_COOKIE,
            self._access.open_session(user.userid),
            max_age=COOKIE_SECONDS,
            domain=COOKIE_DOMAIN,
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _password_form(self, request: Request) -> Response:
        if self.signed_in(request) is None:
            return RedirectResponse("/login", 303, HEADERS)
        return page("Change your password", _PASSWORD_FORM)

    async def _change_password(self, request: Request) -> Response:
        user = self.signed_in(request)
        if user is None or not is_own(request):
            return RedirectResponse("/login", 303, HEADERS)
        fields = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        current, new = (fields.get(name, [""])[0] for name in ("current", "new"))
        problem = await run_in_threadpool(self._old_login.change_password, user, current, new)
        self._note("POST /password", "200", "refused" if problem else "the password changed")
        if problem is None:
            changed = f'<p role="status">Your password has changed.</p>{BACK}'
            return page("Change your password", changed)
        return page("Change your password", _PASSWORD_FORM, problem)

    async def _logout(self, request: Request) -> Response:
        if is_own(request):
            self._access.end_session(request.cookies.get(SESSION_COOKIE, ""))
            self._note("POST /logout", "303", "the old login ended")
        answer = RedirectResponse("/login", 303, HEADERS)
        answer.delete_cookie(SESSION_COOKIE, domain=COOKIE_DOMAIN, secure=True, httponly=True)
        return answer

    def signed_in(self, request: Request) -> Row | None:
        """Return the user whose session *request* has; None without one."""
        userid = self._access.whose_session(request.cookies.get(SESSION_COOKIE, ""))
        rows = self._users.where("userid", userid) if userid else []
        return rows[0] if rows and not rows[0].locked else None


def is_own(request: Request) -> bool:
    """Whether the form came from our own page, by ``Sec-Fetch-Site``."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


BACK: Final = '<p><a href="/">Back</a></p>'

_PASSWORD_FORM: Final = (
    '<form method="post" action="/password"><label for="current">Present password</label>'
    '<input id="current" name="current" type="password" autocomplete="current-password" required>'
    '<label for="new">New password</label><input id="new" name="new" type="password" '
    'autocomplete="new-password" minlength="8" required><button>Change</button></form>'
    f"{BACK}"
)


def _login_form(username: str = "") -> str:
    return (
        '<form method="post" action="/login"><label for="username">User name</label>'
        f'<input id="username" name="username" value="{escape(username)}" '
        'autocomplete="username" required autofocus><label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        "required><button>Sign in</button></form>"
    )


def _show_closed(successor: str) -> HTMLResponse:
    content = (
        "<p>This sign-in has moved. Your account is the same.</p>"
        f'<p><a href="{escape(successor)}">Sign in</a></p>'
    )
    return page("The old sign-in is closed", content)


def page(title: str, content: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """Build a page of *content*, with *problem* above it."""
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f'</head><body><main><h1>{escape(title)}</h1><p class="problem" role="alert">'
        f"{escape(problem)}</p>{content}</main></body></html>"
    )
    return HTMLResponse(document, status, HEADERS)
