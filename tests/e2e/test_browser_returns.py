"""Back buttons, restored tabs, prefetches and a new cookie domain, in Debian's chromium."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from authcore_local.addresses import COOKIE_DOMAIN, HERE, HOSTS, Ports
from authcore_local.stack import LocalStack
from e2e.test_browser import JANE, assert_greeted, type_in


pytestmark = pytest.mark.browser

NARROW = f"shop.{COOKIE_DOMAIN}"
CALLBACK = "/auth/signin/callback?"


@pytest.fixture(name="stack", scope="module")
def _stack() -> Iterator[LocalStack]:
    """Its hosts are below both cookie domains."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("authcore_local.addresses.CMS_HOST", f"cms.{NARROW}")
        patch.setattr("authcore_local.cms.CMS_HOST", f"cms.{NARROW}")
        patch.setattr("authcore_local.addresses.AUTH_HOST", f"auth.{NARROW}")
        patch.setitem(HOSTS, "cms", (f"cms.{NARROW}", *HERE))
        with LocalStack(ports=Ports.free(), cuts_off_at_once=False) as stack:
            yield stack


def articles(stack: LocalStack) -> str:
    return f"{stack.cms_url}/articles"


def signed_in(stack: LocalStack, context: BrowserContext) -> tuple[Page, str]:
    """A page of somebody who is signed in, and the callback that led there."""
    page = context.new_page()
    passed: list[str] = []
    page.on("request", lambda each: passed.append(each.url))
    page.goto(articles(stack))
    type_in(page, JANE.password)
    assert_greeted(page)
    [callback] = [url for url in passed if CALLBACK in url]
    return page, callback


def test_the_back_button_and_a_restored_tab_end_on_the_page(
    stack: LocalStack, context: BrowserContext
) -> None:
    # SP-01, SP-09
    page, callback = signed_in(stack, context)

    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    type_in(page, JANE.password)
    expect(page).to_have_url(articles(stack))
    assert_greeted(page)
    page.goto(callback)
    expect(page).to_have_url(articles(stack))

    context.clear_cookies(name=re.compile("__Secure-authcore"))
    page.goto(callback)  # begins again; Cognito remembers the browser
    expect(page).to_have_url(articles(stack))
    assert_greeted(page)


def prefetched(origin: str, urls: list[str], context: BrowserContext) -> list[int]:
    """What the browser gets for *urls*, which a page of *origin* has it prefetch."""
    page, answered = context.new_page(), dict[str, int]()

    def note(response: Response) -> None:
        answered[response.url] = response.status

    links = "".join(f'<link rel="prefetch" href="{url}">' for url in urls)
    page.route(f"{origin}/links", lambda route: route.fulfill(body=links, content_type="text/html"))
    page.on("response", note)
    page.goto(f"{origin}/links")
    while not answered.keys() >= {*urls}:
        page.wait_for_event("response", predicate=lambda each: each.url in urls)
    return [answered[url] for url in urls]


def test_pages_that_are_prefetched_leave_the_sign_in_of_the_user(
    stack: LocalStack, context: BrowserContext
) -> None:
    # SP-09
    page = context.new_page()
    page.goto(articles(stack))
    expect(page.get_by_label("Password")).to_be_visible()
    held = context.cookies(stack.auth_url)

    guarded = [f"{articles(stack)}?page={number}" for number in range(10)]
    assert prefetched(stack.cms_url, guarded, context) == [401] * 10
    begins = [f"{stack.auth_url}/auth/signin?lang={language}" for language in ("en", "de")]
    assert prefetched(stack.auth_url, begins, context) == [503] * 2

    assert context.cookies(stack.auth_url) == held
    type_in(page, JANE.password)
    expect(page).to_have_url(articles(stack))


def domains(context: BrowserContext) -> set[str]:
    return {c["domain"] for c in context.cookies() if c["name"].startswith("__Secure-authcore")}


def test_a_new_cookie_domain_signs_nobody_out_and_a_sign_out_is_one(
    stack: LocalStack, context: BrowserContext
) -> None:
    # CK-06, CK-07, RF-06
    page, _ = signed_in(stack, context)
    assert domains(context) == {f".{COOKIE_DOMAIN}"}
    stack.rebuild(
        {"AUTHCORE_COOKIE_DOMAIN": NARROW, "AUTHCORE_COOKIE_FORMER_DOMAINS": COOKIE_DOMAIN}
    )
    page.goto(articles(stack))
    assert_greeted(page)
    stack.clock.advance(stack.lifetimes.access + timedelta(minutes=1))
    page.goto(articles(stack))
    assert_greeted(page)
    assert domains(context) == {f".{NARROW}"}

    page.goto(f"{stack.auth_url}/auth/signout")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(stack.addresses.signed_out_url)
    assert domains(context) == set()
    page.goto(articles(stack))
    expect(page.get_by_label("Password")).to_be_visible()
