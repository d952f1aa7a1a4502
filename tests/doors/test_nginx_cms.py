"""The whole way through a real nginx: somebody whom only the old system knows reaches the CMS."""

from collections.abc import Iterator

import pytest

from authcore.adapters.system import SystemClock
from authcore_local.legacy import SEED_USERS
from authcore_local.tour.scripted_browser import Browser, Form, Page
from doors.nginx_cms import SiteOfTheCms
from doors.nginx_server import NEEDS_NGINX


pytestmark = NEEDS_NGINX

JANE = SEED_USERS[0]


@pytest.fixture
def site() -> Iterator[SiteOfTheCms]:
    with SiteOfTheCms() as site:
        yield site


@pytest.fixture
def browser() -> Iterator[Browser]:
    fresh = Browser(SystemClock())
    yield fresh
    fresh.close()


def followed(browser: Browser, page: Page) -> Page:
    while page.location:
        page = browser.get(page.location)
    return page


def signed_in(browser: Browser, url: str) -> Page:
    """The page at which Jane ends who asked for *url*."""
    login = followed(browser, browser.get(url))
    assert login.form
    typed = {**login.form.fields, "username": JANE.username, "password": JANE.password}
    return followed(browser, browser.send(Form(login.form.url, typed)))


def test_a_deep_link_survives_the_sign_in_and_the_cms_knows_who_it_is(
    site: SiteOfTheCms, browser: Browser
) -> None:
    # RD-05
    deep_link = f"{site.url}/new-post?draft=7&tab=2"
    page = signed_in(browser, deep_link)

    assert (page.status, page.url) == (200, deep_link)
    assert page.text_of("greeting") == f"Hello, {JANE.display_name}"
    assert page.text_of("legacy-uid") == JANE.userid
    assert (page.text_of("draft"), page.text_of("tab")) == ("7", "2")


def test_a_sign_out_closes_the_cms(site: SiteOfTheCms, browser: Browser) -> None:
    # RF-06
    signed_in(browser, f"{site.url}/articles")
    assert browser.get(f"{site.url}/api/me", accept="application/json").status == 200

    button = browser.get(f"{site.stack.auth_url}/auth/signout").form
    assert button
    browser.send(button)

    me = browser.get(f"{site.url}/api/me", accept="application/json")
    assert (me.status, me.member("reason")) == (401, "no_session")
    assert browser.get(f"{site.url}/articles").location.startswith(site.stack.auth_url)
