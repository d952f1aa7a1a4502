"""Managed login's pages: plain HTML and CSS, every inserted text escaped."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode

from starlette.responses import HTMLResponse


STYLE: Final = """
:root { color-scheme: light dark; --ground: #eef1f4; --card: #fff; --ink: #17202a; --soft: #566573;
  --line: #8796a5; --accent: #0b5cad; --on-accent: #fff; --bad: #a4262c; --bad-ground: #fdecec; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #11161c; --card: #1b222b; --ink: #e9eef3; --soft: #a9b6c3; --line: #6b7a89;
    --accent: #7ab8ff; --on-accent: #0b1622; --bad: #ffb3b3; --bad-ground: #3a1d20; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; padding: 2rem 1.5rem; border-radius: .75rem;
  background: var(--card); box-shadow: 0 .25rem 1.5rem rgb(0 0 0 / .12); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.2; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, button { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border-radius: .5rem;
  font: inherit; }
input { border: 1px solid var(--line); background: var(--ground); color: inherit; }
button { margin-top: 1.5rem; border: 0; background: var(--accent); color: var(--on-accent);
  font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 2px; }
.problem { margin: 0; padding: .75rem 1rem; border-left: .25rem solid var(--bad);
  border-radius: .25rem; background: var(--bad-ground); color: var(--bad);
  overflow-wrap: anywhere; }
.problem:empty { display: none; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .875rem; }
""".strip()

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

# No form-action: browsers apply it to every redirect that follows the form, and the pool cannot
# know where the application behind the callback sends people.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_NOTE: Final = "The local Cognito of authcore, for this machine only. It is not Amazon&rsquo;s."


def _page(title: str, content: str, status: int) -> HTMLResponse:
    document = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{content}
<footer>{_NOTE}</footer>
</main>
</body>
</html>
"""
    return HTMLResponse(document, status, HEADERS)


def sign_in_page(
    *, query: Mapping[str, str], form_token: str, username: str, problem: str = ""
) -> HTMLResponse:
    """
    The prompt for user name and password.

    Args:
        query: The authorization request, which the form carries along.

        form_token: Comes back with the form.

        username: Pre-filled; the cursor is in the first empty field.

        problem: Shown above the prompt; the status is then 400.
    """
    on_name, on_password = ("", " autofocus") if username else (" autofocus", "")
    content = f"""<p class="problem" role="alert" aria-live="assertive">{escape(problem)}</p>
<form method="post" action="/login?{escape(urlencode(query))}">
<input type="hidden" name="_csrf" value="{escape(form_token)}">
<label for="username">User name or e-mail address</label>
<input id="username" name="username" value="{escape(username)}" autocomplete="username"
 autocapitalize="none" spellcheck="false" maxlength="128" required{on_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 maxlength="256" required{on_password}>
<button type="submit">Sign in</button>
</form>"""
    return _page("Sign in", content, 400 if problem else 200)


def error_page(problem: str) -> HTMLResponse:
    """What people see when there is nowhere safe to send them."""
    content = f'<p class="problem" role="alert">{escape(problem)}</p>'
    return _page("This cannot be done", content, 400)
