"""``/auth/connect``: a button that makes one user of two, and nothing else that does."""

from datetime import timedelta
from html import unescape

import attrs
import pytest

from authcore.testing.browser import BrowserCookies
from doors.connect_web_world import (
    CONNECT,
    CONNECT_URL,
    COOKIE,
    EMAIL,
    ConnectWebWorld,
)
from doors.door_world import FRONT_PAGE, SIGNIN_URL
from doors.live_web_world import AUTH_ORIGIN, CMS_ORIGIN
from doors.web_world import AUTH_HOST, DEEP_LINK
from unit.asgi_calls import PROGRAM


@pytest.fixture
def world() -> ConnectWebWorld:
    """A browser that went both ways."""
    world = ConnectWebWorld()
    world.sign_in_with_apple()
    world.sign_in_as()
    return world


def test_apple_then_jane_then_the_button_make_one_user_of_two() -> None:
    # AL-05, AL-07, AL-13
    world = ConnectWebWorld()
    assert world.sign_in_with_apple().status == 403
    assert world.sign_in_as(provider="COGNITO").header("location") == CONNECT_URL
    page = world.visit(CONNECT)
    assert "Connect Apple with your account?" in page.text
    assert "You are signed in as Jane Eyre." in page.text
    assert world.users == ["jane", world.external.username]

    answer = world.press(page)

    assert (answer.status, answer.header("location")) == (303, DEEP_LINK)
    assert world.is_connected
    assert world.users == ["jane"]
    assert COOKIE not in world.cookie_names
    assert world.session_user["user"]["legacy_uid"] == "1847"


STORED = {"STORE_TABLE": "sessions", "STORE_ENDPOINT_URL": "http://localhost:1"}


@pytest.mark.parametrize(("cookie_format", "more"), [("plain", {}), ("stored", STORED)])
def test_in_every_format_of_the_session(cookie_format: str, more: dict[str, str]) -> None:
    # AL-13
    world = ConnectWebWorld(COOKIE_FORMAT=cookie_format, **more)
    world.sign_in_with_apple()
    assert world.sign_in_as().header("location") == CONNECT_URL

    assert world.press().header("location") == DEEP_LINK
    assert world.is_connected
    assert world.session_user["user"]["legacy_uid"] == "1847"


def test_jane_first_then_apple_and_the_button() -> None:
    # AL-05
    world = ConnectWebWorld()
    world.sign_in_as()
    assert world.sign_in_with_apple().header("location") == CONNECT_URL

    assert world.press().header("location") == DEEP_LINK
    assert world.is_connected


def test_it_is_recorded_with_both_users(world: ConnectWebWorld) -> None:
    world.press()

    told = [
        (e.action, e.outcome, e.reason, e.subject, e.other_subject)
        for e in world.audit.events
        if e.action in ("connect.delete", "connect.link")
    ]
    both = (world.native.subject, world.external.subject)
    assert told == [
        ("connect.delete", "accepted", "ok", *both),
        ("connect.link", "accepted", "ok", *both),
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_changes_nothing_and_has_a_way_to_leave_it(
    world: ConnectWebWorld, method: str
) -> None:
    # RF-07
    answer = world.visit(CONNECT, method=method)

    assert answer.status == 200
    assert answer.all("set-cookie") == []
    assert not world.is_connected
    assert len(world.users) == 2
    if method == "GET":
        assert f'href="{DEEP_LINK}">Not now</a>' in unescape(answer.text)


def test_the_page_sends_its_form_to_this_service_and_may_follow_it_to_the_target(
    world: ConnectWebWorld,
) -> None:
    answer = world.visit(CONNECT)

    assert f'<form method="post" action="{CONNECT_URL}">' in answer.text
    policy = answer.header("content-security-policy") or ""
    assert f"form-action 'self' {AUTH_ORIGIN} {CMS_ORIGIN};" in policy
    assert answer.header("referrer-policy") == "same-origin"
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("origin", "https://evil.example")],
        [("origin", CMS_ORIGIN)],
        [("origin", "null")],
        [("origin", "null"), ("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", AUTH_ORIGIN), ("origin", AUTH_ORIGIN)],
        [("referer", CONNECT_URL)],
    ],
)
def test_a_request_of_another_page_connects_nothing(
    world: ConnectWebWorld, headers: list[tuple[str, str]]
) -> None:
    # RF-07: not even one of an application on the redirect allow-list
    answer = world.press(headers=headers, accept="application/json")

    assert (answer.status, answer.json["reason"]) == (403, "cross_site")
    assert not world.is_connected
    assert COOKIE in world.cookie_names


def test_its_page_leads_to_the_button(world: ConnectWebWorld) -> None:
    answer = world.press(headers=[])

    assert answer.status == 403
    assert f'href="{CONNECT_URL}"' in answer.text


def test_pressing_twice_is_harmless(world: ConnectWebWorld) -> None:
    # LT-02
    before = world.browser.header(AUTH_HOST)
    page = world.visit(CONNECT)
    world.press(page)
    world.browser = BrowserCookies(world.clock)
    world.browser.apply([f"{pair}; Secure; Path=/" for pair in before.split("; ")], AUTH_HOST)

    answer = world.press(page)

    assert answer.header("location") == DEEP_LINK
    assert world.users == ["jane"]


def test_after_it_was_connected_there_is_nothing_left_to_connect(world: ConnectWebWorld) -> None:
    page = world.visit(CONNECT)
    world.press(page)

    answer = world.press(page)

    assert answer.status == 400
    assert "There is nothing to connect" in answer.text


def test_the_button_of_a_page_about_another_user_asks_again(world: ConnectWebWorld) -> None:
    """A second window signed another user in meanwhile."""
    page = world.visit(CONNECT)
    other = world.pool.add("eyre", {"email": EMAIL, "email_verified": "true"})
    world.sign_in_as(other)

    answer = world.press(page)

    assert (answer.status, answer.header("location")) == (303, CONNECT_URL)
    assert not world.is_connected
    assert len(world.users) == 3


@pytest.mark.parametrize("body", [b"", b"pair=x", b"pair="])
def test_without_the_right_pair_nothing_is_connected(world: ConnectWebWorld, body: bytes) -> None:
    assert world.press(body=body).header("location") == CONNECT_URL
    assert not world.is_connected


def test_without_a_session_the_page_leads_to_the_sign_in() -> None:
    world = ConnectWebWorld()
    world.sign_in_with_apple()

    answer = world.visit(CONNECT)

    assert answer.status == 401
    assert "Now sign in to your account" in answer.text
    assert f'href="{SIGNIN_URL}?redirect=' in answer.text
    assert "&amp;prompt=login&amp;provider=COGNITO" in answer.text
    assert COOKIE in world.cookie_names


def test_a_session_whose_sign_in_is_too_long_ago_must_sign_in_once_more() -> None:
    world = ConnectWebWorld()
    world.sign_in_as()
    world.clock.advance(timedelta(minutes=10))
    assert world.sign_in_with_apple().header("location") == CONNECT_URL

    assert world.visit(CONNECT).status == 401
    world.sign_in_as(provider="COGNITO")
    assert world.press().header("location") == DEEP_LINK
    assert world.is_connected


def test_a_picture_on_another_site_refreshes_no_session() -> None:
    world = ConnectWebWorld()
    world.sign_in_as()
    world.clock.advance(timedelta(minutes=50))
    world.sign_in_with_apple()
    for headers in ([("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], []):
        answer = world.visit(CONNECT, headers=headers)
        assert answer.status == 401
        assert bool(answer.all("set-cookie")) == (headers == [])


def test_a_session_that_was_revoked_connects_nothing(world: ConnectWebWorld) -> None:
    # RF-09
    page = world.visit(CONNECT)
    now = world.clock.now()
    world.revocations.revoke_user(
        world.native.subject, signed_in_until=now, until=now + timedelta(days=1)
    )

    answer = world.press(page, accept="application/json")

    assert (answer.status, answer.json["reason"]) == (401, "connect_sign_in")
    assert not world.is_connected


def test_after_a_sign_out_there_is_nothing_to_connect(world: ConnectWebWorld) -> None:
    # RF-06
    page = world.visit(CONNECT)
    world.press_sign_out()

    assert COOKIE not in world.cookie_names
    assert world.press(page).status == 400
    assert not world.is_connected


def test_a_session_of_the_old_login_is_no_proof() -> None:
    world = ConnectWebWorld()
    world.sign_in_with_apple()
    world.sign_in_to_legacy()

    assert world.visit(CONNECT).status == 401


def test_on_a_shared_computer_another_person_is_not_asked() -> None:
    # AL-01, AL-13
    world = ConnectWebWorld()
    other = world.pool.add("ben", {"email": "ben@example.com", "email_verified": "true"})
    world.sign_in_with_apple()

    assert world.sign_in_as(other).header("location") == DEEP_LINK

    page = world.visit(CONNECT)
    assert page.status == 403
    assert "These two do not belong together" in page.text
    assert EMAIL not in page.text
    assert world.press(page).status == 403
    assert "ben" in world.users
    assert not world.is_connected


def test_the_pool_has_the_last_word_about_the_address(world: ConnectWebWorld) -> None:
    # AL-01: the session's token still says the old address
    page = world.visit(CONNECT)
    world.pool.set_attributes("jane", {"email": EMAIL, "email_verified": "false"})

    answer = world.press(page, accept="application/json")

    assert (answer.status, answer.json["reason"]) == (403, "connect_address")
    assert len(world.users) == 2
    assert COOKIE in world.cookie_names


def test_a_disabled_native_user_connects_nothing(world: ConnectWebWorld) -> None:
    page = world.visit(CONNECT)
    world.pool.disable("jane")

    answer = world.press(page)

    assert answer.status == 403
    assert "We could not connect the two" in answer.text
    assert f'href="{DEEP_LINK}"' in unescape(answer.text)
    assert len(world.users) == 2
    assert COOKIE not in world.cookie_names


def test_an_external_user_that_got_an_account_meanwhile_stays(world: ConnectWebWorld) -> None:
    # AL-05
    page = world.visit(CONNECT)
    world.pool.set_attributes(world.external.username, {"custom:legacy_uid": "100005"})

    answer = world.press(page, accept="application/json")

    assert (answer.status, answer.json["reason"]) == (403, "link_taken")
    assert len(world.users) == 2
    assert COOKIE not in world.cookie_names


def test_an_outage_keeps_the_ticket_and_the_button_works_afterwards(world: ConnectWebWorld) -> None:
    page = world.visit(CONNECT)
    world.pool.unavailable = True

    answer = world.press(page)

    assert answer.status == 503
    assert answer.header("retry-after")
    assert "We could not connect the two just now" in answer.text
    assert f'href="{CONNECT_URL}"' in answer.text
    world.pool.unavailable = False
    assert world.press(page).header("location") == DEEP_LINK
    assert world.is_connected


def test_so_does_an_outage_of_the_revocation_list(world: ConnectWebWorld) -> None:
    # RF-09
    page = world.visit(CONNECT)
    world.revocations.unavailable = True

    assert world.press(page).status == 503
    assert not world.is_connected
    world.revocations.unavailable = False
    assert world.press(page).header("location") == DEEP_LINK


def test_another_browser_has_nothing_to_connect(world: ConnectWebWorld) -> None:
    # SP-02, AL-13
    world.browser = BrowserCookies(world.clock)
    world.sign_in_as()

    assert world.press().status == 400
    assert not world.is_connected


def test_a_ticket_of_another_app_client_is_none() -> None:
    world = ConnectWebWorld()
    world.sign_in_with_apple()
    world.sign_in_as()
    jar = world.container.tickets()
    ticket = jar.read(world.browser.header(AUTH_HOST))
    assert ticket is not None
    world.browser.apply(jar.write(attrs.evolve(ticket, client="0" * 64)), AUTH_HOST)

    assert world.visit(CONNECT).status == 400


def test_a_sealed_session_or_attempt_is_no_ticket(world: ConnectWebWorld) -> None:
    # CK-07
    world.begin()
    pairs = world.browser.header(AUTH_HOST).split("; ")
    sealed = [pair.partition("=")[2] for pair in pairs if COOKIE not in pair]

    for value in sealed:
        world.browser.apply([f"{COOKIE}={value.split('~')[-1]}; Path=/; Secure"], AUTH_HOST)
        assert world.visit(CONNECT).status == 400


def test_where_connecting_was_switched_off_a_ticket_is_none(world: ConnectWebWorld) -> None:
    off = ConnectWebWorld(CONNECT_ACCOUNTS="off")
    off.browser = world.browser

    assert off.visit(CONNECT).status == 400
    assert off.press().status == 400
    assert COOKIE not in off.cookie_names


def test_a_target_that_is_no_longer_allowed_is_replaced_by_the_default(
    world: ConnectWebWorld,
) -> None:
    # SP-03
    jar = world.container.tickets()
    ticket = jar.read(world.browser.header(AUTH_HOST))
    assert ticket is not None
    changed = attrs.evolve(ticket, target="https://evil.example/")
    world.browser.apply(jar.write(changed), AUTH_HOST)

    page = world.visit(CONNECT)

    assert "evil.example" not in page.text
    assert world.press(page).header("location") == FRONT_PAGE


def test_a_program_gets_the_reason() -> None:
    world = ConnectWebWorld()

    answer = world.visit(CONNECT, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "connect_ticket")


def test_all_cookies_together_stay_within_the_budget() -> None:
    # CK-04
    world = ConnectWebWorld()
    for _ in range(10):
        world.begin()
    world.sign_in_with_apple()
    assert COOKIE in world.cookie_names
    world.sign_in_as()

    assert len(world.browser.header(AUTH_HOST)) <= 8_000
    assert COOKIE in world.cookie_names
    assert world.press().header("location") == DEEP_LINK
