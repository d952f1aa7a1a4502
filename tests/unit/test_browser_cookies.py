"""The browser's cookie store that other tests lean on."""

from datetime import timedelta

import pytest

from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock


AUTH = "auth.example.com"
CMS = "cms.example.com"


def test_a_domain_cookie_goes_to_every_host_below_and_to_no_other() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Domain=example.com; Path=/; Secure"], AUTH)
    assert browser.header(CMS) == browser.header("example.com") == "a=1"
    assert browser.header("example.com.evil.org") == browser.header("notexample.com") == ""


def test_a_cookie_without_domain_goes_to_its_own_host_only() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Path=/"], AUTH)
    assert browser.header(AUTH) == "a=1"
    assert browser.header(CMS) == browser.header("x." + AUTH) == ""


def test_a_secure_cookie_does_not_travel_in_the_clear() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Path=/; Secure", "b=2; Path=/"], AUTH)
    assert browser.header(AUTH, secure=False) == "b=2"


@pytest.mark.parametrize(
    "refused",
    [
        "__Host-a=1; Path=/",
        "__Host-a=1; Path=/; Secure; Domain=example.com",
        "__Host-a=1; Path=/x; Secure",
        "__host-a=1; Secure",
        "__Secure-a=1; Path=/",
        "a=1; Domain=example.org",
        "a=1; Domain=cms.example.com",
        "a=" + "x" * 4096,
        "nameless",
    ],
)
def test_what_a_browser_refuses_is_not_kept(refused: str) -> None:
    browser = BrowserCookies()
    browser.apply([refused], AUTH)
    assert browser.header(AUTH) == ""
    assert len(browser.refused) == 1


def test_name_and_value_of_4096_bytes_together_are_taken() -> None:
    browser = BrowserCookies()
    browser.apply(["a=" + "x" * 4095], AUTH)
    assert len(browser.header(AUTH)) == 4097


def test_a_cookie_of_another_path_or_domain_shadows_instead_of_replacing() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Domain=example.com; Path=/"], AUTH)
    browser.apply(["a=2; Domain=example.com; Path=/app"], CMS)
    browser.apply(["a=3; Path=/"], AUTH)
    assert browser.header(AUTH, path="/app/x") == "a=2; a=1; a=3"
    assert browser.header(AUTH, path="/apple") == "a=1; a=3"


def test_max_age_ends_a_cookie_and_zero_deletes_it() -> None:
    clock = FrozenClock()
    browser = BrowserCookies(clock)
    browser.apply(["a=1; Path=/; Max-Age=60", "b=2; Path=/; Max-Age=60", "c=3; Path=/"], AUTH)
    browser.apply(["b=; Path=/; Max-Age=0"], AUTH)
    assert browser.header(AUTH) == "a=1; c=3"
    clock.advance(timedelta(seconds=60))
    assert browser.header(AUTH) == "c=3"


def test_expires_counts_where_max_age_is_missing() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Path=/"], AUTH)
    browser.apply(["a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], AUTH)
    assert browser.header(AUTH) == ""


def test_an_attribute_of_more_than_1024_bytes_does_not_count() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1; Path=/" + "x" * 1023, "b=2; Path=/" + "x" * 1024], AUTH, path="/app/x")
    assert browser.header(AUTH, path="/app") == "b=2"
    assert browser.header(AUTH, path="/" + "x" * 1023) == "a=1"


def test_a_cookie_without_path_belongs_to_the_folder_of_the_request() -> None:
    browser = BrowserCookies()
    browser.apply(["a=1"], AUTH, path="/auth/signin")
    assert browser.header(AUTH, path="/auth/callback") == "a=1"
    assert browser.header(AUTH) == browser.header(AUTH, path="/authority") == ""
