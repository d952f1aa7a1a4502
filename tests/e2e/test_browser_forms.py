"""A form that is sent after the session ended, in Chromium: nothing of it is lost."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from authcore_guard.asgi import Guard
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.test_browser import type_in


pytestmark = pytest.mark.browser

JANE = SEED_USERS[0]
NOTE = "Reader, I wrote a long note."
FORM = (
    '<!doctype html><html lang="en"><title>Notes</title><h1>Notes</h1>'
    '<form method="post"><label>Note <input name="note"></label><button>Save</button></form>'
)


class NotesStack(LocalStack):
    """With an application that saves notes in the place of the CMS."""

    def serve_notes(self) -> list[str]:
        saved: list[str] = []

        async def notes(request: Request) -> Response:
            if request.method == "POST":
                saved.append(dict(parse_qsl((await request.body()).decode()))["note"])
                return HTMLResponse("<h1>Saved</h1>")
            return HTMLResponse(FORM)

        app = Starlette(routes=[Route("/notes", notes, methods=["GET", "POST"])])
        self._places["cms"].app = Guard.from_environment(app, self.environment)
        return saved


@pytest.fixture(name="stack")
def _stack() -> Iterator[NotesStack]:
    with NotesStack(ports=Ports.free()) as stack:
        yield stack


def fill_in_and_lose_the_session(stack: NotesStack, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{stack.cms_url}/notes")
    type_in(page, JANE.password)
    page.get_by_label("Note").fill(NOTE)
    context.clear_cookies()
    return page


def test_a_form_is_sent_again_after_a_sign_in_in_another_tab(
    stack: NotesStack, context: BrowserContext, photograph: Photographer
) -> None:
    # RD-09
    saved = stack.serve_notes()
    page = fill_in_and_lose_the_session(stack, context)

    with page.expect_response(f"{stack.cms_url}/notes") as answered:
        page.get_by_role("button", name="Save").click()
    assert answered.value.status == 401
    expect(page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    photograph(page, "form-after-the-end")
    assert saved == []

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Sign in in another tab")).to_be_focused()
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    beside = opened.value
    type_in(beside, JANE.password)
    expect(beside).to_have_url(f"{stack.auth_url}/auth/signin/done")
    expect(beside.get_by_role("heading", name="You are signed in")).to_be_visible()
    photograph(beside, "signed-in-beside-a-form")
    beside.close()

    page.reload()

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert saved == [NOTE]


def test_a_script_that_posts_gets_the_reason(stack: NotesStack, context: BrowserContext) -> None:
    saved = stack.serve_notes()
    page = fill_in_and_lose_the_session(stack, context)

    answer = page.evaluate(
        "fetch('/notes', {method: 'POST', body: 'note=x'})"
        ".then(async each => [each.status, await each.json()])"
    )

    assert answer == [401, {"reason": "no_session"}]
    assert saved == []


def test_the_pages_need_no_script(stack: NotesStack, context: BrowserContext) -> None:
    """The sign-out of a browser without scripts: question, way back, button, landing."""
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, locale="de-AT")
    page = plain.new_page()
    page.goto(f"{stack.auth_url}/auth/signout")
    expect(page.get_by_role("link", name="Angemeldet bleiben")).to_have_attribute(
        "href", f"{stack.cms_url}/"
    )

    page.get_by_role("button", name="Abmelden").click()

    expect(page).to_have_url(re.compile(re.escape(stack.cms_url)))
    page.goto(f"{stack.auth_url}/auth/signout/done")
    expect(page.get_by_role("heading", name="Sie sind abgemeldet")).to_be_visible()
    plain.close()
