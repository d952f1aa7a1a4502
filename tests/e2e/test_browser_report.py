"""The report of a move in Chromium: no barrier, and no line wider than a phone or a page."""

from pathlib import Path
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ViewportSize

from authcore_cli.move.cockpit import Question, put_together
from authcore_cli.move.report.page import report_page
from e2e.conftest import Photographer
from unit.cockpit_world import CockpitWorld


pytestmark = pytest.mark.browser

LOOKS: Final[tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]] = (
    ({"width": 390, "height": 1500}, "light"),
    ({"width": 1280, "height": 1500}, "light"),
    ({"width": 390, "height": 844}, "dark"),
)


@pytest.fixture(scope="module", name="address")
def _address(tmp_path_factory: pytest.TempPathFactory) -> str:
    world = CockpitWorld(days=60, size=4_000)
    page = report_page(put_together(world.sources, Question(audit=(Path("audit.log"),))))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


def test_axe_finds_no_barrier_and_no_line_is_wider_than_the_screen(
    address: str, context: BrowserContext, photograph: Photographer
) -> None:
    page = context.new_page()
    page.goto(address)
    for size, scheme in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        if scheme == "light":
            photograph(page, f"move-report-{size['width']}")
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = true }")

        found = Axe().run(page).response["violations"]

        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = false }")


def test_the_report_fits_on_paper(address: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(address)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_report_asks_for_nothing(address: str, context: BrowserContext) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)

    assert asked == [address]
