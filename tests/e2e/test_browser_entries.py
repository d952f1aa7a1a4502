"""Pages of the auth service's own sign-in in Chromium: axe finds no barrier, by keyboard too."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from authcore.domain.model.challenges import (
    Choice,
    Code,
    CustomAnswer,
    NewPassword,
    PasskeyAssertion,
    TotpSetup,
)
from authcore.testing.fakes.password_authentication import Step
from doors.password_web_world import JANE, PASSWORD, PasswordWebWorld
from e2e.conftest import Photographer
from e2e.test_browser_pages import DESK, PHONE, URL, Written, barriers
from unit.asgi_calls import PAGE, Answer


pytestmark = pytest.mark.browser

MESSAGE: Final = Step("EMAIL_OTP", Code("1"), {"CODE_DELIVERY_DESTINATION": "j***@t***"})
PASSKEY: Final = Step(
    "WEB_AUTHN", PasskeyAssertion("{}"), {"CREDENTIAL_REQUEST_OPTIONS": '{"challenge":"YQ"}'}
)
NEW: Final = Step(
    "NEW_PASSWORD_REQUIRED",
    NewPassword("a"),
    {"requiredAttributes": '["userAttributes.given_name"]'},
)
STEPS: Final = {
    "message": MESSAGE,
    "app": Step("SOFTWARE_TOKEN_MFA", Code("1")),
    "new-password": NEW,
    "passkey": PASSKEY,
    "setup": Step("MFA_SETUP", TotpSetup("1")),
    "custom": Step("CUSTOM_CHALLENGE", CustomAnswer("1")),
    "mfa": Step("SELECT_MFA_TYPE", Choice("SMS_MFA"), {"MFAS_CAN_CHOOSE": '["SMS_MFA"]'}),
}
ENGLISH: Final = ("first", "choice", "setup")
GERMAN: Final = ("wrong", "new-password")

VIEWS: Final = [
    pytest.param("en", "light", PHONE, ENGLISH, id="en-light-phone"),
    pytest.param("de", "dark", DESK, GERMAN, id="de-dark-desk"),
    pytest.param("de", "light", PHONE, None, id="de-light-phone", marks=pytest.mark.whole),
    pytest.param("en", "dark", DESK, None, id="en-dark-desk", marks=pytest.mark.whole),
]


def answers(language: str) -> list[tuple[str, Answer]]:
    """Every page of a sign-in; in a thread of their own, as Playwright's loop has this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: list(_answers(language))).result()


def _answers(language: str) -> Iterator[tuple[str, Answer]]:
    world = PasswordWebWorld(factors=[PASSKEY, MESSAGE], PASSWORD_FLOW="USER_AUTH")
    spoken = ("accept-language", language)
    post = {"headers": (("origin", "https://auth.example.com"), spoken), "accept": PAGE}
    yield "first", world.visit(PASSWORD, headers=[PAGE, spoken])
    yield "wrong", world.type_in("wrong", **post)  # type: ignore[arg-type]
    choose = {"username": JANE, "factor": "choose"}
    yield "choice", world.post(PASSWORD, choose, **post)  # type: ignore[arg-type]
    for name, step in STEPS.items():
        one = PasswordWebWorld(steps=[step], PAGES_NAME="Thornfield")
        yield name, one.type_in(**post)  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "scheme", "screen", "names"), VIEWS)
def test_no_page_of_a_sign_in_has_a_barrier(
    chromium: Browser,
    language: str,
    scheme: str,
    screen: ViewportSize,
    names: tuple[str, ...] | None,
    photograph: Photographer,
) -> None:
    context = chromium.new_context(viewport=screen, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, answer in answers(language):
        if names is None or name in names:
            found[name] = barriers(page, Written(answer.text, dict(answer.headers)))
            photograph(page, f"entries-{name}-{language}-{scheme}-{screen['width']}")
    context.close()

    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) == len(names or (*STEPS, "first", "wrong", "choice"))


def test_the_first_field_has_the_focus_and_tab_goes_on_in_order(chromium: Browser) -> None:
    answer = dict(answers("en"))["first"]
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.route(URL, lambda route: route.fulfill(body=answer.text, headers=dict(answer.headers)))
    page.goto(URL)

    expect(page.locator("#username")).to_be_focused()
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name || document.activeElement.type"))
    context.close()

    assert order[:3] == ["password", "submit", "factor"]
