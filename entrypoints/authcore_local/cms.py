"""A small CMS that knows nothing about signing in: the guard in front of it does."""

from collections.abc import Mapping
from html import escape
from typing import Final

import attrs
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.domain.model.session import User
from authcore.ports.ambient import Entropy
from authcore_guard.asgi import Guard
from authcore_guard.container import guard_container
from authcore_local.addresses import CMS_HOST, LOOPBACK
from authcore_local.flow import FlowLog
from authcore_local.flow_page import FLOW_PATH, HOPS_PATH, flow_routes
from authcore_local.key_fetches import note_key_fetches
from authcore_local.pages import page, security_headers
from authcore_local.recording import Recorded
from authcore_local.servers import AsgiApp


PUBLIC_PATHS: Final = ("/", FLOW_PATH, HOPS_PATH)

EDITOR_PARAMETERS: Final = ("draft", "tab")
MAX_SHOWN: Final = 40
"""Characters of a parameter's value."""

ARTICLES: Final = (
    (
        "moving-day",
        "Moving day, without the day",
        "Two logins side by side for months, and nobody is asked for a new password.",
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


def guarded_cms(environment: Mapping[str, str], flow: FlowLog, entropy: Entropy) -> AsgiApp:
    """
    The CMS behind its guard, every request noted in *flow*.

    Args:
        environment: The guard's ``AUTHCORE_*`` variables.

        flow: Also what the flow page shows.

        entropy: Makes the nonces of the content security policy.
    """
    container = guard_container(environment)
    note_key_fetches(container, flow, "cms")
    guard = Guard(cms(flow, entropy), container.doorkeeper())
    return Recorded(guard, flow, "cms", except_paths=(FLOW_PATH, HOPS_PATH))


def cms(flow: FlowLog, entropy: Entropy) -> Starlette:
    """
    The CMS alone.  Expects ``scope["user"]``: a User, or None on public paths.

    Answers under its own name only, so that no site elsewhere can rebind a name of its own to
    this machine and read the flow page.
    """
    pages = _Pages(entropy)
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/articles", pages.articles),
            Route("/new-post", pages.new_post),
            Route("/api/me", pages.me),
            *flow_routes(flow, entropy),
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

    def home(self, request: Request) -> Response:
        user: User | None = request.scope.get("user")
        if user is None:
            main = (
                '<p>Everybody may read this page. <a href="/articles">The articles</a> and'
                ' <a href="/new-post?draft=7&amp;tab=2">the editor</a> are for members.</p>'
            )
        else:
            main = greeting(user) + '<p><a href="/articles">Read the articles</a></p>'
        return self._page(request, "Welcome", main)

    def articles(self, request: Request) -> Response:
        cards = "".join(
            f'<article class="card" id="{slug}"><h2>{escape(title)}</h2><p>{escape(text)}</p>'
            "</article>"
            for slug, title, text in ARTICLES
        )
        return self._page(request, "Articles", greeting(request.scope["user"]) + cards)

    def new_post(self, request: Request) -> Response:
        shown = {
            name: request.query_params.get(name, "none")[:MAX_SHOWN] for name in EDITOR_PARAMETERS
        }
        rows = "".join(
            f'<dt>{name}</dt><dd id="{name}">{escape(value)}</dd>' for name, value in shown.items()
        )
        main = (
            f"{greeting(request.scope['user'])}"
            '<section class="card"><h2>You came back to the link you asked for</h2>'
            f"<dl>{rows}</dl></section>"
            '<p class="soft">This sample keeps no drafts; it shows that a deep link survives'
            " signing in, query and all.</p>"
        )
        return self._page(request, "New post", main)

    def me(self, request: Request) -> Response:
        user: User = request.scope["user"]
        known = attrs.asdict(user)
        return JSONResponse({"user": known}, headers=security_headers("none"))

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
            status=status,
        )


def greeting(user: User) -> str:
    """Who is signed in, by name and by both ids, as HTML."""
    return (
        '<section class="card" aria-label="You">'
        f'<h2 id="greeting">Hello, {escape(user.name or "member")}</h2>'
        f'<dl><dt>Legacy id</dt><dd id="legacy-uid">{escape(user.legacy_uid or "none")}</dd>'
        f"<dt>Cognito id</dt><dd><code>{escape(user.subject or 'none')}</code></dd></dl></section>"
    )
