"""The local Cognito's ``/logout``: where it sends browsers, and what it forgets."""

from collections.abc import Iterator

import pytest

from authcore_local.cognito.hosted_ui.hosted_ui import SESSION_COOKIE
from support.local_pool import CALLBACK, CLIENT_ID, PASSWORD, Browser, LocalPool, code_of, sent_to
from support.local_refresh import at_the_token_endpoint


GOODBYE = "http://127.0.0.1:8401/auth/signed-out"
TO_GOODBYE = {"client_id": CLIENT_ID, "logout_uri": GOODBYE}
BACK = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code"}


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool(logout_urls=(GOODBYE, "http://127.0.0.1:8400/")) as pool:
        yield pool


@pytest.fixture
def browser(pool: LocalPool) -> Browser:
    """Signed in."""
    browser = Browser(pool)
    browser.sign_in("anna", PASSWORD)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return sent_to(browser.authorize())[0] == CALLBACK


def test_it_leads_to_a_registered_address_and_the_browser_is_forgotten(browser: Browser) -> None:
    # RF-06
    assert is_signed_in(browser)

    assert sent_to(browser.get("/logout", TO_GOODBYE)) == (GOODBYE, {})
    assert not is_signed_in(browser)


def test_the_cookie_is_cleared_as_it_was_set(browser: Browser) -> None:
    answer = browser.get("/logout", TO_GOODBYE)
    cleared = answer.header("set-cookie") or ""

    assert cleared.startswith(f'{SESSION_COOKIE}=""; ')
    assert {"Max-Age=0", "Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {*cleared.split("; ")}


def test_a_copy_of_the_cookie_is_worth_nothing_afterwards(
    pool: LocalPool, browser: Browser
) -> None:
    copied = browser.cookies.header("127.0.0.1")
    browser.get("/logout", TO_GOODBYE)
    answer = pool.http.request(
        "GET",
        f"{pool.url}/oauth2/authorize?client_id={CLIENT_ID}&response_type=code"
        f"&redirect_uri={CALLBACK}",
        headers={"cookie": copied},
    )

    assert sent_to(answer)[0] == "/login"


def test_it_leads_back_to_the_sign_in_page_with_the_documented_parameters(
    browser: Browser,
) -> None:
    more = {"state": "s 1", "scope": "openid", "nonce": "n", "lang": "de"}
    location, query = sent_to(browser.get("/logout", {**BACK, **more}))
    del more["lang"]

    assert (location, query) == ("/login", {**BACK, **more})
    assert not is_signed_in(browser)
    assert browser.get("/login", query).status == 200


def test_the_logout_uri_wins(browser: Browser) -> None:
    assert sent_to(browser.get("/logout", {**BACK, **TO_GOODBYE})) == (GOODBYE, {})


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"logout_uri": GOODBYE},
        {"client_id": CLIENT_ID},
        {**TO_GOODBYE, "client_id": "other"},
        *({**TO_GOODBYE, "logout_uri": uri} for uri in ("", f"{GOODBYE}/", f"{GOODBYE}?a=b")),
        {**TO_GOODBYE, "logout_uri": "https://evil.example/"},
        {**TO_GOODBYE, "logout_uri": CALLBACK},
        {**BACK, "logout_uri": "https://evil.example/"},
        {**BACK, "redirect_uri": "https://evil.example/"},
        {**BACK, "redirect_uri": GOODBYE},
    ],
)
def test_an_unknown_client_or_address_leads_nowhere_and_signs_nobody_out(
    browser: Browser, query: dict[str, str]
) -> None:
    answer = browser.get("/logout", query)

    assert (answer.status, answer.header("location")) == (400, None)
    assert is_signed_in(browser)


def test_a_bad_request_for_the_sign_in_page_is_told_to_the_client_and_signs_nobody_out(
    browser: Browser,
) -> None:
    location, query = sent_to(browser.get("/logout", {**BACK, "response_type": "token"}))

    assert (location, query["error"]) == (CALLBACK, "unauthorized_client")
    assert is_signed_in(browser)


def test_a_parameter_given_twice_leads_nowhere(browser: Browser) -> None:
    query = f"client_id={CLIENT_ID}&logout_uri={GOODBYE}&logout_uri=https://evil.example/"

    assert browser.get(f"/logout?{query}").status == 400


def test_a_browser_that_is_not_signed_in_is_led_there_too(pool: LocalPool) -> None:
    assert sent_to(Browser(pool).get("/logout", TO_GOODBYE)) == (GOODBYE, {})


def test_tokens_are_not_revoked_by_it(pool: LocalPool) -> None:
    browser = Browser(pool)
    code = code_of(browser.sign_in("anna", PASSWORD))
    tokens = pool.redeem(code).body.decode()
    browser.get("/logout", TO_GOODBYE)
    token = tokens.partition('"refresh_token":"')[2].partition('"')[0]

    assert at_the_token_endpoint(pool, token).access_token


def test_only_get_is_served(pool: LocalPool) -> None:
    assert pool.post("/logout", TO_GOODBYE).status == 405


def test_signing_out_everywhere_leaves_managed_login_signed_in(
    pool: LocalPool, browser: Browser
) -> None:
    """So that a sign-out has to come through here."""
    pool.administer("AdminUserGlobalSignOut")

    assert is_signed_in(browser)
