"""Pages in Chromium: axe finds no barrier, on a phone and a desk, light and dark."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from starlette.requests import HTTPConnection

from authcore.adapters.pages import denial_pages
from authcore.adapters.pages.catalogue import Notice
from authcore.adapters.pages.denial_pages import DenialPages, Link
from authcore_web.response import messages
from doors.web_world import WebWorld
from e2e.conftest import Photographer


pytestmark = pytest.mark.browser

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
URL: Final = "https://auth.example.com/"
REFERENCE: Final = "4f1c0b77a2d9"
QUESTIONS: Final = ("sign_out", "connect_question", "connect_question_unnamed")
BY_SHAPE: Final = ("sign_out", "later", "signed_in", "unsaved_cookies", "unchecked")
"""One page of each shape: a form, a link, neither, steps, a guard's link."""

VIEWS: Final = [
    pytest.param("en", "light", PHONE, BY_SHAPE, id="en-light-phone-shapes"),
    pytest.param("de", "dark", DESK, BY_SHAPE, id="de-dark-desk-shapes"),
    *(
        pytest.param(
            language,
            scheme,
            screen,
            None,
            id=f"{language}-{scheme}-{screen['width']}",
            marks=pytest.mark.whole,
        )
        for language in ("en", "de")
        for scheme in ("light", "dark")
        for screen in (PHONE, DESK)
    ),
]


@attrs.frozen
class Written:
    """A page as a door sends it."""

    html: str
    headers: Mapping[str, str]


def notices() -> list[Notice]:
    """Every message of the auth service."""
    plain = [each for each in vars(messages).values() if isinstance(each, Notice)]
    of_providers = [
        make
        for provider in ("Google", None)
        for make in (
            messages.link_taken(provider),
            messages.connect_offer(provider),
            messages.connect_question(provider, "Jane Eyre"),
        )
    ]
    return [*plain, *of_providers]


def write_pages(language: str) -> Iterator[tuple[str, Written]]:
    """Every page of the auth service and of guards: its key, and what is sent."""
    world = WebWorld(PAGES_NAME="Thornfield", PAGES_SUPPORT_URL="mailto:help@thornfield.example")
    pages = world.container.pages()
    accepted = [(b"accept-language", language.encode())]
    request = HTTPConnection({"type": "http", "query_string": b"", "headers": accepted})
    for notice in notices():
        answer = (
            pages.question(request, notice, url=URL, fields={"a": "b"}, leave_url=URL)
            if notice.key in QUESTIONS
            else pages.message(request, notice, url=URL, reference=REFERENCE)
        )
        headers = {"content-security-policy": pages.policy(), **answer.headers}
        yield notice.key, Written(bytes(answer.body).decode(), headers)
    for notice in vars(denial_pages).values():
        if isinstance(notice, Notice):
            sent, body = DenialPages().page(notice, language, Link(URL, in_new_tab=True))
            yield notice.key, Written(body.decode(), dict(sent))


@pytest.mark.parametrize(("language", "scheme", "screen", "keys"), VIEWS)
def test_no_page_has_a_barrier_or_breaks_its_own_policy(
    chromium: Browser,
    language: str,
    scheme: str,
    screen: ViewportSize,
    keys: tuple[str, ...] | None,
    photograph: Photographer,
) -> None:
    context = chromium.new_context(viewport=screen, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text))
    found: dict[str, list[str]] = {}
    for key, written in write_pages(language):
        if keys is None or key in keys:
            found[key] = barriers(page, written)
            photograph(page, f"{key}-{language}-{scheme}-{screen['width']}")
    context.close()

    assert {key: problems for key, problems in found.items() if problems} == {}
    assert said == []
    assert len(found) >= len(BY_SHAPE)


def barriers(page: Page, written: Written) -> list[str]:
    """What axe finds, and whether a line is wider than the screen."""
    page.unroute_all()
    page.route(
        "**/*",
        lambda route: (
            route.fulfill(body=written.html, headers=dict(written.headers))
            if route.request.is_navigation_request()
            else route.fulfill(body="", content_type="image/svg+xml")
        ),
    )
    page.goto(URL)
    problems = [each["id"] for each in Axe().run(page).response["violations"]]
    is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*problems, *(["wider than the screen"] if is_wide else [])]


def test_a_barrier_and_a_wide_page_are_found(chromium: Browser) -> None:
    """The checks above can fail."""
    context = chromium.new_context(viewport=PHONE)
    bad = '<html><title>t</title><h1>t</h1><main><p style="width: 900px"><img src="/a"></main>'

    found = barriers(context.new_page(), Written(bad, {"content-type": "text/html"}))

    context.close()
    assert {"html-has-lang", "image-alt", "wider than the screen"} <= set(found)
