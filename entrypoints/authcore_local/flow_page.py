"""The flow page: shows hops as they happen."""

import re
from html import escape
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.ports.system import Entropy
from authcore_local.addresses import Addresses
from authcore_local.cms_layout import page, security_headers
from authcore_local.flow import FlowLog, Hop
from authcore_local.flow_controls import Controls


FLOW_PATH: Final = "/flow"
HOPS_PATH: Final = "/flow/hops"

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_REFRESH: Final = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
_KINDS: Final = {"2": "good", "3": "move", "4": "no", "5": "down"}
_WORDS: Final = {
    "refreshed": "good",
    "legacy_session": "good",
    "refresh_postponed": "down",
    "refresh_rejected": "no",
    "session_revoked": "no",
    "session_too_old": "no",
}


@attrs.frozen(kw_only=True)
class FlowPage:
    """Shows hops and the buttons beside them."""

    _flow: FlowLog
    _entropy: Entropy
    _controls: Controls
    _addresses: Addresses

    @property
    def routes(self) -> list[Route]:
        """Routes of the page, of its script's polling every second, and of its buttons."""
        return [Route(FLOW_PATH, self._show), Route(HOPS_PATH, self._hops), *self._controls.routes]

    def _show(self, _: Request) -> Response:
        nonce = self._entropy.token()
        hops = self._flow.since(0)
        last = hops[-1].number if hops else 0
        main = (
            f'{self._introduction()}<section class="card" aria-labelledby="time">'
            f'<h2 id="time">Time</h2><p>It is <strong id="clock">{self._controls.time()}</strong>. '
            f"Move the clock to see sessions age.</p>{self._controls.time_buttons()}</section>"
            '<section class="card" aria-labelledby="people"><h2 id="people">Users in Cognito</h2>'
            f'<div id="users">{self._controls.user_list()}</div></section>'
            f'<h2>Hops</h2><ol class="hops" aria-live="polite" data-last="{last}">'
            f"{''.join(map(_row, hops))}</ol>"
            f'<script nonce="{escape(nonce)}">{_SCRIPT}</script>'
        )
        return page(
            "The flow",
            main,
            nonce=nonce,
            here=FLOW_PATH,
            knows_visitor=False,
            head=_REFRESH,
            form_action="'self'",
        )

    def _introduction(self) -> str:
        return (
            '<p class="soft">Open <a href="/new-post?draft=7&amp;tab=2" target="_blank">a guarded'
            ' page</a> in another tab and watch, or sign in with <a target="_blank" '
            f'href="{escape(self._addresses.legacy_login_url)}">the old login</a>. Secrets are '
            "shortened.</p>"
        )

    def _hops(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not _NUMBER.fullmatch(since):
            return JSONResponse({"reason": "since_malformed"}, 400, security_headers("none"))
        answer = {
            "hops": [_hop_members(hop) for hop in self._flow.since(int(since))],
            "time": self._controls.time(),
            "people": self._controls.user_list(),
        }
        return JSONResponse(answer, headers=security_headers("none"))


def _hop_members(hop: Hop) -> dict[str, object]:
    return {
        "number": hop.number,
        "actors": f"{hop.sender} → {hop.receiver}",
        "request": hop.request,
        "answer": hop.answer,
        "detail": hop.detail,
        "kind": kind(hop.answer),
    }


def kind(answer: str) -> str:
    """Return the colour class of an answer: good, move (a redirect), no, down, or empty."""
    return _KINDS.get(answer[:1], "") if answer[:3].isdigit() else _WORDS.get(answer, "")


def _row(hop: Hop) -> str:
    return (
        f'<li><span class="number">{hop.number}</span>'
        f'<span class="actors">{escape(hop.sender)} → {escape(hop.receiver)}</span>'
        f'<span class="message"><code>{escape(hop.request)}</code> '
        f'<span class="answer {kind(hop.answer)}">{escape(hop.answer)}</span>'
        f'<span class="detail">{escape(hop.detail)}</span></span></li>'
    )


_SCRIPT: Final = """
const list=document.querySelector("ol.hops");let last=Number(list.dataset.last);
const clock=document.querySelector("#clock"),users=document.querySelector("#users");
let people="";
const part=(name,text,tag="span")=>{const node=document.createElement(tag);
if(name)node.className=name;node.textContent=text;return node};
function add(hop){const row=document.createElement("li");const message=part("message","");
message.append(part("",hop.request,"code")," ",part("answer "+hop.kind,hop.answer),
part("detail",hop.detail));
row.append(part("number",hop.number),part("actors",hop.actors),message);
list.append(row);row.scrollIntoView({block:"nearest"});last=hop.number}
function show(now){now.hops.forEach(add);clock.textContent=now.time;
if(now.people!==people&&!users.contains(document.activeElement))
users.innerHTML=people=now.people}
async function poll(){try{const answer=await fetch("/flow/hops?since="+last,{cache:"no-store"});
if(answer.ok)show(await answer.json())}catch{}setTimeout(poll,1000)}
setTimeout(poll,1000);
"""
