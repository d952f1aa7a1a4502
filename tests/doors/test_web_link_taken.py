"""Sign-ins that were refused another user's account: no session, and a page that says how to."""

from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from doors.connect_web_world import CONNECT_URL, COOKIE, ConnectWebWorld, parse
from doors.door_world import SIGNIN_URL
from doors.web_world import AUTH_HOST, DEEP_LINK
from unit.asgi_calls import PROGRAM


TARGET = quote(DEEP_LINK, safe="")


@pytest.fixture
def world() -> ConnectWebWorld:
    return ConnectWebWorld()


def test_no_session_begins_and_the_page_says_how_to_sign_in(world: ConnectWebWorld) -> None:
    # AL-11, SP-03
    page = world.sign_in_with_apple()

    assert page.status == 403
    assert "Please sign in the way you did before" in page.text
    assert "Apple sign-in is not connected" in page.text
    link = f"{SIGNIN_URL}?redirect={TARGET}&prompt=login&provider=COGNITO"
    assert f'href="{link}"' in unescape(page.text)
    assert world.cookie_names == {COOKIE}
    assert world.visit("/auth/session").status == 401


def test_the_page_tells_nothing_about_the_other_account(world: ConnectWebWorld) -> None:
    page = world.sign_in_with_apple()

    for secret in ("1847", "jane", world.native.subject, world.external.subject):
        assert secret not in page.text


def test_the_link_asks_cognito_for_a_sign_in_even_where_it_remembers_the_browser(
    world: ConnectWebWorld,
) -> None:
    world.sign_in_with_apple()

    asked = parse(world.visit(f"/auth/signin?redirect={TARGET}&prompt=login&provider=COGNITO"))

    assert (asked["prompt"], asked["identity_provider"]) == ("login", "COGNITO")


@pytest.mark.parametrize("prompt", ["none", "", "consent", "login&prompt=login"])
def test_no_other_prompt_is_passed_on(world: ConnectWebWorld, prompt: str) -> None:
    # SP-07
    answer = world.visit(f"/auth/signin?prompt={prompt}", headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "login_parameter")


def test_the_refresh_token_of_the_refused_user_is_revoked(world: ConnectWebWorld) -> None:
    # RF-06
    world.sign_in_with_apple()

    assert world.revoker.revoked == ["refresh-token-000001"]


def test_a_token_that_cannot_be_revoked_changes_nothing(world: ConnectWebWorld) -> None:
    world.revoker.available = False

    page = world.sign_in_with_apple()

    assert page.status == 403
    assert world.cookie_names == {COOKIE}
    assert ("connect.revoke", "unavailable") in [(e.action, e.outcome) for e in world.audit.events]


def test_a_program_gets_the_reason(world: ConnectWebWorld) -> None:
    answer = world.sign_in_with_apple(headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (403, "link_taken")


def test_it_is_recorded(world: ConnectWebWorld) -> None:
    world.sign_in_with_apple()

    told = [(e.action, e.outcome, e.reason, e.subject) for e in world.audit.events]
    assert told[-2:] == [
        ("connect.offer", "accepted", "ok", world.external.subject),
        ("sign_in.complete", "rejected", "link_taken", None),
    ]


def test_the_session_of_the_browser_stays_and_continues_at_the_question(
    world: ConnectWebWorld,
) -> None:
    # SP-02
    world.sign_in_as()

    answer = world.sign_in_with_apple()

    assert (answer.status, answer.header("location")) == (302, CONNECT_URL)
    assert world.session_user["user"]["subject"] == world.native.subject
    assert [value.partition("=")[0] for value in answer.all("set-cookie")].count(COOKIE) == 1


def test_the_session_of_another_external_user_stays_beside_the_page(
    world: ConnectWebWorld,
) -> None:
    google = [{"providerName": "Google", "userId": "1", "primary": "true"}]
    world.sign_in_as(identities=google)

    page = world.sign_in_with_apple()

    assert page.status == 403
    assert world.session_user["user"]["subject"] == world.native.subject


def test_where_connecting_is_off_the_page_offers_nothing(world: ConnectWebWorld) -> None:
    world = ConnectWebWorld(CONNECT_ACCOUNTS="off")

    page = world.sign_in_with_apple()

    assert page.status == 403
    assert "Apple sign-in is not connected" in page.text
    assert "connect the two" not in page.text
    assert f'href="{SIGNIN_URL}?redirect={TARGET}&prompt=login"' in unescape(page.text)
    assert world.cookie_names == set()
    assert world.revoker.revoked == ["refresh-token-000001"]


def test_a_native_user_without_the_account_is_told_of_other_ways(world: ConnectWebWorld) -> None:
    # AL-11
    page = world.sign_in_as(authcore_link="link_taken")

    assert page.status == 403
    assert "you opened it in another way" in page.text
    assert world.cookie_names == set()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "jane@thornfield.example."},
        {"email": None},
        {"identities": None},
        {"identities": []},
        {"identities": "no list"},
        {"identities": [{"providerName": "Apple", "primary": "true"}]},
        {"identities": [{"providerName": "Apple", "userId": "1", "primary": "false"}]},
        {"cognito:username": None},
    ],
)
def test_a_token_that_leaves_a_doubt_offers_nothing(world: ConnectWebWorld, claims: Any) -> None:
    # AL-01, AL-03
    page = world.sign_in_with_apple(**claims)

    assert page.status == 403
    assert world.cookie_names == set()


def test_a_provider_whose_name_is_no_text_for_a_page_is_not_named(world: ConnectWebWorld) -> None:
    name = "<script>alert(1)</script>"

    page = world.sign_in_with_apple(
        identities=[{"providerName": name, "userId": "1", "primary": "true"}]
    )

    assert "script" not in page.text
    assert "this sign-in is not connected" in page.text


def test_a_ticket_lasts_ten_minutes_from_the_sign_in(world: ConnectWebWorld) -> None:
    world.sign_in_with_apple()

    world.clock.advance(timedelta(minutes=10))

    assert world.browser.header(AUTH_HOST) == ""


def test_a_sign_in_that_cognito_remembered_is_repeated_with_a_prompt(
    world: ConnectWebWorld,
) -> None:
    long_ago = int((world.clock.now() - timedelta(minutes=11)).timestamp())
    asked = parse(world.visit(f"/auth/signin?redirect={TARGET}&provider=SignInWithApple"))
    tokens = world.issued_at(long_ago, asked["nonce"])

    again = parse(world.visit(world.issue(asked, tokens)))

    assert (again["prompt"], again["identity_provider"]) == ("login", "SignInWithApple")
    assert COOKIE not in world.cookie_names


def test_it_is_repeated_once(world: ConnectWebWorld) -> None:
    long_ago = int((world.clock.now() - timedelta(minutes=11)).timestamp())
    asked = parse(world.visit(f"/auth/signin?redirect={TARGET}"))
    tokens = world.issued_at(long_ago, asked["nonce"])
    again = parse(world.visit(world.issue(asked, tokens)))
    tokens = world.issued_at(long_ago, again["nonce"])

    page = world.visit(world.issue(again, tokens))

    assert page.status == 403
    assert "Please sign in the way you did before" in page.text
    assert world.cookie_names == set()


@pytest.mark.parametrize("refusal", [None, "", "link_locked", ["link_taken"], True])
def test_any_other_claim_changes_nothing(world: ConnectWebWorld, refusal: object) -> None:
    assert world.sign_in_with_apple(authcore_link=refusal).header("location") == DEEP_LINK
    assert world.session_user["user"]["subject"] == world.external.subject
