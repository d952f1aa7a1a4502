"""What just happened, hop by hop, while it happens."""

import re
from collections.abc import Callable
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.ports.ambient import Entropy
from authcore_local.flow import FlowLog, Hop
from authcore_local.pages import page, security_headers


FLOW_PATH: Final = "/flow"
HOPS_PATH: Final = "/flow/hops"

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_REFRESH: Final = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
_KINDS: Final = {"2": "good", "3": "move", "4": "no", "5": "down"}


def flow_routes(flow: FlowLog, entropy: Entropy) -> list[Route]:
    """The page, and the hops as JSON for the page's script."""
    return [
        Route(FLOW_PATH, _page_of(flow, entropy)),
        Route(HOPS_PATH, _hops_of(flow)),
    ]


def _page_of(flow: FlowLog, entropy: Entropy) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        nonce = entropy.token()
        hops = flow.since(0)
        last = hops[-1].number if hops else 0
        main = (
            '<p class="soft">Open <a href="/new-post?draft=7&amp;tab=2" target="_blank">a guarded'
            " page</a> in another tab and watch. Secrets are shortened.</p>"
            f'<ol class="hops" aria-live="polite" data-last="{last}">'
            f"{''.join(map(_row, hops))}</ol>"
            f'<script nonce="{escape(nonce)}">{_SCRIPT}</script>'
        )
        return page(
            "The flow",
            main,
            nonce=nonce,
            here=FLOW_PATH,
            user=request.scope.get("user"),
            head=_REFRESH,
        )

    return show


def _hops_of(flow: FlowLog) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not _NUMBER.fullmatch(since):
            return JSONResponse({"reason": "since_malformed"}, 400, security_headers("none"))
        hops = [_described(hop) for hop in flow.since(int(since))]
        return JSONResponse({"hops": hops}, headers=security_headers("none"))

    return answer


def _described(hop: Hop) -> dict[str, object]:
    return {
        "number": hop.number,
        "actors": f"{hop.sender} → {hop.receiver}",
        "request": hop.request,
        "answer": hop.answer,
        "detail": hop.detail,
        "kind": kind(hop.answer),
    }


def kind(answer: str) -> str:
    """How an answer is coloured: good, move (a redirect), no, down; empty for anything else."""
    return _KINDS.get(answer[:1], "") if answer[:3].isdigit() else ""


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
const part=(name,text,tag="span")=>{const node=document.createElement(tag);
if(name)node.className=name;node.textContent=text;return node};
function add(hop){const row=document.createElement("li");const message=part("message","");
message.append(part("",hop.request,"code")," ",part("answer "+hop.kind,hop.answer),
part("detail",hop.detail));
row.append(part("number",hop.number),part("actors",hop.actors),message);
list.append(row);row.scrollIntoView({block:"nearest"});last=hop.number}
async function poll(){try{const answer=await fetch("/flow/hops?since="+last,{cache:"no-store"});
if(answer.ok)(await answer.json()).hops.forEach(add)}catch{}setTimeout(poll,1000)}
setTimeout(poll,1000);
"""
