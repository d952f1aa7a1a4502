"""The flow page: hops and audit events as they happen, as a sequence diagram and as a list."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.ports.system import Entropy
from authcore_local.addresses import Addresses
from authcore_local.cms_layout import page, security_headers
from authcore_local.flow import Entry, FlowLog, Hop, Note
from authcore_local.flow_controls import Controls
from authcore_local.flow_diagram import heads, kind, messages, note_kind


FLOW_PATH: Final = "/flow"
HOPS_PATH: Final = "/flow/hops"

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_REFRESH: Final = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
MAX_LISTED: Final = 500
"""Entries of the list: the last ones."""


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
        nonce, drawn, entries = self._entropy.token(), self._flow.moment, self._flow.entries()
        main = (
            f'{self._introduction()}<div class="controls">'
            '<section class="card" aria-labelledby="time">'
            f'<h2 id="time">Time</h2><p>It is <strong id="clock">{self._controls.time()}</strong>. '
            f"Move the clock to see sessions age.</p>{self._controls.time_buttons()}</section>"
            '<section class="card" aria-labelledby="people"><h2 id="people">Users in Cognito</h2>'
            f'<div id="users">{self._controls.user_list()}</div></section>'
            '<section class="card" aria-labelledby="old-login"><h2 id="old-login">Old login</h2>'
            f"{self._controls.old_login()}</section></div>"
            f'<p role="status" id="news" class="unseen"></p><div class="flow" data-drawn="{drawn}">'
            '<section aria-labelledby="drawn"><h2 id="drawn">Sequence</h2>'
            '<div class="sheet" role="region" aria-label="Sequence diagram" tabindex="0">'
            f'<div class="heads">{heads()}</div><div id="diagram">{messages(entries)}</div></div>'
            '</section><section aria-labelledby="listed"><h2 id="listed">Hops</h2>'
            '<div class="sheet" role="region" aria-label="List of hops" tabindex="0">'
            f'<ol class="hops" id="hops">{_rows(entries)}</ol></div></section></div>'
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
        """Return the hops after ``since``; diagram and list if ``drawn`` is not the last moment."""
        numbers = [request.query_params.get(name, "0") for name in ("since", "drawn")]
        if not all(map(_NUMBER.fullmatch, numbers)):
            return JSONResponse({"reason": "since_malformed"}, 400, security_headers("none"))
        since, drawn = map(int, numbers)
        answer = {
            "hops": [_hop_members(hop) for hop in self._flow.since(since)],
            "time": self._controls.time(),
            "people": self._controls.user_list(),
            **({} if drawn == self._flow.moment else self._drawn()),
        }
        return JSONResponse(answer, headers=security_headers("none"))

    def _drawn(self) -> dict[str, object]:
        moment, entries = self._flow.moment, self._flow.entries()
        return {
            "drawn": moment,
            "diagram": messages(entries),
            "list": _rows(entries),
            "news": _words(max(entries, key=lambda entry: entry.ended)) if entries else "",
        }


def _hop_members(hop: Hop) -> dict[str, object]:
    return {
        "number": hop.number,
        "actors": f"{hop.sender} → {hop.receiver}",
        "request": hop.request,
        "answer": hop.answer,
        "detail": hop.detail,
        "kind": kind(hop.answer),
    }


def _rows(entries: Sequence[Entry]) -> str:
    return "".join(
        _audit_row(entry) if isinstance(entry, Note) else _row(entry)
        for entry in entries[-MAX_LISTED:]
    )


def _row(hop: Hop) -> str:
    return (
        f'<li><span class="actors">{escape(hop.sender)} → {escape(hop.receiver)}</span>'
        f'<span class="message"><code>{escape(hop.request)}</code> '
        f'<span class="answer {kind(hop.answer)}">{escape(hop.answer)}</span>'
        f'<span class="detail">{escape(hop.detail)}</span></span></li>'
    )


def _audit_row(note: Note) -> str:
    event = note.event
    return (
        f'<li class="audit"><span class="actors">{escape(note.actor)} logs</span>'
        f'<span class="message"><code>{escape(event.action)}</code> '
        f'<span class="answer {note_kind(note)}">{escape(f"{event.outcome} {event.reason}")}</span>'
        f'<span class="detail">{escape(note.ids)}</span></span></li>'
    )


def _words(entry: Entry) -> str:
    """Say the newest entry in one sentence, for screen readers."""
    if isinstance(entry, Note):
        return f"{entry.actor} logs {entry.event.action}, {entry.event.reason}"
    return f"{entry.sender} to {entry.receiver}: {entry.request}, {entry.answer}"


_SCRIPT: Final = """
const flow=document.querySelector(".flow"),clock=document.querySelector("#clock");
const users=document.querySelector("#users"),news=document.querySelector("#news");
let drawn=Number(flow.dataset.drawn),people="";
const end=box=>{box.scrollTop=box.scrollHeight};
const sheets=document.querySelectorAll(".sheet");sheets.forEach(end);
function replace(id,html){const node=document.getElementById(id),box=node.closest(".sheet");
const follows=box.scrollHeight-box.scrollTop-box.clientHeight<80;
node.innerHTML=html;if(follows)end(box)}
function show(now){clock.textContent=now.time;
if(now.people!==people&&!users.contains(document.activeElement))
users.innerHTML=people=now.people;
if(!("drawn" in now))return;drawn=now.drawn;
replace("diagram",now.diagram);replace("hops",now.list);news.textContent=now.news}
async function poll(){try{
const answer=await fetch("/flow/hops?since=999999999&drawn="+drawn,{cache:"no-store"});
if(answer.ok)show(await answer.json())}catch{}setTimeout(poll,1000)}
setTimeout(poll,1000);
"""
