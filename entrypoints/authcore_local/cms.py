"""A small CMS without sign-in code: the guard in front of it signs users in."""

from collections.abc import Callable, MutableMapping
from html import escape
from typing import Any, Final

import attrs
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.domain.model.session import User
from authcore.ports.system import Entropy
from authcore_guard.asgi import Guard
from authcore_guard.container import GuardContainer
from authcore_local.addresses import CMS_HOST, LOOPBACK, Addresses
from authcore_local.cms_layout import page, security_headers
from authcore_local.flow_controls import CLOCK_PATH, OLD_LOGIN_PATH, PEOPLE_PATH, Controls
from authcore_local.flow_page import FLOW_PATH, HOPS_PATH, FlowPage
from authcore_local.recording import Receive, Recorded, Send
from authcore_local.servers import AsgiApp
from authcore_local.shared_state import Shared, share
from authcore_local.start_page import START_PATH, STEPS_PATH, StartPage
from authcore_local.visits import Visits


PUBLIC_PATHS: Final = ("/",)

UNGUARDED_PATHS: Final = frozenset(
    (FLOW_PATH, HOPS_PATH, CLOCK_PATH, OLD_LOGIN_PATH, PEOPLE_PATH, START_PATH, STEPS_PATH)
)
"""
Paths of the flow page and the front page: behind the guard, they would themselves refresh the
session on show.
"""

EDITOR_PARAMETERS: Final = ("draft", "tab")
MAX_SHOWN: Final = 40
"""Characters of a parameter's value."""

ARTICLES: Final = (
    (
        "moving-day",
        "Moving day, without the day",
        "Two logins side by side for months, and no reader needs a new password.",
    ),
    (
        "both-ids",
        "One person, two ids",
        "The old system and the new one know the same reader, each by an id of its own.",
    ),
    (
        "way-back",
        "Finding the way back",
        "A deep link survives a sign-in when the target is checked at both ends.",
    ),
)


def guarded_cms(
    container: GuardContainer,
    addresses: Addresses,
    shared: Shared,
    controls: Controls,
    own_sign_in_url: str | None = None,
) -> AsgiApp:
    """
    Build the CMS behind its guard, with every request recorded, and the flow page beside it.

    Args:
        container: Of the guard.

        addresses: For the links to sign-out and to the old login.

        shared: State shared with the other servers.

        controls: For the flow page.

        own_sign_in_url: Of the auth service's own sign-in page, to link to; None, the default, for
            no link.
    """
    decisions = share(container, shared, "cms")
    visits = Visits(decisions, shared.clock, container.cookie.lifetime())
    start = StartPage(shared.flow, shared.entropy, addresses)
    app = cms(visits, addresses, shared, controls, own_sign_in_url, start)
    guard = Guard(app, container.request_guard())
    return _Beside(app, Recorded(guard, shared.flow, "cms"), start.note_path)


@attrs.frozen
class _Beside:
    """Sends requests for unguarded paths to *app*, and tells *note*; all others to *guarded*."""

    app: AsgiApp
    guarded: AsgiApp
    note: Callable[[str], None]

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        is_unguarded = scope["type"] == "http" and scope["path"] in UNGUARDED_PATHS
        if is_unguarded:
            self.note(scope["path"])
        await (self.app if is_unguarded else self.guarded)(scope, receive, send)


def cms(
    visits: Visits,
    addresses: Addresses,
    shared: Shared,
    controls: Controls,
    own_sign_in_url: str | None = None,
    start: StartPage | None = None,
) -> Starlette:
    """
    Build the CMS alone.  It expects ``scope["user"]``: a User, or None on public paths.

    It answers under its own host names only, so that no site elsewhere can rebind its DNS name
    to this machine and read the flow page.
    """
    pages = _Pages(shared.entropy, visits, addresses, own_sign_in_url)
    flow_page = FlowPage(
        flow=shared.flow, entropy=shared.entropy, controls=controls, addresses=addresses
    )
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/articles", pages.articles),
            Route("/new-post", pages.new_post),
            Route("/api/me", pages.me),
            *flow_page.routes,
            *(start or StartPage(shared.flow, shared.entropy, addresses)).routes,
        ],
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=[CMS_HOST, LOOPBACK], www_redirect=False
            )
        ],
        exception_handlers={404: pages.not_found},
    )


@attrs.frozen
class _Pages:
    entropy: Entropy
    visits: Visits
    addresses: Addresses
    own_sign_in_url: str | None

    def home(self, request: Request) -> Response:
        if request.scope.get("user") is None:
            main = (
                '<p>This page is public. <a href="/articles">The articles</a> and'
                ' <a href="/new-post?draft=7&amp;tab=2">the editor</a> are for members.</p>'
                '<p>Have you not moved yet? <a id="old-login" '
                f'href="{escape(self.addresses.legacy_login_url)}">Sign in with the old login</a>:'
                f" it opens the same pages.</p>{self._own_page()}"
            )
        else:
            greeting = self.visits.greeting(request)
            main = greeting + '<p><a href="/articles">Read the articles</a></p>'
        return self._page(request, "Welcome", main)

    def _own_page(self) -> str:
        if self.own_sign_in_url is None:
            return ""
        return (
            f'<p><a id="own-page" href="{escape(self.own_sign_in_url)}">Sign in on our own page</a>'
            " with a password, a passkey or a code: it makes the same session.</p>"
        )

    def articles(self, request: Request) -> Response:
        cards = "".join(
            f'<article class="card" id="{slug}"><h2>{escape(title)}</h2><p>{escape(text)}</p>'
            "</article>"
            for slug, title, text in ARTICLES
        )
        return self._page(request, "Articles", self.visits.greeting(request) + cards)

    def new_post(self, request: Request) -> Response:
        shown = {
            name: request.query_params.get(name, "none")[:MAX_SHOWN] for name in EDITOR_PARAMETERS
        }
        rows = "".join(
            f'<dt>{name}</dt><dd id="{name}">{escape(value)}</dd>' for name, value in shown.items()
        )
        main = (
            f"{self.visits.greeting(request)}"
            '<section class="card"><h2>You came back to the link you asked for</h2>'
            f"<dl>{rows}</dl></section>"
            '<p class="soft">This sample keeps no drafts; it shows that a deep link survives'
            " signing in, query and all.</p>"
        )
        return self._page(request, "New post", main)

    def me(self, request: Request) -> Response:
        user: User = request.scope["user"]
        members = attrs.asdict(user)
        return JSONResponse({"user": members}, headers=security_headers("none"))

    def not_found(self, request: Request, _: Exception) -> Response:
        main = '<p>There is no such page. <a href="/">Back to the front page</a></p>'
        return self._page(request, "Not found", main, status=404)

    def _page(self, request: Request, title: str, main: str, *, status: int = 200) -> Response:
        return page(
            title,
            main,
            nonce=self.entropy.token(),
            here=request.url.path,
            user=request.scope.get("user"),
            signout_url=self.addresses.signout_url,
            status=status,
        )
