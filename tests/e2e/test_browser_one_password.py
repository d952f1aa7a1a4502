"""One password for both logins, in Debian's chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.legacy.old_login import WRONG
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.test_browser import assert_greeted, type_in
from e2e.test_browser_linking import type_the_code


pytestmark = pytest.mark.browser

JANE = SEED_USERS[0]
OLD = JANE.password or ""
RESET = "Ferndean-1848!"
CHANGED = "Gateshead-1849!"


@pytest.fixture(name="stack", scope="module")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def assert_signed_in_to_the_old_system(page: Page) -> None:
    expect(page.locator("#name")).to_have_text(JANE.display_name or "")


def test_a_password_that_is_reset_in_cognito_opens_the_old_login_and_the_other_way_round(
    stack: LocalStack,
    context: BrowserContext,
    fresh_context: Callable[[], BrowserContext],
    photograph: Photographer,
) -> None:
    page = context.new_page()
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, OLD)
    assert_greeted(page)  # moved

    forgetful = fresh_context().new_page()
    forgetful.goto(f"{stack.cms_url}/articles")
    forgetful.get_by_role("link", name="Forgot your password?").click()
    forgetful.get_by_label("User name").fill(JANE.username)
    forgetful.get_by_role("button", name="Send me a code").click()
    type_the_code(forgetful, stack)
    forgetful.get_by_label("New password").fill(RESET)
    forgetful.get_by_role("button", name="Change password").click()
    expect(forgetful.get_by_role("button", name="Sign in")).to_be_visible()

    old = fresh_context().new_page()
    old.goto(stack.addresses.legacy_login_url)
    type_in(old, OLD)
    expect(old.get_by_role("alert")).to_have_text(WRONG)
    photograph(old, "old-login-refuses-the-stale-password")
    type_in(old, RESET)
    assert_signed_in_to_the_old_system(old)

    old.get_by_role("link", name="Change your password").click()
    old.get_by_label("Present password").fill(RESET)
    old.get_by_label("New password").fill(CHANGED)
    photograph(old, "old-profile-page")
    old.get_by_role("button", name="Change").click()
    expect(old.get_by_role("status")).to_have_text("Your password has changed.")
    photograph(old, "old-profile-page-changed")

    new = fresh_context().new_page()
    new.goto(f"{stack.cms_url}/articles")
    type_in(new, RESET)
    expect(new.get_by_role("alert")).to_contain_text("Incorrect username or password")
    type_in(new, CHANGED)
    assert_greeted(new)
