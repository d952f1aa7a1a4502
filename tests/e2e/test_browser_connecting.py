"""The whole way of a user who continues with Apple, in Debian's chromium, also on a phone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_local.addresses import Ports
from authcore_local.cognito.errors import CognitoError
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer


pytestmark = pytest.mark.browser

JANE = SEED_USERS[0]
OFFER = "Please sign in the way you did before"
QUESTION = "Connect Apple with your account?"
PHONE = (360, 640)
DESK = (1000, 760)


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="window")
def _window(
    fresh_context: Callable[[], BrowserContext], stack: LocalStack
) -> Callable[[tuple[int, int]], Page]:
    def open_window(size: tuple[int, int] = DESK) -> Page:
        page = fresh_context().new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{stack.cms_url}/new-post?draft=7&tab=2")
        return page

    return open_window


Window = Callable[..., Page]


def continue_with_apple(page: Page) -> None:
    page.get_by_role("link", name="Continue with Apple").click()
    page.get_by_role("button", name="Jane Eyre").click()


def type_the_password(page: Page) -> None:
    page.get_by_label("User name").fill(JANE.username)
    page.get_by_label("Password").fill(JANE.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def move(window: Window) -> None:
    """Jane moves by password, in another window."""
    page = window()
    type_the_password(page)
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_apple_leads_to_the_account_that_jane_has(
    stack: LocalStack, window: Window, photograph: Photographer, size: tuple[int, int]
) -> None:
    # AL-05, AL-07
    place = "phone" if size == PHONE else "desk"
    accounts = len(stack.legacy.accounts())
    move(window)
    page = window(size)
    photograph(page, f"connect-{place}-sign-in")
    continue_with_apple(page)
    expect(page.get_by_role("heading", name=OFFER)).to_be_visible()
    photograph(page, f"connect-{place}-offer")
    assert fits(page)

    page.get_by_role("link", name="Sign in to your account").click()
    type_the_password(page)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    photograph(page, f"connect-{place}-question")
    assert fits(page)
    page.get_by_role("button", name="Connect").click()

    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)
    assert page.url == f"{stack.cms_url}/new-post?draft=7&tab=2"
    photograph(page, f"connect-{place}-connected")
    later = window(size)
    continue_with_apple(later)
    expect(later.locator("#legacy-uid")).to_have_text(JANE.userid)
    assert len(stack.legacy.accounts()) == accounts
    assert [user.username for user in stack.cognito.users.all_users()] == [JANE.username]


def test_jane_who_is_signed_in_already_is_asked_at_once_and_may_leave(
    stack: LocalStack, window: Window
) -> None:
    page = window()
    type_the_password(page)
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)
    target = page.url

    page.goto(f"{stack.auth_url}/auth/signin?provider=SignInWithApple&redirect={stack.cms_url}/")
    page.get_by_role("button", name="Jane Eyre").click()
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    page.get_by_role("link", name="Not now").click()

    page.goto(target)
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)
    assert len(stack.cognito.users.all_users()) == 2


@pytest.mark.parametrize("call", ["delete", "change"])
def test_after_an_outage_of_cognito_the_button_works(
    stack: LocalStack,
    window: Window,
    photograph: Photographer,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    # AL-07: *change* is the link, after the external user was deleted
    move(window)
    page = window(PHONE)
    continue_with_apple(page)
    page.get_by_role("link", name="Sign in to your account").click()
    type_the_password(page)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()

    with monkeypatch.context() as patch:
        patch.setattr(stack.cognito.users, call, fail)
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("heading", name="We could not connect the two")).to_be_visible()
    photograph(page, "connect-phone-outage")
    assert fits(page)
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name="Connect").click()

    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)
    assert [user.username for user in stack.cognito.users.all_users()] == [JANE.username]


def fail(*_: object) -> None:
    raise CognitoError("InternalErrorException", "down")


def test_the_address_of_another_person_is_told_apart(
    stack: LocalStack, window: Window, photograph: Photographer
) -> None:
    # AL-01: a shared computer
    move(window)
    page = window(PHONE)
    continue_with_apple(page)
    page.get_by_role("link", name="Sign in to your account").click()
    gregor = next(user for user in SEED_USERS if user.username == "gregor")
    page.get_by_label("User name").fill(gregor.username)
    page.get_by_label("Password").fill(gregor.password)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="These two do not belong together")).to_be_visible()
    photograph(page, "connect-phone-address")
    assert fits(page)
    assert "thornfield" not in page.content()
    names = {user.username for user in stack.cognito.users.all_users()}
    assert {"jane", "gregor"} < names
