"""Signing in through the auth service, as a browser goes through it."""

import logging
from typing import Any
from urllib.parse import quote

import pytest

from doors.door_world import FRONT_PAGE, REFRESH_CANARY, SECRET_CANARY, SIGNIN_URL
from doors.web_world import AUTH_HOST, DEEP_LINK, WebWorld
from unit.asgi_calls import PAGE


CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def attributes(set_cookie: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in set_cookie.split(";")[1:]]
    return {name.lower(): value for name, _, value in pairs}


def test_a_browser_goes_out_and_comes_back_signed_in_at_the_page_it_asked_for(
    world: WebWorld,
) -> None:
    answer = world.sign_in(DEEP_LINK)

    assert (answer.status, answer.header("location")) == (302, DEEP_LINK)
    assert world.cookie_names == {"__Secure-authcore_session", "__Host-authcore_rounds"}
    assert world.visit("/auth/session").json["user"]["legacy_uid"] == "42"


def test_without_a_redirect_the_default_one_counts(world: WebWorld) -> None:
    assert world.sign_in(None).header("location") == FRONT_PAGE


def test_every_cookie_is_secure_and_the_attempt_is_for_this_host_only(world: WebWorld) -> None:
    """CK-01, CK-02, CK-03, CK-12: also on deletion."""
    begun = world.visit("/auth/signin").all("set-cookie")
    done = world.sign_in().all("set-cookie")

    assert begun
    assert len(done) >= 2
    for text in (*begun, *done):
        name, found = text.partition("=")[0], attributes(text)
        assert (found["path"], found["samesite"]) == ("/", "Lax")
        assert {"secure", "httponly"} <= found.keys()
        assert int(found["max-age"]) <= 400 * 86400
        if name.startswith("__Host-"):
            assert "domain" not in found
        else:
            assert name.startswith("__Secure-")
            assert found["domain"] == "example.com"


def test_ten_tabs_sign_in_at_once_and_finish_in_any_order(world: WebWorld) -> None:
    """SP-09."""
    begun = [(n, world.begin(f"{FRONT_PAGE}{n}")) for n in range(10)]

    for n, asked in begun[::2] + begun[1::2]:
        assert world.visit(world.issue(asked)).header("location") == f"{FRONT_PAGE}{n}"


def test_options_of_the_sign_in_page_are_passed_on(world: WebWorld) -> None:
    answer = world.visit("/auth/signin?provider=Google&lang=de&login_hint=ada%40example.com")

    location = answer.header("location") or ""
    assert "identity_provider=Google&lang=de&login_hint=ada%40example.com" in location


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example")],
        [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")],
        [("forwarded", "host=evil.example;proto=http")],
        [("x-forwarded-prefix", "/evil"), ("x-original-url", "/evil")],
    ],
    ids=lambda headers: str(headers[0][0]),
)
def test_redirect_uri_is_the_configured_one_whatever_the_headers_say(
    world: WebWorld, headers: Any
) -> None:
    """RD-04, VA-04: identical in the authorize and the token request."""
    answer = world.visit("/auth/signin", headers=[PAGE, *headers])

    location = answer.header("location") or ""
    assert f"redirect_uri={quote(f'{SIGNIN_URL}/callback', safe='')}&" in location
    assert "evil" not in repr(answer)

    refused = world.visit("/auth/signin?redirect=https://evil.example/", headers=[PAGE, *headers])
    assert "evil" not in repr(refused)


def test_a_new_sign_in_replaces_the_old_session(world: WebWorld) -> None:
    """CK-11."""
    world.sign_in()
    asked = world.begin()
    tokens = world.tokens(nonce=asked["nonce"], **{"custom:legacy_uid": "43"})

    world.visit(world.issue(asked, tokens))

    assert world.visit("/auth/session").json["user"]["legacy_uid"] == "43"


def test_a_planted_session_does_not_survive_a_sign_in(world: WebWorld) -> None:
    """CK-11."""
    world.browser.apply(
        ["__Secure-authcore_session=planted; Secure; Path=/; Domain=example.com"], AUTH_HOST
    )

    world.sign_in()

    assert "planted" not in world.browser.header(AUTH_HOST)
    assert world.visit("/auth/session").status == 200


def test_decisions_are_recorded_with_ids_and_reasons_only(world: WebWorld) -> None:
    world.sign_in()
    world.visit(f"{CALLBACK}?error=access_denied")

    begun, completed, refused = world.audit.events
    assert (begun.action, begun.outcome, begun.reason) == ("sign_in.begin", "accepted", "ok")
    assert (completed.action, completed.legacy_uid) == ("sign_in.complete", "42")
    assert completed.subject
    assert (refused.outcome, refused.reason) == ("rejected", "login_provider_refused")
    assert refused.reference


def test_secrets_reach_neither_answers_nor_logs_nor_audit(
    world: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """SP-11, DL-02: through a whole sign-in and a replay."""
    caplog.set_level(logging.DEBUG)
    asked = world.begin()
    target = world.issue(asked, tokens := world.tokens(nonce=asked["nonce"]))
    done = world.visit(target)
    again = world.visit(target)

    code = world.exchanger.sent[0]
    everywhere = caplog.text + repr(world.audit.events) + again.text + repr(world.container)
    everywhere += done.header("location") or ""
    for secret in (
        *(code, asked["state"], asked["nonce"], tokens.id_token, tokens.access_token),
        *(REFRESH_CANARY, SECRET_CANARY, "canary@example.com"),
    ):
        assert secret not in everywhere
