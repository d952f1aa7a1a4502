"""Sessions that go on, end, and are cut off, in Debian's chromium: what people see of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.test_browser import JANE, PHONE, assert_greeted, type_in


pytestmark = pytest.mark.browser

HUCK = SEED_USERS[1]
EVIL = "http://evil.localhost"
EVERYWHERE = f"Sign out everywhere: {JANE.display_name}"
DISABLE = f"Disable: {JANE.display_name}"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="lenient")
def _lenient() -> Iterator[LocalStack]:
    """Without a list of revocations."""
    with LocalStack(ports=Ports.free(), cuts_off_at_once=False) as stack:
        yield stack


def signed_in(stack: LocalStack, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, JANE.password)
    assert_greeted(page)
    return page


def with_the_old_login(stack: LocalStack, context: BrowserContext, username: str) -> Page:
    """From the front page of the CMS to the old system's own page."""
    user = next(each for each in SEED_USERS if each.username == username)
    page = context.new_page()
    page.goto(f"{stack.cms_url}/")
    page.get_by_role("link", name="Sign in with the old login").click()
    type_in(page, user.password, user.username)
    expect(page.locator("#name")).to_have_text(user.display_name or "")
    return page


def press_on_the_flow_page(stack: LocalStack, context: BrowserContext, button: str) -> None:
    """The page stays open: closing one that is still loading can take for ever."""
    flow = context.new_page()
    flow.goto(f"{stack.cms_url}/flow")
    with flow.expect_navigation(url=f"{stack.cms_url}/flow", wait_until="load"):
        flow.get_by_role("button", name=button).click()


def places(page: Page, url: str) -> list[str]:
    """Every address on the way to *url*, redirects included."""
    passed: list[str] = []
    page.on("request", lambda each: passed.append(each.url))
    page.goto(url)
    return [each for each in passed if each.startswith("http")]


def assert_asked_to_sign_in(page: Page, stack: LocalStack) -> None:
    assert page.url.startswith(f"{stack.addresses.cognito_url}/login")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_session_survives_its_tokens_without_a_visible_step(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    # RF-04
    page = signed_in(stack, context)
    ends = page.locator("#session-ends").inner_text().partition(",")[0]
    seen = {page.locator("#token-ends").inner_text()}
    for _ in range(3):
        press_on_the_flow_page(stack, context, "Past the access token")

        assert places(page, f"{stack.cms_url}/articles") == [f"{stack.cms_url}/articles"]
        assert_greeted(page)
        seen.add(page.locator("#token-ends").inner_text())

    assert len(seen) == 4
    assert page.locator("#session-ends").inner_text().partition(",")[0] == ends
    flow = context.new_page()
    flow.goto(f"{stack.cms_url}/flow")
    refreshed = flow.locator(".hops li:not(.audit)").filter(has_text="refreshed")
    expect(refreshed).to_have_count(3)
    sheet = flow.get_by_role("region", name="Sequence diagram")
    sheet.evaluate("box => box.scrollIntoView()")
    photograph(flow, "flow-refreshed")


def test_twenty_requests_at_once_on_an_expired_session_trade_its_token_once(
    stack: LocalStack, context: BrowserContext
) -> None:
    # RF-03
    page = signed_in(stack, context)
    stack.clock.advance(stack.lifetimes.access + timedelta(minutes=1))
    last = stack.flow.since(0)[-1].number

    statuses = page.evaluate(
        "Promise.all([...Array(20)].map(() => fetch('/api/me').then(each => each.status)))"
    )

    assert statuses == [200] * 20
    trades = [hop for hop in stack.flow.since(last) if hop.request == "POST /oauth2/token"]
    assert [hop.answer for hop in trades] == ["200 tokens"]


def test_a_session_ends_with_its_refresh_token_and_the_way_back_is_kept(
    stack: LocalStack, context: BrowserContext
) -> None:
    page = signed_in(stack, context)
    press_on_the_flow_page(stack, context, "Past the refresh token")

    page.goto(f"{stack.cms_url}/new-post?draft=9")
    assert_asked_to_sign_in(page, stack)
    type_in(page, JANE.password)

    expect(page).to_have_url(f"{stack.cms_url}/new-post?draft=9")
    assert_greeted(page)


def test_signing_out_closes_the_cms_the_auth_service_and_the_old_login(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    # RF-06
    old = with_the_old_login(stack, context, JANE.username)
    page = context.new_page()
    page.goto(f"{stack.auth_url}/auth/signin")
    type_in(page, JANE.password)
    assert_greeted(page)
    expect(page.locator("#login")).to_have_text("Cognito")

    page.get_by_role("link", name="Sign out").click()
    photograph(page, "sign-out")
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(f"{stack.cms_url}/")
    expect(page.get_by_text("not signed in")).to_be_visible()
    page.goto(f"{stack.cms_url}/articles")
    assert_asked_to_sign_in(page, stack)
    answer = page.goto(f"{stack.auth_url}/auth/session")
    assert answer is not None
    assert answer.status == 401
    old.reload()
    expect(old).to_have_url(stack.addresses.legacy_login_url)
    assert stack.legacy.sessions(JANE.userid) == []
    kept = [cookie["name"] for cookie in context.cookies()]
    assert [name for name in kept if "session" in name] == []


def test_somebody_who_has_only_the_old_login_reaches_the_cms(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    page = with_the_old_login(stack, context, HUCK.username)
    photograph(page, "old-login")
    page.get_by_role("link", name="Read the articles").click()

    expect(page).to_have_url(f"{stack.cms_url}/articles")
    expect(page.get_by_role("heading", name=f"Hello, {HUCK.display_name}")).to_be_visible()
    expect(page.locator("#legacy-uid")).to_have_text(HUCK.userid)
    expect(page.locator("#login")).to_have_text("the old login")
    photograph(page, "cms-old-login")
    assert stack.cognito.users.all_users() == ()

    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("not signed in")).to_be_visible()
    assert stack.legacy.sessions(HUCK.userid) == []


def test_a_disabled_user_is_out_when_the_access_token_ends_at_the_latest(
    lenient: LocalStack, context: BrowserContext
) -> None:
    # RF-08
    page = signed_in(lenient, context)
    press_on_the_flow_page(lenient, context, DISABLE)

    page.reload()
    assert_greeted(page)
    lenient.clock.advance(lenient.lifetimes.access + timedelta(minutes=1))
    page.reload()
    assert_asked_to_sign_in(page, lenient)
    type_in(page, JANE.password)
    expect(page.get_by_role("alert")).to_be_visible()


def test_who_is_signed_out_everywhere_is_out_at_once_in_every_browser(
    stack: LocalStack, context: BrowserContext, fresh_context: Callable[[], BrowserContext]
) -> None:
    # RF-08
    here, there = signed_in(stack, context), signed_in(stack, fresh_context())
    press_on_the_flow_page(stack, context, EVERYWHERE)

    for page in (here, there):
        page.reload()
        assert_asked_to_sign_in(page, stack)
    answer = there.goto(f"{stack.auth_url}/auth/session")
    assert answer is not None
    assert answer.status == 401
    stack.clock.advance(timedelta(seconds=1))
    type_in(here, JANE.password)
    expect(here).to_have_url(f"{stack.cms_url}/articles")
    assert_greeted(here)


def test_without_a_list_of_revocations_it_takes_until_the_access_token_ends(
    lenient: LocalStack, context: BrowserContext
) -> None:
    # RF-08
    page = signed_in(lenient, context)
    press_on_the_flow_page(lenient, context, EVERYWHERE)

    page.goto(f"{lenient.cms_url}/articles")
    assert_greeted(page)
    context.clear_cookies(domain="cognito.localhost")
    lenient.clock.advance(lenient.lifetimes.access + timedelta(minutes=1))
    page.goto(f"{lenient.cms_url}/articles")
    assert_asked_to_sign_in(page, lenient)


@pytest.mark.parametrize("target", ["sign-out", "clock", "people"])
def test_a_page_of_another_site_changes_nothing(
    stack: LocalStack, context: BrowserContext, target: str
) -> None:
    # RF-07
    page = signed_in(stack, context)
    action, fields = {
        "sign-out": (f"{stack.auth_url}/auth/signout", ""),
        "clock": (f"{stack.cms_url}/flow/clock", '<input name="step" value="minute">'),
        "people": (
            f"{stack.cms_url}/flow/people",
            '<input name="act" value="disable"><input name="who" value="jane">',
        ),
    }[target]
    picture = f'<img src="{stack.auth_url}/auth/signout">'
    form = f'{picture}<form method="post" action="{action}">{fields}<button>Win</button></form>'
    page.route(f"{EVIL}/*", lambda route: route.fulfill(body=form, content_type="text/html"))

    page.goto(f"{EVIL}/")
    with page.expect_response(action) as answered:
        page.get_by_role("button", name="Win").click()

    assert answered.value.status == 403
    page.goto(f"{stack.cms_url}/articles")
    assert_greeted(page)
    user = stack.cognito.users.find(JANE.username)
    assert user is not None
    assert user.enabled
    assert stack.clock.ahead == timedelta(0)


def test_the_flow_page_follows_what_happens_elsewhere_and_needs_no_mouse(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    flow = context.new_page()
    flow.goto(f"{stack.cms_url}/flow")
    expect(flow.get_by_text("Cognito has no users yet")).to_be_visible()
    signed_in(stack, context)

    expect(flow.get_by_role("button", name=DISABLE)).to_be_visible()
    flow.get_by_role("button", name="+1 minute").focus()
    flow.keyboard.press("Enter")
    expect(flow.locator("#clock")).to_contain_text("1 minute ahead")
    flow.get_by_role("button", name=DISABLE).focus()
    flow.keyboard.press("Space")
    expect(flow.get_by_role("button", name=f"Enable: {JANE.display_name}")).to_be_visible()
    flow.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert flow.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    photograph(flow, "flow-controls-phone")
