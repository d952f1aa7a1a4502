"""The one stylesheet of all pages, in the colours of a brand."""

import base64
import hashlib
from string import Template
from typing import Final

from authcore.domain.model.brand import Brand, text_color_on


_STYLE: Final = Template("""
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5a6475; --paper: #f6f5f2; --card: #fff;
  --line: #e2dfd8; --accent: $accent; --on-accent: $on_accent }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ebf0; --soft: #a3acbb; --paper: #14171d; --card: #1d222b; --line: #323946;
    --accent: $dark_accent; --on-accent: $on_dark_accent } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-content: center;
  grid-template-columns: minmax(0, 30rem); gap: 1rem; padding: 1.25rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif }
header { font-weight: 600 }
header img { display: block; max-width: 100%; max-height: 3rem }
main { padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; overflow-wrap: break-word }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance }
p, ol { margin: 0 0 1.25rem }
ol { padding-left: 1.25rem }
a { color: inherit }
.next { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1.25rem; margin: 0 }
.next form { margin: 0 }
.button, button { display: inline-block; padding: .7rem 1.2rem; border: 0; border-radius: .5rem;
  font: inherit; font-weight: 600; background: var(--accent); color: var(--on-accent);
  text-decoration: none; cursor: pointer }
a:focus-visible, button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px }
.reference { margin: 1.75rem 0 0; color: var(--soft); font-size: .9375rem }
code { font: 600 1em ui-monospace, monospace; color: var(--ink); user-select: all }
@media print { body { display: block } main { border: 0; padding: 0 } .next { display: none } }
""")


ENTRIES_STYLE: Final = """
.entries { display: grid; gap: .5rem; margin: 0 0 1.25rem }
.entries label { font-weight: 600 }
.entries input { width: 100%; padding: .65rem .75rem; margin: 0 0 .5rem; font: inherit;
  color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .5rem }
.entries input:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px }
.entries button { width: 100%; margin: .25rem 0 0 }
.entries .other { background: none; color: inherit; border: 1px solid var(--soft) }
.alert { padding: .65rem .75rem; border: 1px solid currentColor; border-left-width: .35rem;
  border-radius: .5rem }
.secret code { overflow-wrap: anywhere; letter-spacing: .05em }
.leave { margin: 0; font-size: .9375rem }
"""
"""For pages with a form to fill in: guards have none."""


def stylesheet(brand: Brand) -> str:
    """Write the stylesheet of *brand*: CSS without ``<``."""
    return _STYLE.substitute(
        accent=brand.accent,
        on_accent=text_color_on(brand.accent),
        dark_accent=brand.accent_on_dark,
        on_dark_accent=text_color_on(brand.accent_on_dark),
    )


def style_source(style: str) -> str:
    """Make the style source that a policy must allow for *style*.  See: CSP Level 3 §2.3.1."""
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
