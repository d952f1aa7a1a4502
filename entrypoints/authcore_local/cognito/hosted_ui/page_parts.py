"""Page and form elements of managed login: plain HTML and CSS, every inserted text escaped."""

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Final

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
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { margin: 0; padding: .75rem 1rem; border-left: .25rem solid var(--bad);
  border-radius: .25rem; background: var(--bad-ground); color: var(--bad);
  overflow-wrap: anywhere; }
.problem:empty { display: none; }
.notice { margin: 0; padding: .75rem 1rem; border-left: .25rem solid var(--accent);
  border-radius: .25rem; background: var(--ground); }
a { color: var(--accent); }
.links { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1rem;
  margin: 1.5rem 0 0; }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.5rem 0 0; color: var(--soft); }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.button { display: block; width: 100%; min-height: 2.75rem; margin-top: .75rem; padding: .6rem;
  border: 1px solid var(--line); border-radius: .5rem; color: inherit; font-weight: 600;
  text-align: center; text-decoration: none; }
button.choice, button.plain { margin-top: .75rem; border: 1px solid var(--line);
  background: var(--ground); color: inherit; }
button.choice { text-align: left; }
small { display: block; color: var(--soft); font-weight: 400; overflow-wrap: anywhere; }
summary { margin-top: 1.5rem; cursor: pointer; font-weight: 600; }
.check { display: flex; align-items: center; gap: .5rem; font-weight: 400; }
.check input { width: 1.25rem; min-height: 1.25rem; }
.soft { color: var(--soft); }
ol { list-style: none; margin: 0; padding: 0; }
li { padding: 1rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.secret { font: 600 1rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.code { display: block; font: 600 1.75rem/1.4 ui-monospace, monospace; letter-spacing: .15em; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .875rem; }
""".strip()

MAX_ADDRESS_LENGTH: Final = 254

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

# No form-action: browsers apply it to every redirect that follows the form, and the pool cannot
# know where the application behind the callback redirects the browser.
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


def page(
    title: str, content: str, *, problem: str = "", notice: str = "", head: str = ""
) -> HTMLResponse:
    """
    Build a whole page.

    Args:
        title: Text.

        content: HTML; the caller has escaped its texts.

        problem: Text, shown first; the status is then 400.

        notice: Text, shown first.

        head: More HTML for the head.
    """
    notice_html = f'<p class="notice" role="status">{escape(notice)}</p>' if notice else ""
    document = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>{head}
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p class="problem" role="alert" aria-live="assertive">{escape(problem)}</p>
{notice_html}{content}
<footer>{_NOTE}</footer>
</main>
</body>
</html>
"""
    return HTMLResponse(document, 400 if problem else 200, HEADERS)


def form(action: str, form_token: str, content: str) -> str:
    """Build a form that posts to *action* with its token; *content* is HTML."""
    return (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="_csrf" value="{escape(form_token)}">{content}</form>'
    )


def field(name: str, label: str, more: str = "", *, value: str = "") -> str:
    """Build a labelled input; *more* is HTML of further attributes."""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" {more}>'
    )


def error_page(problem: str) -> HTMLResponse:
    """Build the page of an error that must not be redirected anywhere."""
    return page("This cannot be done", "", problem=problem)


def is_address(text: str) -> bool:
    """Whether *text* looks like an e-mail address: something, one @, something with a dot."""
    return len(text) <= MAX_ADDRESS_LENGTH and bool(_ADDRESS.fullmatch(text))
