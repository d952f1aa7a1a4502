"""The auth service's own sign-in page in Chromium: password, authenticator app, code, passkey."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from authcore.adapters.cognito.client import unsigned_cognito_client
from authcore.domain.model.urls import ServiceUrl
from authcore_local.addresses import CLIENT_ID, REGION, Ports
from authcore_local.cognito.app_client_secrets import secret_hash
from authcore_local.cognito.user_pool.software_tokens import STEP_SECONDS, SoftwareToken
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from support.gate import AMPLE


pytestmark = pytest.mark.browser

JANE: Final = SEED_USERS[0]
SECRET: Final = SoftwareToken(b"an authenticator app of a test--")
RIGHT: Final = "Right-Password-1"
AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), own_sign_in_page=True) as stack:
        yield stack


def enrol(stack: LocalStack, name: str, **changes: Any) -> None:
    """A confirmed user of the pool with a verified address."""
    profile = {"email": f"{name}@example.com", "email_verified": "true", "name": name.title()}
    stack.cognito.users.create(name, RIGHT, status="CONFIRMED", attributes=profile)
    stack.cognito.users.change(name, lambda user: attrs.evolve(user, **changes))


def open_page(stack: LocalStack, page: Page) -> None:
    """From the public page of the CMS."""
    page.goto(f"{stack.cms_url}/")
    page.get_by_role("link", name="Sign in on our own page").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def type_in(page: Page, username: str, password: str = RIGHT) -> None:
    page.get_by_label("E-mail address or user name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def assert_signed_in(stack: LocalStack, page: Page, name: str) -> None:
    expect(page).to_have_url(f"{stack.cms_url}/articles")
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()


def app_code(stack: LocalStack) -> str:
    """What the authenticator app shows after its next change."""
    stack.clock.advance(timedelta(seconds=STEP_SECONDS))
    return SECRET.code_at(int(stack.clock.now().timestamp()) // STEP_SECONDS)


def test_a_user_of_the_old_system_is_migrated_by_the_first_password_on_this_page(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    page = context.new_page()
    open_page(stack, page)
    photograph(page, "own-page")
    type_in(page, JANE.username, "not-her-password")
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    photograph(page, "own-page-wrong")

    type_in(page, JANE.username, JANE.password)

    assert_signed_in(stack, page, str(JANE.display_name))
    expect(page.locator("#legacy-uid")).to_have_text(JANE.userid)
    assert not [each for each in context.cookies() if "challenge" in each.get("name", "")]


def test_a_code_of_an_authenticator_app_completes_the_sign_in(
    stack: LocalStack, context: BrowserContext, photograph: Photographer
) -> None:
    factor = frozenset(["SOFTWARE_TOKEN_MFA"])
    enrol(stack, "adele", software_token=SECRET, mfa=factor, preferred_mfa="SOFTWARE_TOKEN_MFA")
    page = context.new_page()
    open_page(stack, page)
    type_in(page, "adele")

    expect(page.get_by_role("heading", name="authenticator app")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    photograph(page, "own-page-totp")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(app_code(stack))
    page.keyboard.press("Enter")

    assert_signed_in(stack, page, "Adele")


def test_a_temporary_password_is_replaced_by_one_that_the_pool_accepts(
    stack: LocalStack, context: BrowserContext
) -> None:
    enrol(stack, "bertha", status="FORCE_CHANGE_PASSWORD")
    page = context.new_page()
    open_page(stack, page)
    type_in(page, "bertha")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not accepted")
    page.get_by_label("New password").fill("A-New-Password-1")
    page.get_by_role("button", name="Save and sign in").click()

    assert_signed_in(stack, page, "Bertha")


def test_without_a_password_a_code_comes_by_mail(
    stack: LocalStack, context: BrowserContext
) -> None:
    enrol(stack, "helen")
    page = context.new_page()
    open_page(stack, page)
    page.get_by_label("E-mail address or user name").fill("helen")
    page.get_by_role("button", name="Sign in without a password").click()
    page.get_by_role("button", name="Send a code by e-mail").click()

    page.get_by_label("Code").fill(stack.cognito.outbox.messages()[0].code)
    page.get_by_role("button", name="Continue").click()

    assert_signed_in(stack, page, "Helen")


@pytest.fixture(name="authenticator")
def _authenticator(context: BrowserContext) -> Iterator[tuple[Page, CDPSession]]:
    """A page, and the virtual authenticator of its browser."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page, devtools
    devtools.detach()


def register_passkey(stack: LocalStack, page: Page, name: str) -> None:
    """As a page of the team's own would, by the pool's API."""
    parameters = {
        "USERNAME": name,
        "PASSWORD": RIGHT,
        "SECRET_HASH": secret_hash(
            stack.environment["AUTHCORE_SIGN_IN_CLIENT_SECRET"], f"{name}{CLIENT_ID}"
        ),
    }
    pool: Any = unsigned_cognito_client(
        region=REGION,
        endpoint_url=ServiceUrl(stack.addresses.cognito_server_url),
        within=AMPLE,
    )
    begun = pool.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters, ClientId=CLIENT_ID
    )
    token = begun["AuthenticationResult"]["AccessToken"]
    started = pool.start_web_authn_registration(AccessToken=token)
    page.goto(f"{stack.auth_url}/auth/password")
    made = page.evaluate(
        """async (options) => {
          const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
          return JSON.stringify((await navigator.credentials.create({publicKey})).toJSON());
        }""",
        started["CredentialCreationOptions"],
    )
    pool.complete_web_authn_registration(AccessToken=token, Credential=json.loads(made))


def test_a_passkey_signs_in_without_a_password(
    stack: LocalStack, authenticator: tuple[Page, CDPSession], photograph: Photographer
) -> None:
    page, _ = authenticator
    enrol(stack, "diana")
    register_passkey(stack, page, "diana")
    open_page(stack, page)
    page.get_by_label("E-mail address or user name").fill("diana")
    page.get_by_role("button", name="Sign in without a password").click()
    photograph(page, "own-page-choice")
    page.get_by_role("button", name="Passkey").click()
    expect(page.get_by_role("heading", name="Use your passkey")).to_be_visible()
    photograph(page, "own-page-passkey")
    page.get_by_role("button", name="Use passkey").click()

    assert_signed_in(stack, page, "Diana")


def test_a_device_without_the_passkey_signs_nobody_in(
    stack: LocalStack, authenticator: tuple[Page, CDPSession]
) -> None:
    page, devtools = authenticator
    enrol(stack, "grace")
    register_passkey(stack, page, "grace")
    devtools.send("WebAuthn.disable")
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    open_page(stack, page)
    page.get_by_label("E-mail address or user name").fill("grace")
    page.get_by_role("button", name="Sign in without a password").click()
    page.get_by_role("button", name="Passkey").click()
    page.get_by_role("button", name="Use passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("passkey was not used")
    page.goto(f"{stack.cms_url}/articles")
    expect(page).not_to_have_url(f"{stack.cms_url}/articles")


SIBLING: Final = """<!doctype html><title>t</title>
<form method="post" action="{url}"><input name="username" value="mallory">
<input name="password" value="{password}"></form>
<script>
document.cookie = "__Host-authcore_challenge=planted; Domain=authcore.localhost; Path=/; Secure";
document.cookie = "__Host-authcore_challenge=planted; Path=/; Secure";
document.forms[0].submit();
</script>"""


def test_a_sibling_subdomain_signs_no_browser_in_and_plants_no_challenge(
    stack: LocalStack, context: BrowserContext
) -> None:
    """VA-07: login CSRF from a host of the same site, whose cookies the browser sends along."""
    enrol(stack, "mallory")
    evil = "http://evil.authcore.localhost/"
    body = SIBLING.format(url=f"{stack.auth_url}/auth/password", password=RIGHT)
    context.route(evil, lambda route: route.fulfill(body=body, content_type="text/html"))
    page = context.new_page()
    with page.expect_response(f"{stack.auth_url}/auth/password") as refused:
        page.goto(evil)

    assert refused.value.status == 403
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    sent = context.cookies(stack.auth_url)
    assert [each for each in sent if "authcore" in each.get("name", "")] == []
