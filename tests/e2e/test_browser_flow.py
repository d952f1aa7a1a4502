"""The flow page in Chromium: a live sequence diagram, causes before effects, and the list."""

from collections.abc import Iterator
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.visitor import Visitor


pytestmark = pytest.mark.browser

JANE, HUCK = SEED_USERS[:2]
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def sign_in(stack: LocalStack, user: SeedUser = JANE) -> None:
    visitor = Visitor(stack)
    page = visitor.follow(visitor.browser.get(f"{stack.cms_url}/articles"))
    visitor.send(page, username=user.username, password=user.password)
    visitor.browser.close()


@pytest.fixture(name="page")
def _page(stack: LocalStack, context: BrowserContext) -> Page:
    """The flow page after a sign-in that migrated Jane, by a page of the same width as a desk."""
    sign_in(stack)
    page = context.new_page()
    page.set_viewport_size(DESK)
    page.goto(f"{stack.cms_url}/flow")
    return page


def labels(page: Page) -> list[str]:
    return page.locator("#diagram .label").all_text_contents()


def test_the_diagram_shows_causes_before_effects_and_audit_lines_with_ids_that_join_them(
    page: Page,
) -> None:
    shown = labels(page)
    order = [
        "GET /articles 302",
        "GET /auth/signin 302",
        "sign_in.begin",
        "POST /login 302 to the callback",
        "UserMigration_Authentication answered",
        "POST /api/login 200",
        "user_migration.authenticate",
        "GET /auth/signin/callback 302",
        "POST /oauth2/token 200 tokens",
        "TokenGeneration_HostedAuth answered",
        "token.claims",
        "sign_in.complete",
    ]
    places = [
        next((place for place, text in enumerate(shown) if text.startswith(each)), -1)
        for each in order
    ]
    assert -1 not in places, shown
    assert places == sorted(places), shown

    ids = page.locator("#diagram .ids").all_text_contents()
    attempts = [text.partition(" · ")[0] for text in ids if text.startswith("attempt ")]
    completed = next(text for text in ids if "token request " in text)
    assert len(set(attempts)) < len(attempts)
    assert f"request {completed.rpartition('token request ')[2]}" in ids


def test_it_is_live_and_keeps_the_keyboards_focus_and_the_reading_position(
    stack: LocalStack, page: Page
) -> None:
    sheet = page.get_by_role("region", name="Sequence diagram")
    before = len(labels(page))
    sheet.focus()
    sheet.evaluate("box => { box.scrollTop = 0 }")

    sign_in(stack, HUCK)

    listed = page.get_by_role("region", name="List of hops")
    expect(listed).to_contain_text("POST /oauth2/token")
    expect(page.locator("#diagram .label").nth(before)).to_be_attached()
    expect(sheet).to_be_focused()
    assert sheet.evaluate("box => box.scrollTop") == 0
    expect(page.get_by_role("status")).not_to_be_empty()


def test_axe_finds_no_barrier_and_no_line_is_wider_than_the_screen(
    page: Page, photograph: Photographer
) -> None:
    looks: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = (
        (DESK, "light"),
        (PHONE, "dark"),
    )
    for size, scheme in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        sheet = page.get_by_role("region", name="Sequence diagram")
        sheet.evaluate("box => { box.scrollIntoView(); box.scrollTop = 0 }")
        photograph(page, f"flow-{size['width']}-{scheme}")

        found = Axe().run(page).response["violations"]

        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
