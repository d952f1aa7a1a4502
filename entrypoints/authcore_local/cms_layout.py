"""Page layout of the sample CMS and the flow page: plain HTML, one stylesheet, no CDN."""

from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from authcore.domain.model.session import User


NAVIGATION: Final = (
    ("/start", "Start"),
    ("/", "Home"),
    ("/articles", "Articles"),
    ("/new-post?draft=7&tab=2", "New post"),
    ("/flow", "Flow"),
)


def page(
    title: str,
    main: str,
    *,
    nonce: str,
    here: str,
    user: User | None = None,
    knows_visitor: bool = True,
    signout_url: str = "",
    head: str = "",
    form_action: str = "'none'",
    status: int = 200,
) -> HTMLResponse:
    """
    Build a whole page.

    Args:
        title: Text.

        main: HTML; the caller has escaped its texts.

        nonce: Fresh for this answer; permits the stylesheet and the script.

        here: Path of the page, to mark it in the navigation.

        user: The user who is signed in; None without one.

        knows_visitor: Whether the page shows if a user is signed in.

        signout_url: Of the sign-out link; empty for none.

        head: More HTML for the head.

        form_action: Targets that its forms may have.  See: CSP Level 3 §6.4.2.

        status: HTTP status.
    """
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)} · The Daily Sample</title>"
        f'<style nonce="{escape(nonce)}">{stylesheet()}</style>{head}</head><body>'
        '<a class="skip" href="#main">Skip to content</a>'
        f'<header><strong>The Daily Sample</strong><nav aria-label="Pages">{_links(here)}</nav>'
        f"{_badge(user, signout_url) if knows_visitor else ''}</header>"
        f'<main id="main"><h1>{escape(title)}</h1>{main}</main></body></html>'
    )
    return HTMLResponse(document, status, security_headers(nonce, form_action))


def security_headers(nonce: str, form_action: str = "'none'") -> dict[str, str]:
    """Headers of every answer: scripts and styles only with *nonce*, nothing from other origins."""
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        f"connect-src 'self'; img-src data:; base-uri 'none'; form-action {form_action}; "
        "frame-ancestors 'none'"
    )
    return {
        "cache-control": "no-store",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "vary": "Cookie",
    }


def _links(here: str) -> str:
    return "".join(
        f'<a href="{escape(target)}"{_current(target, here)}>{name}</a>'
        for target, name in NAVIGATION
    )


def _current(target: str, here: str) -> str:
    return ' aria-current="page"' if target.partition("?")[0] == here else ""


def _badge(user: User | None, signout_url: str) -> str:
    if user is None:
        return '<span class="who">not signed in</span>'
    name = escape(user.name or "signed in")
    leave = f' · <a href="{escape(signout_url)}">Sign out</a>' if signout_url else ""
    return f'<span class="who">{name}{leave}</span>'


def stylesheet() -> str:
    """Return the stylesheet; it follows the light or dark scheme and narrow screens."""
    return _STYLE


_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--paper:#fbfaf7;--card:#fff;
--line:#dcd8cf;--accent:#0b5d6b;--good:#146c43;--move:#0b5d6b;--no:#9a3412;--down:#a11b2b}
@media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--soft:#a5adb8;--paper:#14181d;
--card:#1c2229;--line:#343c46;--accent:#6cc5d4;--good:#6fcf97;--move:#6cc5d4;--no:#f0a36b;
--down:#ff8a94}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:baseline;
padding:.8rem max(1rem,calc(50vw - 24rem));background:var(--card);
border-bottom:1px solid var(--line)}
header strong{font-family:Georgia,serif;font-size:1.15rem}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem}
.who{margin-left:auto;color:var(--soft)}
main{max-width:50rem;margin:0 auto;padding:1rem}
h1{font:600 2rem/1.2 Georgia,serif;margin:1rem 0}
h2{font:600 1.25rem/1.3 Georgia,serif;margin:0 0 .3rem}
a{color:var(--accent)}
a:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[aria-current]{font-weight:600;text-decoration:none;color:inherit}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;
margin:0 0 1rem}
.card>:last-child{margin-bottom:0}
.soft{color:var(--soft)}
.actions{display:flex;flex-wrap:wrap;gap:.5rem}
button{min-height:2.5rem;padding:.3rem .9rem;font:inherit;color:var(--accent);cursor:pointer;
background:transparent;border:1px solid var(--accent);border-radius:.4rem}
button:hover{background:var(--accent);color:var(--card)}
ul.people{list-style:none;margin:0;padding:0}
ul.people li{display:flex;flex-wrap:wrap;gap:.4rem 1rem;justify-content:space-between;
align-items:center;padding:.5rem 0;border-top:1px solid var(--line)}
ul.people li:first-child{border-top:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:.92em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
ol.hops{list-style:none;margin:0;padding:0}
ol.hops li{display:grid;grid-template-columns:10rem 1fr;gap:0 .8rem;padding:.5rem 0;
border-bottom:1px solid var(--line)}
.audit{border-left:.3rem solid var(--line);padding-left:.5rem}
main:has(.flow){max-width:100rem}
.flow{display:grid;gap:1rem}.flow>*{min-width:0}
.sheet{max-height:75vh;overflow:auto;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:0 .8rem}
.sheet:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sheet svg{display:block;margin:0 auto}
.heads{position:sticky;top:0;z-index:1;width:max-content;min-width:100%;background:var(--card);
border-bottom:1px solid var(--line)}
.lane{font:600 14px system-ui,sans-serif;text-anchor:middle;fill:var(--ink)}
.lifeline{stroke:var(--line);stroke-dasharray:3 4}
.label,.ids{font:13px system-ui,sans-serif;text-anchor:middle;fill:var(--ink)}
.hop .label{paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
.hop .answer{fill:currentColor}
.ids{font-size:12px;fill:var(--soft)}
.arrow{fill:none;stroke:currentColor;stroke-width:1.6}.tip,.hop circle{fill:currentColor}
.note rect{fill:var(--paper);stroke:currentColor}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0}
@media(min-width:60rem){.controls{display:grid;gap:1rem;grid-template-columns:1fr 1fr;
align-items:start}}
@media(min-width:84rem){.flow{grid-template-columns:minmax(58rem,3fr) minmax(22rem,2fr)}}
.actors{font-weight:600;white-space:nowrap}
.detail{display:block;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.answer{font-weight:600}
.good{color:var(--good)}.move{color:var(--move)}.no{color:var(--no)}.down{color:var(--down)}
ol.steps{list-style:none;margin:0;padding:0}
.step{border-left:.3rem solid var(--line)}.step.done{border-left-color:var(--good)}
.step p{margin:.2rem 0}.tick{white-space:nowrap;font:600 1rem system-ui,sans-serif}
@media(max-width:40rem){ol.hops li{grid-template-columns:1fr}
.who{margin-left:0}}
"""
