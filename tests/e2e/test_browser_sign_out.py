"""Sign-out in Debian's chromium: our button works, through every policy; no other page's does."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from dependency_injector import providers
from playwright.sync_api import BrowserContext, Page, Request, expect
from starlette.responses import RedirectResponse

from authcore.adapters.system import SystemClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.servers import AsgiApp
from authcore_local.stack import LocalStack
from authcore_web.app import create_app
from authcore_web.container import web_container
from e2e.conftest import Photographer
from e2e.test_browser import type_in


pytestmark = pytest.mark.browser

JANE = SEED_USERS[0]
EVIL = "http://evil.localhost"


class SignOutStack(LocalStack):
    """With a target for sign-outs, and somebody who is told of them."""

    @property
    def target(self) -> str:
        return f"{self.cms_url}/?signed=out"

    def tell(self) -> InMemoryTokenRevoker:
        revoker = InMemoryTokenRevoker(InMemoryTokenRefresher(SystemClock()))
        environment = {**self.environment, "AUTHCORE_SIGN_OUT_TARGETS": self.target}
        container = web_container(environment)
        container.token_revoker.override(providers.Object(revoker))
        self._closers.append(container.http().close)
        self._places["auth"].app = create_app(container)
        self._places["cognito"].app = _with_logout(self._places["cognito"].app)
        return revoker


def _with_logout(app: AsgiApp) -> AsgiApp:
    """Its /logout leads on, as Cognito's does."""

    async def leading_on(scope: Any, receive: Any, send: Any) -> None:
        target = dict(parse_qsl(scope.get("query_string", b"").decode())).get("logout_uri", "")
        inner = RedirectResponse(target, 302) if scope.get("path") == "/logout" else app
        await inner(scope, receive, send)

    return leading_on


@pytest.fixture(name="stack")
def _stack() -> Iterator[SignOutStack]:
    with SignOutStack(ports=Ports.free()) as stack:
        yield stack


def signed_in(stack: SignOutStack, context: BrowserContext) -> Page:
    """A page of somebody who is signed in."""
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, JANE.password)
    expect(page).to_have_url(f"{stack.cms_url}/articles")
    return page


def session_cookies(context: BrowserContext) -> list[str]:
    return [c["name"] for c in context.cookies() if c["name"].startswith("__Secure-authcore")]


def test_the_button_leads_through_cognito_to_the_page_that_was_asked_for(
    stack: SignOutStack, context: BrowserContext, photograph: Photographer
) -> None:
    """RF-06, RF-07: the form says where it comes from, and its policy covers all redirects."""
    revoker = stack.tell()
    page = signed_in(stack, context)
    asked: list[Request] = []
    page.on("request", lambda each: asked.append(each))

    page.goto(f"{stack.auth_url}/auth/signout?redirect={quote(stack.target, safe='')}")
    photograph(page, "sign-out")
    assert session_cookies(context)
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(stack.target)
    assert session_cookies(context) == []
    assert len(revoker.revoked) == 1
    (form,) = (each for each in asked if each.method == "POST")
    assert form.all_headers()["origin"] == stack.auth_url
    assert any(each.url.startswith(f"{stack.addresses.cognito_url}/logout?") for each in asked)


def test_a_form_of_another_site_signs_nobody_out(
    stack: SignOutStack, context: BrowserContext
) -> None:
    """RF-07, VA-07."""
    revoker = stack.tell()
    page = signed_in(stack, context)
    form = f'<form method="post" action="{stack.auth_url}/auth/signout"><button>Win</button></form>'
    page.route(f"{EVIL}/*", lambda route: route.fulfill(body=form, content_type="text/html"))

    page.goto(f"{EVIL}/")
    with page.expect_response(f"{stack.auth_url}/auth/signout") as answered:
        page.get_by_role("button", name="Win").click()

    assert answered.value.status == 403
    expect(page.get_by_role("heading", name="You are still signed in")).to_be_visible()
    assert session_cookies(context)
    assert revoker.revoked == []


def test_when_cognito_does_not_answer_the_browser_forgets_and_the_person_is_told(
    stack: SignOutStack, context: BrowserContext, photograph: Photographer
) -> None:
    """RF-06."""
    stack.tell().available = False
    page = signed_in(stack, context)

    page.goto(f"{stack.auth_url}/auth/signout")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="You are signed out here")).to_be_visible()
    photograph(page, "signed-out-here")
    assert session_cookies(context) == []
    page.get_by_role("link", name="Sign out there, too").click()
    expect(page).to_have_url(stack.target)
