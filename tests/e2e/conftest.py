"""Time for everything, and Chromium, where it is installed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from support.gate import AMPLE
from support.unhurried_stacks import unhurried_stacks


CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Without windows Chromium needs a third of the processor time."""
MILLISECONDS = AMPLE.total_seconds() * 1000
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module", autouse=True)
def unhurried() -> Iterator[None]:
    """No outcome here depends on how fast the machine is."""
    with unhurried_stacks():
        yield


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Iterator[Browser]:
    """One a module, not one a session: while it lives, Playwright's event loop has the thread."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: run `make browser` to include the browser tests")
    with sync_playwright() as playwright:
        expect.set_options(timeout=MILLISECONDS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(name="fresh_context")
def _fresh_context(chromium: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Browsers of people who do not know each other."""
    made = []

    def make() -> BrowserContext:
        context = chromium.new_context(viewport={"width": 1000, "height": 760})
        context.set_default_timeout(MILLISECONDS)
        made.append(context)
        return context

    yield make
    for each in made:
        each.close()


@pytest.fixture(name="context")
def _context(fresh_context: Callable[[], BrowserContext]) -> BrowserContext:
    return fresh_context()


@pytest.fixture(name="photograph")
def _photograph(pytestconfig: pytest.Config) -> "Photographer":
    folder = pytestconfig.getoption("--screenshots")
    return Photographer(Path(folder) if folder else None)


class Photographer:
    """Keeps pictures of pages where ``--screenshots`` asked for them."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def __call__(self, page: Page, name: str) -> None:
        if self._folder is not None:
            page.screenshot(path=self._folder / f"{name}.png")
