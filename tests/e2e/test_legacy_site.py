"""The legacy system's own sign-in, which people keep using while both logins are honoured."""

from collections.abc import Iterator

import attrs
import pytest

from authcore.adapters.system import SystemClock
from authcore_local.addresses import LEGACY_HOST
from authcore_local.flow import FlowLog
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.servers import LoopbackServer
from authcore_local.tour.scripted_browser import Browser, Form, Page


JANE = SEED_USERS[0]
AHAB = next(user for user in SEED_USERS if user.locked)


@attrs.frozen
class Site:
    url: str
    legacy: LegacySystem
    flow: FlowLog


@pytest.fixture
def site() -> Iterator[Site]:
    flow = FlowLog(SystemClock())
    legacy = LegacySystem(SEED_USERS, "key", flow=flow, cms_url="http://cms.authcore.localhost:1")
    with LoopbackServer(legacy.app) as server:
        yield Site(f"http://{LEGACY_HOST}:{server.port}", legacy, flow)


@pytest.fixture
def browser() -> Iterator[Browser]:
    fresh = Browser(SystemClock())
    yield fresh
    fresh.close()


def signed_in(browser: Browser, site: Site, username: str, password: str) -> Page:
    form = browser.get(f"{site.url}/login").form
    assert form is not None
    return browser.send(Form(form.url, {"username": username, "password": password}))


def test_whoever_knows_the_password_is_signed_in(browser: Browser, site: Site) -> None:
    answer = signed_in(browser, site, JANE.username, JANE.password)
    assert (answer.status, answer.location) == (303, f"{site.url}/")

    page = browser.get(answer.location)
    assert page.text_of("name") == JANE.display_name
    assert "http://cms.authcore.localhost:1/articles" in page.text
    assert len(site.legacy.sessions(JANE.userid)) == 1


def test_signing_out_ends_the_session(browser: Browser, site: Site) -> None:
    before = site.legacy.sessions(JANE.userid)
    page = browser.get(signed_in(browser, site, JANE.username, JANE.password).location)
    assert page.form is not None

    assert browser.send(page.form).location == f"{site.url}/login"
    assert site.legacy.sessions(JANE.userid) == before
    assert browser.get(f"{site.url}/").location == f"{site.url}/login"


@pytest.mark.parametrize(
    ("username", "password"),
    [(JANE.username, "wrong"), ("nobody", "x"), (AHAB.username, AHAB.password), ("", "")],
)
def test_nobody_else_is(browser: Browser, site: Site, username: str, password: str) -> None:
    answer = signed_in(browser, site, username, password)

    assert answer.status == 200
    assert answer.text_of("alert") == "That user name and password do not go together."
    assert browser.get(f"{site.url}/").location == f"{site.url}/login"


def test_what_was_typed_is_shown_as_text(browser: Browser, site: Site) -> None:
    answer = signed_in(browser, site, '"><script>alert(1)</script>', "x")

    assert "<script>" not in answer.text


def test_visits_are_shown_without_password_or_session(browser: Browser, site: Site) -> None:
    signed_in(browser, site, JANE.username, JANE.password)
    hops = repr(site.flow.since(0))

    assert "the old login: legacy id 1847" in hops
    for secret in (JANE.password, *site.legacy.sessions(JANE.userid)):
        assert secret not in hops


def test_a_name_that_leads_here_by_accident_shows_nothing(browser: Browser, site: Site) -> None:
    """No site elsewhere can rebind a name of its own to this machine and read along."""
    port = site.url.rpartition(":")[2]
    assert browser.get(f"http://evil.example:{port}/login").status == 400


def test_a_closed_login_leads_to_the_new_one_and_takes_no_password(
    browser: Browser, site: Site
) -> None:
    signed_in(browser, site, JANE.username, JANE.password)
    site.legacy.close_login("http://auth.authcore.localhost:1/auth/signin")

    page = browser.get(f"{site.url}/login")
    refused = browser.send(
        Form(f"{site.url}/login", {"username": JANE.username, "password": JANE.password})
    )

    for answer in (page, refused):
        assert answer.status == 200
        assert "http://auth.authcore.localhost:1/auth/signin" in answer.text
        assert answer.form is None
    assert len(site.legacy.sessions(JANE.userid)) == 1
