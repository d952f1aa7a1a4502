"""The pages that users see: plain HTML, one stylesheet, no script."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final

import attrs


STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5a6475; --paper: #f6f5f2; --card: #fff;
  --line: #e2dfd8; --accent: #1f5fbf; --on-accent: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ebf0; --soft: #a3acbb; --paper: #14171d; --card: #1d222b; --line: #323946;
    --accent: #8ab6f9; --on-accent: #10151d } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 30rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance }
p { margin: 0 0 1.25rem }
a, button { display: inline-block; padding: .7rem 1.2rem; border: 0; border-radius: .5rem;
  font: inherit; font-weight: 600; background: var(--accent); color: var(--on-accent);
  text-decoration: none; cursor: pointer }
a.quiet { margin-left: .75rem; background: none; color: var(--accent); text-decoration: underline }
form { margin: 0; display: inline-block }
a:focus-visible, button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px }
.reference { margin: 1.75rem 0 0; color: var(--soft); font-size: .9375rem }
code { font: 600 1em ui-monospace, monospace; color: var(--ink); user-select: all }
"""

_STYLE_DIGEST: Final = hashlib.sha256(STYLE.encode()).digest()

STYLE_SOURCE: Final = f"'sha256-{base64.b64encode(_STYLE_DIGEST).decode()}'"
"""The style source that the Content-Security-Policy must allow.  See: CSP Level 3 §2.3.1."""

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<main>
<h1>{title}</h1>
<p>{sentence}</p>
{action}{mention}</main>
</html>
"""
_MENTION: Final = '<p class="reference">If you ask for help, mention <code>{reference}</code></p>\n'
_ACTION: Final = '<a href="{url}">{label}</a>\n'
_FORM: Final = (
    '<form method="post" action="{url}">\n{fields}<button type="submit">{label}</button>\n</form>\n'
)
_LEAVE: Final = '<a class="quiet" href="{url}">{label}</a>\n'
_FIELD: Final = '<input type="hidden" name="{name}" value="{value}">\n'


@attrs.frozen
class Notice:
    """
    A message to the user.

    Attributes:
        title: What happened, in a few words.
        sentence: What it means, and what the user can do.
        action: Label of the link or button; None for a page without one.
    """

    title: str
    sentence: str
    action: str | None = None


def page(notice: Notice, *, reference: str | None, url: str) -> str:
    """
    Render *notice* as a complete HTML document.

    Args:
        notice: From ``messages``; never a text from a request.

        reference: Of the event in the audit log; None for an event that is not recorded.

        url: Of the link.
    """
    action = _ACTION.format(url=escape(url), label=escape(notice.action)) if notice.action else ""
    mention = _MENTION.format(reference=escape(reference)) if reference else ""
    return _document(notice, action, mention)


def form_page(
    notice: Notice, *, url: str, fields: Mapping[str, str], leave: tuple[str, str] | None = None
) -> str:
    """
    Render *notice* as a complete HTML document, with a button.

    Args:
        notice: From ``messages``; never a text from a request.

        url: To which the button posts the form.

        fields: Hidden fields, by name.

        leave: Label and URL of a link beside the button.  Default: none.
    """
    hidden = (
        _FIELD.format(name=escape(name), value=escape(value)) for name, value in fields.items()
    )
    form = _FORM.format(
        url=escape(url), fields="".join(hidden), label=escape(notice.action or notice.title)
    )
    if leave:
        form += _LEAVE.format(label=escape(leave[0]), url=escape(leave[1]))
    return _document(notice, form)


def _document(notice: Notice, action: str, mention: str = "") -> str:
    return _PAGE.format(
        title=escape(notice.title),
        style=STYLE,
        sentence=escape(notice.sentence),
        action=action,
        mention=mention,
    )
