"""Chromium, where it is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Iterator[Browser]:
    """One a module, not one a session: while it lives, Playwright's event loop has the thread."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: run `make browser` to include the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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
