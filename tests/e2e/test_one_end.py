"""An administrator ends every session of a user who also carries the old login's cookie."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from authcore.adapters.http import HttpClient
from authcore_local.addresses import CMS_HOST, LOOPBACK, Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser, Form
from e2e.visitor import Visitor
from support.gate import AMPLE


JANE = SEED_USERS[0]


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    """Jane, signed in by both logins in one browser."""
    visitor = Visitor(stack)
    page = visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
    assert page.text_of("legacy-uid") == JANE.userid
    sign_in_by_the_old_login(visitor.browser, stack)
    yield visitor
    visitor.browser.close()


def sign_in_by_the_old_login(browser: Browser, stack: LocalStack) -> None:
    form = browser.get(f"{stack.addresses.legacy_site_url}/login").form
    assert form is not None
    browser.send(Form(form.url, {"username": JANE.username, "password": JANE.password}))


def end_everything(stack: LocalStack) -> None:
    http = HttpClient(within=AMPLE, max_bytes=262_144)
    http.request(
        "POST",
        f"http://{LOOPBACK}:{stack.addresses.ports.cms}/flow/people",
        headers={
            "host": CMS_HOST,
            "content-type": "application/x-www-form-urlencoded",
            "origin": stack.cms_url,
        },
        content=urlencode({"act": "sign_out_everywhere", "who": JANE.username}).encode(),
    )
    http.close()


def said(browser: Browser, stack: LocalStack) -> tuple[int, str]:
    """What the auth service says of the browser's session: status, and reason or login."""
    page = browser.get(f"{stack.auth_url}/auth/session", accept="application/json")
    member = ("user", "login") if page.status == 200 else ("reason",)
    return page.status, str(page.member(*member))


def test_no_request_gets_in_by_the_old_login_until_the_user_signs_in_by_the_new_one(
    stack: LocalStack, visitor: Visitor
) -> None:
    # RF-08
    assert said(visitor.browser, stack) == (200, "cognito")

    end_everything(stack)

    refused = [said(visitor.browser, stack) for _ in range(3)]
    assert refused == [(401, "session_revoked"), *[(401, "no_session")] * 2]
    assert visitor.browser.get(f"{stack.cms_url}/articles").status == 302
    stack.clock.advance(timedelta(minutes=1))
    visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
    assert said(visitor.browser, stack) == (200, "cognito")


def test_a_browser_with_the_old_login_only_is_refused_too(
    stack: LocalStack, visitor: Visitor
) -> None:
    # RF-08
    other = Visitor(stack).browser
    sign_in_by_the_old_login(other, stack)
    assert said(other, stack) == (200, "legacy")

    end_everything(stack)

    assert [said(other, stack) for _ in range(2)] == [(401, "session_revoked")] * 2
    assert other.get(f"{stack.cms_url}/articles").status == 302
    other.close()
