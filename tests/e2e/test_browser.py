"""The whole way in Debian's chromium: what a person sees, and what the browser keeps."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer


pytestmark = pytest.mark.browser

JANE = SEED_USERS[0]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def type_in(page: Page, password: str, username: str = JANE.username) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def assert_greeted(page: Page, user: object = JANE) -> None:
    assert user is not None
    expect(page.get_by_role("heading", name=f"Hello, {JANE.display_name}")).to_be_visible()
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)


def test_a_person_only_the_old_system_knows_comes_back_signed_in_to_the_page_they_asked_for(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    """CK-01, CK-02, CK-03: wrong password first, then the right one; the query is kept."""
    page = context.new_page()
    page.goto(f"{stack.cms_url}/new-post?draft=7&tab=2")
    assert page.url.startswith(stack.addresses.cognito_url)

    type_in(page, "not-her-password")
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password")
    photograph(page, "wrong-password")
    assert stack.cognito.users.find(JANE.username) is None

    type_in(page, JANE.password)
    expect(page).to_have_url(f"{stack.cms_url}/new-post?draft=7&tab=2")
    assert_greeted(page)
    photograph(page, "cms")

    kept = {cookie["name"]: cookie for cookie in context.cookies()}
    sessions = [c for name, c in kept.items() if name.startswith("__Secure-authcore")]
    assert sessions
    for cookie in sessions:
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Lax"
        assert cookie["domain"] == ".authcore.localhost"
    assert not [name for name in kept if name.startswith("__Host-authcore_attempt")]
    assert page.evaluate("document.cookie") == ""


def test_the_flow_page_shows_the_hops_without_secrets(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    """SP-11, MG-02."""
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, JANE.password)
    assert_greeted(page)

    flow = context.new_page()
    flow.goto(f"{stack.cms_url}/flow")
    expect(flow.locator("body")).to_contain_text("/auth/signin/callback")
    expect(flow.locator("body")).to_contain_text("UserMigration_Authentication")
    photograph(flow, "flow")
    assert JANE.password not in flow.content()
    flow.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert flow.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    photograph(flow, "flow-phone")


def test_two_tabs_begin_at_once_and_both_arrive(stack: LocalStack, context: BrowserContext) -> None:
    """SP-09: the second tab's sign-in does not spoil the first's."""
    first, second = context.new_page(), context.new_page()
    first.goto(f"{stack.cms_url}/articles")
    second.goto(f"{stack.cms_url}/new-post?draft=8")

    type_in(second, JANE.password)
    expect(second).to_have_url(f"{stack.cms_url}/new-post?draft=8")
    type_in(first, JANE.password)
    expect(first).to_have_url(f"{stack.cms_url}/articles")
    assert_greeted(first)
    assert_greeted(second)


def test_after_a_tampered_state_the_sign_in_begins_again_and_its_code_is_not_used(
    stack: LocalStack, context: BrowserContext
) -> None:
    """SP-01, SP-03: state changed on the way; the session is of a new sign-in."""
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    begun = stack.flow.since(0)[-1].number

    tampered = re.sub(r"state=.{8}", "state=AAAAAAAA", page.url)
    assert tampered != page.url
    page.goto(tampered)
    type_in(page, JANE.password)

    assert_greeted(page)
    hops = [hop.request for hop in stack.flow.since(begun)]
    assert hops.count("POST /oauth2/token") == 1
    assert sum(each.startswith("GET /oauth2/authorize") for each in hops) == 1


def test_the_cms_is_closed_again_to_a_fresh_browser(
    stack: LocalStack, context: BrowserContext, fresh_context: Callable[[], BrowserContext]
) -> None:
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, JANE.password)
    assert_greeted(page)

    other = fresh_context().new_page()
    other.goto(f"{stack.cms_url}/articles")

    assert other.url.startswith(stack.addresses.cognito_url)


def test_every_page_can_be_read_on_a_phone_and_used_with_the_keyboard(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(f"{stack.cms_url}/")
    photograph(page, "home-phone")
    page.goto(f"{stack.cms_url}/articles")
    photograph(page, "sign-in-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(JANE.username)
    page.keyboard.press("Tab")
    page.keyboard.type(JANE.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{stack.cms_url}/articles")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    photograph(page, "articles-phone")
