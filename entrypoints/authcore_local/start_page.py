"""The front page of the demo: nine steps, ticked off as the flow log sees them happen."""

from collections.abc import Iterable
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.ports.system import Entropy
from authcore_local.addresses import Addresses
from authcore_local.cms_layout import page, security_headers
from authcore_local.flow import FlowLog
from authcore_local.flow_page import FLOW_PATH
from authcore_local.guided_steps import Progress, Step, guided_steps
from authcore_local.legacy import SEED_USERS, SeedUser


START_PATH: Final = "/start"
STEPS_PATH: Final = "/start/steps"
FLOW_STEP: Final = 1

_REFRESH: Final = '<noscript><meta http-equiv="refresh" content="2"></noscript>'


class StartPage:
    """Leads a newcomer through the demo."""

    def __init__(self, flow: FlowLog, entropy: Entropy, addresses: Addresses) -> None:
        self._entropy = entropy
        self._steps = guided_steps(addresses)
        self._progress = Progress(self._steps, flow)

    @property
    def routes(self) -> list[Route]:
        """Routes of the page, and of its script's polling every second."""
        return [Route(START_PATH, self._show), Route(STEPS_PATH, self._ticks)]

    def note_path(self, path: str) -> None:
        """A browser asked for *path*, which no hop shows."""
        if path == FLOW_PATH:
            self._progress.note(FLOW_STEP)

    def _show(self, _: Request) -> Response:
        nonce = self._entropy.token()
        done = self._progress.done()
        items = "".join(
            _item(number, step, is_done=number in done)
            for number, step in enumerate(self._steps, 1)
        )
        main = (
            "<p>A web system moves from its own login to Amazon Cognito while it runs. All of it "
            "runs on this machine: a sample site behind a guard, the auth service, a local Cognito "
            "and the old system. Nine steps show it; each is ticked when it has happened.</p>"
            f'<p aria-live="polite"><strong id="count">{_count(done)}</strong></p>'
            f'<ol class="steps">{items}</ol>{_people(SEED_USERS)}{_BROWSERS}'
            f'<script nonce="{escape(nonce)}">{_SCRIPT}</script>'
        )
        return page(
            "Start here", main, nonce=nonce, here=START_PATH, knows_visitor=False, head=_REFRESH
        )

    def _ticks(self, _: Request) -> Response:
        done = self._progress.done()
        members = {"done": list(done), "count": _count(done)}
        return JSONResponse(members, headers=security_headers("none"))


def _count(done: Iterable[int]) -> str:
    return f"{len(tuple(done))} of 9 steps seen"


def _item(number: int, step: Step, *, is_done: bool) -> str:
    links = "".join(
        f'<a href="{escape(url)}" target="_blank" aria-label="{escape(text)} (step {number})">'
        f"{escape(text)}</a>"
        for text, url in step.links
    )
    return (
        f'<li class="card step{" done" if is_done else ""}" id="step-{number}">'
        f'<h2>{number}. {escape(step.title)} <span class="tick good">{_TICK if is_done else ""}'
        f"</span></h2><p>{escape(step.text)}</p>"
        f'<p class="soft">{escape(step.look)}</p>'
        f"{f'<p class=actions>{links}</p>' if links else ''}</li>"
    )


def _people(users: Iterable[SeedUser]) -> str:
    rows = "".join(
        f"<li><span><strong>{escape(user.username)}</strong> <code>{escape(user.password)}</code>"
        f' <span class="soft">legacy id {escape(user.userid)}</span></span>'
        f'<span class="soft">{escape(user.story)}</span></li>'
        for user in users
    )
    return (
        '<section class="card" aria-labelledby="people"><h2 id="people">Users of the old system'
        f'</h2><ul class="people">{rows}</ul></section>'
    )


_TICK: Final = "✓ seen"

_BROWSERS: Final = (
    '<section class="card" aria-labelledby="browsers"><h2 id="browsers">Browsers</h2>'
    "<p>Chrome, Edge, Chromium and Firefox find <code>*.localhost</code> on this machine, and keep "
    "<code>Secure</code> cookies that it sets over plain http. Safari does neither: use another "
    "browser for this demo. A deployment, over https, serves Safari as any other.</p></section>"
)

_SCRIPT: Final = f"""
const count=document.querySelector("#count");
function tick(number){{const step=document.querySelector("#step-"+number);
if(step.classList.contains("done"))return;step.classList.add("done");
step.querySelector(".tick").textContent="{_TICK}"}}
async function poll(){{try{{const answer=await fetch("{STEPS_PATH}",{{cache:"no-store"}});
if(answer.ok){{const now=await answer.json();now.done.forEach(tick);
if(count.textContent!==now.count)count.textContent=now.count}}}}catch{{}}setTimeout(poll,1000)}}
setTimeout(poll,1000);
"""
