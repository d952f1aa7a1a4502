"""Every way into the pool, in Debian's chromium, and what both stores hold then and later."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.legacy.legacy_system import StoredAccount
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.test_browser import JANE, assert_greeted, type_in
from e2e.test_browser_sessions import press_on_the_flow_page, with_the_old_login


pytestmark = pytest.mark.browser

EMAIL = "jane@moor-house.example"
NEW_PASSWORD = "Pemberley-1813!"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="page")
def _page(context: BrowserContext, stack: LocalStack) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(f"{stack.cms_url}/articles")
    return page


def continue_with(page: Page, provider: str, person: str) -> None:
    page.get_by_role("link", name=f"Continue with {provider}").click()
    page.get_by_role("button", name=person).click()


def greeted_as(page: Page, stack: LocalStack, name: str) -> StoredAccount:
    """The legacy account whose id the CMS shows; both sides must hold both ids, exactly once."""
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    legacy_uid = page.locator("#legacy-uid").inner_text()
    account = stack.legacy.account(legacy_uid)
    assert account is not None
    assert account.cognito_id is not None
    user = stack.cognito.users.with_subject(account.cognito_id)
    assert user is not None
    assert user.attributes["custom:legacy_uid"] == legacy_uid
    holders = [a for a in stack.legacy.accounts() if a.cognito_id == account.cognito_id]
    assert holders == [account]
    return account


def test_a_new_google_user_gets_one_legacy_account(
    stack: LocalStack, page: Page, photograph: Photographer
) -> None:
    # AL-07
    before = len(stack.legacy.accounts())
    photograph(page, "sign-in-social")

    continue_with(page, "Google", "Elizabeth Bennet")

    account = greeted_as(page, stack, "Elizabeth Bennet")
    assert account.identities == (("Google", "109018170003"),)
    assert len(stack.legacy.accounts()) == before + 1


def test_a_google_user_with_the_same_verified_address_gets_the_old_account(
    stack: LocalStack, page: Page, photograph: Photographer
) -> None:
    # AL-01
    before = len(stack.legacy.accounts())
    page.get_by_role("link", name="Continue with Google").click()
    photograph(page, "consent")
    page.get_by_role("button", name="Jane Eyre").click()

    account = greeted_as(page, stack, "Jane Eyre")

    assert (account.userid, account.username) == ("1847", "jane")
    assert len(stack.legacy.accounts()) == before


def test_a_user_who_moved_by_password_keeps_the_account_at_google(
    stack: LocalStack, page: Page, fresh_context: Callable[[], BrowserContext]
) -> None:
    """Cognito breaks off the sign-in that links; the restart goes to Google by itself."""
    # AL-05, AL-07
    page.get_by_label("User name").fill("jane")
    page.get_by_label("Password").fill(SEED_USERS[0].password)
    page.get_by_role("button", name="Sign in").click()
    assert greeted_as(page, stack, "Jane Eyre").userid == "1847"
    before = len(stack.legacy.accounts())

    private = fresh_context().new_page()
    private.goto(f"{stack.cms_url}/articles")
    continue_with(private, "Google", "Jane Eyre")
    private.get_by_role("button", name="Jane Eyre").click()

    assert greeted_as(private, stack, "Jane Eyre").userid == "1847"
    assert private.url == f"{stack.cms_url}/articles"
    assert [user.username for user in stack.cognito.users.all_users()] == ["jane"]
    assert len(stack.legacy.accounts()) == before


def test_a_google_user_with_an_unverified_address_does_not_get_the_old_account(
    stack: LocalStack, page: Page
) -> None:
    # AL-01, AL-03
    continue_with(page, "Google", "Not Really Jane")

    account = greeted_as(page, stack, "Not Really Jane")

    assert account.userid != "1847"
    jane = stack.legacy.account("1847")
    assert jane is not None
    assert jane.cognito_id is None


def test_a_facebook_user_without_an_address_gets_exactly_one_account(
    stack: LocalStack, page: Page
) -> None:
    # AL-07
    continue_with(page, "Facebook", "Bartleby")

    account = greeted_as(page, stack, "Bartleby")

    assert account.email is None
    assert account.userid != "1853"


def test_somebody_who_signs_up_gets_exactly_one_account(
    stack: LocalStack, page: Page, photograph: Photographer
) -> None:
    # AL-07
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("User name").fill("fitzwilliam")
    page.get_by_label("E-mail address").fill("darcy@pemberley.example")
    page.get_by_label("Name", exact=True).fill("Fitzwilliam Darcy")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    photograph(page, "sign-up")
    page.get_by_role("button", name="Sign up").click()

    type_the_code(page, stack)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    account = greeted_as(page, stack, "Fitzwilliam Darcy")
    assert account.email == "darcy@pemberley.example"


def test_an_address_that_lives_in_the_legacy_system_cannot_be_signed_up(
    stack: LocalStack, page: Page
) -> None:
    # AL-01: whoever gets there first must not keep its owner from migrating.
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("User name").fill("not-jane")
    page.get_by_label("E-mail address").fill("jane@thornfield.example")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert stack.cognito.users.find("not-jane") is None


def test_a_legacy_user_who_forgot_the_password_chooses_a_new_one_and_keeps_the_account(
    stack: LocalStack, page: Page, photograph: Photographer
) -> None:
    # MG-04
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("User name").fill("gregor")
    page.get_by_role("button", name="Send me a code").click()
    type_the_code(page, stack)
    page.get_by_label("New password").fill(NEW_PASSWORD)
    photograph(page, "new-password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    page.goto(f"{stack.cms_url}/articles")
    page.get_by_label("User name").fill("gregor")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    assert greeted_as(page, stack, "Gregor Samsa").userid == "1915"


def type_the_code(page: Page, stack: LocalStack) -> None:
    """Once the page asks for it, it has been sent."""
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(stack.cognito.outbox.messages()[0].code)


def in_the_session(stack: LocalStack, context: BrowserContext) -> dict[str, object]:
    """What the claims of the browser's ID token say."""
    page = context.new_page()
    page.goto(f"{stack.auth_url}/auth/session")
    user: dict[str, object] = json.loads(page.locator("body").inner_text())["user"]
    return {name: user[name] for name in ("email", "email_verified", "name")}


def save_profile(page: Page, *, email: str, name: str) -> None:
    page.get_by_role("link", name="Change your profile").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def test_what_a_user_changes_in_the_old_profile_page_is_in_the_next_id_token(
    stack: LocalStack,
    page: Page,
    context: BrowserContext,
    fresh_context: Callable[[], BrowserContext],
    photograph: Photographer,
) -> None:
    # PS-01, PS-04
    type_in(page, JANE.password)
    assert_greeted(page)
    assert in_the_session(stack, context)["email"] == JANE.email

    old = with_the_old_login(stack, fresh_context(), JANE.username)
    save_profile(old, email=EMAIL, name="Jane Rochester")
    photograph(old, "old-profile")
    old.get_by_role("button", name="Confirm the address").click()
    expect(old.get_by_role("status")).to_have_text("Saved.")
    press_on_the_flow_page(stack, context, "Past the access token")

    assert in_the_session(stack, context) == {
        "email": EMAIL,
        "email_verified": True,
        "name": "Jane Rochester",
    }
