"""The demo's front page in Chromium: nine steps that are ticked off, on a phone and a desk."""

from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from support.gate import sampled


pytestmark = pytest.mark.browser

JANE: Final = SEED_USERS[0]
WIDTHS: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1200, "height": 900},
}


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def _tick(page: Page, number: int) -> str:
    return page.locator(f"#step-{number} .tick").inner_text()


def test_the_steps_are_ticked_off_as_they_happen(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    start = context.new_page()
    start.goto(f"{stack.cms_url}/start")
    expect(start.locator("ol.steps > li")).to_have_count(9)
    assert [_tick(start, number) for number in range(1, 10)] == [""] * 9

    with context.expect_page() as flow:
        start.get_by_role("link", name="Open the flow (step 1)").click()
    flow.value.close()
    with context.expect_page() as editor:
        start.get_by_role("link", name="Open the editor").click()
    page = editor.value
    page.get_by_label("User name").fill(JANE.username)
    page.get_by_label("Password").fill(JANE.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)

    expect(start.locator("#count")).to_have_text("4 of 9 steps seen")
    assert [_tick(start, number) for number in range(1, 6)] == [*["✓ seen"] * 4, ""]
    for name, size in WIDTHS.items():
        start.set_viewport_size(size)
        assert start.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        photograph(start, f"start-{name}")


SCREENS: Final = [(name, scheme) for name in WIDTHS for scheme in ("light", "dark")]


@pytest.mark.parametrize("screen", sampled(SCREENS, of=1), ids="-".join)
def test_axe_finds_no_barrier(
    stack: LocalStack, context: BrowserContext, screen: tuple[str, str]
) -> None:
    width, scheme = screen
    page = context.new_page()
    page.set_viewport_size(WIDTHS[width])
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{stack.cms_url}/start")

    found = Axe().run(page).response["violations"]

    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
