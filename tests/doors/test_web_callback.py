"""Callbacks that sign nobody in: replayed, crossed, late, refused, or met by an outage."""

import logging
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from authcore.domain.model.tokens import TokenSet
from authcore.testing.browser import BrowserCookies
from doors.door_world import SIGNIN_URL
from doors.web_world import AUTH_HOST, DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM


CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def test_a_callback_works_once(world: WebWorld) -> None:
    """SP-01."""
    before = BrowserCookies(world.clock)
    asked = world.begin()
    before.apply([f"{pair}; Secure; Path=/" for pair in held(world)], AUTH_HOST)
    target = world.issue(asked)
    world.visit(target)

    again = world.visit(target, headers=[PROGRAM])
    world.browser = before
    restored = world.visit(target, headers=[PROGRAM])

    assert (again.status, again.json["reason"]) == (400, "login_attempt")
    assert (restored.status, restored.json["reason"]) == (400, "login_attempt")
    assert len(world.exchanger.sent) == 1


def held(world: WebWorld) -> list[str]:
    return world.browser.header(AUTH_HOST).split("; ")


def test_another_browser_cannot_use_the_callback(world: WebWorld) -> None:
    """SP-02: the attacker's callback signs nobody in, neither fresh browsers nor busy ones."""
    target = world.issue(world.begin())

    for busy in (False, True):
        world.browser = BrowserCookies(world.clock)
        if busy:
            world.begin()
        answer = world.visit(target, headers=[PROGRAM])
        assert (answer.status, answer.json["reason"]) == (400, "login_attempt")
    assert world.exchanger.sent == []
    assert world.visit("/auth/session").status == 401


def test_an_attempt_ends_after_its_time(world: WebWorld) -> None:
    """SP-01."""
    target = world.issue(world.begin())
    world.clock.advance(timedelta(minutes=10))

    assert world.visit(target, headers=[PROGRAM]).status == 400
    assert world.exchanger.sent == []


def test_a_target_that_is_no_longer_allowed_is_refused(world: WebWorld) -> None:
    """SP-03: the allow-list shrank between begin and callback; the key ring is the same."""
    target = world.issue(world.begin())
    smaller = WebWorld(
        SIGN_IN_REDIRECTS="https://shop.example.com",
        SIGN_IN_DEFAULT_REDIRECT="https://shop.example.com/",
    )
    smaller.browser = world.browser

    page = smaller.visit(target)

    assert page.status == 400
    assert "cms.example.com" not in page.text
    assert smaller.exchanger.sent == []


def test_a_refusal_by_the_provider_ends_the_attempt_and_offers_another(world: WebWorld) -> None:
    """SP-06."""
    asked = world.begin()

    page = world.visit(f"{CALLBACK}?" + urlencode({"error": "access_denied", **state(asked)}))

    assert page.status == 400
    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}"' in page.text
    assert world.cookie_names == set()


def state(asked: dict[str, str]) -> dict[str, str]:
    return {"state": asked["state"]}


@pytest.mark.parametrize(
    "rest",
    ["", "&code=a&code=b", "&code=a&error=access_denied", "&code=%20", "&x=1&x=2"],
)
def test_a_malformed_response_keeps_its_target_and_its_attempt(world: WebWorld, rest: str) -> None:
    # SP-07
    asked = world.begin()
    cookies = world.cookie_names

    page = world.visit(f"{CALLBACK}?{urlencode(state(asked))}{rest}")

    assert page.status == 400
    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}"' in page.text
    assert world.cookie_names == cookies != set()


def test_two_states_name_no_target(world: WebWorld) -> None:
    # SP-07
    asked = urlencode(state(world.begin()))

    page = world.visit(f"{CALLBACK}?code=a&{asked}&{asked}")

    assert page.status == 400
    assert f'href="{SIGNIN_URL}"' in page.text


def test_a_code_that_the_provider_refuses_ends_the_attempt(world: WebWorld) -> None:
    asked = world.begin()

    target = f"{CALLBACK}?" + urlencode({"code": "unknown", **state(asked)})
    answer = world.visit(target, headers=[PROGRAM])

    assert answer.status == 400
    assert world.cookie_names == set()


@pytest.mark.parametrize(
    "wrong", [{"nonce": "another"}, {"aud": "another"}, {"at_hash": "another"}, {"alg": "none"}]
)
def test_tokens_that_do_not_hold_sign_nobody_in(world: WebWorld, wrong: Any) -> None:
    """SP-05, TV-16."""
    asked = world.begin()
    tokens = world.tokens(**{"nonce": asked["nonce"], **wrong})

    answer = world.visit(world.issue(asked, tokens))

    assert answer.status == 401
    assert world.cookie_names == set()


def test_a_wrong_client_secret_is_our_fault_and_said_so(world: WebWorld) -> None:
    target = world.issue(world.begin())
    world.exchanger.knows_client = False

    answer = world.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (502, "login_client")
    assert answer.header("retry-after") is None
    event = world.audit.events[-1]
    assert (event.action, event.outcome) == ("sign_in.complete", "misconfigured")


def test_a_session_that_fits_no_cookie_is_refused_before_anything_is_set(world: WebWorld) -> None:
    """CK-04."""
    asked = world.begin()
    tokens = world.tokens(nonce=asked["nonce"], **{"custom:about": "a" * 5000})

    answer = world.visit(world.issue(asked, tokens))

    assert answer.status == 431
    assert not any("__Secure-" in value for value in answer.all("set-cookie"))
    assert world.cookie_names == set()


def test_the_exchange_leaves_the_event_loop(world: WebWorld) -> None:
    threads: list[str] = []
    exchange = world.exchanger.exchange

    def noting(*given: Any, **more: Any) -> TokenSet:
        threads.append(threading.current_thread().name)
        return exchange(*given, **more)

    target = world.issue(world.begin())
    world.exchanger.exchange = noting  # type: ignore[method-assign]
    world.visit(target)

    assert threads
    assert threads != [threading.main_thread().name]


def test_an_unexpected_failure_is_a_plain_page_and_a_line_without_secrets(
    world: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """VA-05: no stack and no secret, neither to the browser nor in the log."""

    def fail(code: str, **_: Any) -> TokenSet:
        raise RuntimeError(f"no way to exchange {code}")

    caplog.set_level(logging.DEBUG)
    target = world.issue(world.begin())
    world.exchanger.exchange = fail  # type: ignore[method-assign]

    page = world.visit(target)

    event = world.audit.events[-1]
    assert (page.status, event.action, event.outcome) == (500, "unexpected", "unavailable")
    assert f"<code>{event.reference}</code>" in page.text
    assert f"reference {event.reference}" in caplog.text
    assert "RuntimeError" in caplog.text
    for secret in ("00000000-0000-4000-8000", "no way to exchange 0"):
        assert secret not in caplog.text + page.text
    assert "Traceback" not in page.text
    assert page.all("set-cookie") == []
