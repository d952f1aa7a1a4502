"""Signing in through the auth service, as a browser goes through it."""

import logging
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from authcore.domain.model.tokens import TokenSet
from authcore.testing.browser import BrowserCookies
from unit.asgi_calls import PAGE, PROGRAM
from unit.door_world import FRONT_PAGE, REFRESH_CANARY, SECRET_CANARY, SIGNIN_URL
from unit.web_world import AUTH_HOST, DEEP_LINK, WebWorld


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
    assert world.cookie_names == {"__Secure-authcore_session"}
    assert world.visit("/auth/session").json["user"]["legacy_uid"] == "42"


def test_without_a_redirect_the_default_one_counts(world: WebWorld) -> None:
    assert world.sign_in(None).header("location") == FRONT_PAGE


def test_every_cookie_is_secure_and_the_attempt_is_for_this_host_only(world: WebWorld) -> None:
    """CK-01, CK-02, CK-03, CK-12: also on deletion."""
    begun = world.visit("/auth/signin").all("set-cookie")
    done = world.sign_in().all("set-cookie")
    world.clock.advance(timedelta(minutes=11))

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


BAD_QUERIES = [
    ("redirect=https://evil.example/", "redirect_rejected"),
    ("redirect=", "redirect_rejected"),
    ("redirect=//cms.example.com", "redirect_rejected"),
    ("redirect=https:%5c%5ccms.example.com", "redirect_rejected"),
    ("redirect=https://cms.example.com@evil.example/", "redirect_rejected"),
    ("redirect=https://cms.example.com/%0d%0aset-cookie:a=b", "redirect_rejected"),
    ("redirect=https://cms.example.com/%e2%80%ae", "redirect_rejected"),
    (f"redirect=https://cms.example.com/{'a' * 2048}", "redirect_rejected"),
    ("redirect=https://cms.example.com/&redirect=https://cms.example.com/", "login_parameter"),
    ("provider=Google&provider=COGNITO", "login_parameter"),
    ("lang=de&lang=de", "login_parameter"),
    ("login_hint=a&login_hint=b", "login_parameter"),
    ("provider=%3Cscript%3E", "login_parameter"),
    ("provider=", "login_parameter"),
    (f"provider={'a' * 33}", "login_parameter"),
    ("lang=tlh", "login_parameter"),
    ("login_hint=a%0d%0ab", "login_parameter"),
    (f"login_hint={'a' * 257}", "login_parameter"),
    ("redirect=%ff", "query_malformed"),
    ("redirect=%c0%af", "query_malformed"),
    ("redirect=%", "query_malformed"),
    ("redirect=%zz", "query_malformed"),
    ("redirect", "query_malformed"),
    ("&", "query_malformed"),
    ("redirect=\xe9", "query_malformed"),
    ("&".join(f"p{n}=1" for n in range(33)), "query_malformed"),
    (f"x={'a' * 8191}", "query_malformed"),
]


@pytest.mark.parametrize(("query", "reason"), BAD_QUERIES, ids=lambda text: str(text)[:40])
def test_a_sign_in_that_cannot_begin_is_refused_with_a_stable_code(
    world: WebWorld, query: str, reason: str
) -> None:
    """RD-06, RD-08, SP-07, VA-05, DL-02: 400, no cookie, nowhere to go, nothing echoed."""
    answer = world.visit(f"/auth/signin?{query}", headers=[PROGRAM])
    page = world.visit(f"/auth/signin?{query}")

    assert (answer.status, answer.json["reason"]) == (400, reason)
    assert page.status == 400
    for each in (answer, page):
        assert each.all("set-cookie") == []
        assert each.header("location") is None
        assert "evil" not in repr(each)
        assert "<script" not in each.text
    assert world.audit.events[-1].reason == reason
    assert f"<code>{world.audit.events[-1].reference}</code>" in page.text


def test_a_query_at_the_bounds_is_read(world: WebWorld) -> None:
    """DL-02."""
    assert world.visit(f"/auth/signin?x={'a' * 8190}").status == 302
    assert world.visit("/auth/signin?" + "&".join(f"p{n}=1" for n in range(32))).status == 302


def test_an_allowed_redirect_survives_a_refusal(world: WebWorld) -> None:
    page = world.visit(f"/auth/signin?lang=tlh&redirect={quote(DEEP_LINK, safe='')}")

    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}"' in page.text


BAD_CALLBACKS = [
    ("", "login_parameter"),
    ("code=c", "login_parameter"),
    ("state=s", "login_parameter"),
    ("code=c&state=s", "login_attempt"),
    ("code=c&state=s&state=s", "login_parameter"),
    ("code=c&code=d&state=s", "login_parameter"),
    ("code=c&state=s&error=access_denied", "login_parameter"),
    ("error=access_denied&error=server_error", "login_parameter"),
    ("error=access_denied&state=s", "login_attempt"),
    ("error=access_denied", "login_provider_refused"),
    ("error=%3Cscript%3Ealert(1)%3C/script%3E", "login_provider_refused"),
    ("error=server_error&error_description=%3Cscript%3Eevil", "login_provider_refused"),
    ("code=%0d%0a&state=s", "login_parameter"),
    (f"code={'a' * 4000}&state=s", "login_parameter"),
    (f"code=c&state={'a' * 4000}", "login_parameter"),
    ("code=c&state=%e2%82%ac", "login_parameter"),
    ("code=c&state=%ff", "query_malformed"),
    (f"code={'a' * 9000}", "query_malformed"),
]


@pytest.mark.parametrize(("query", "reason"), BAD_CALLBACKS, ids=lambda text: str(text)[:40])
def test_a_callback_that_means_nothing_is_refused_and_costs_nothing(
    world: WebWorld, query: str, reason: str
) -> None:
    """SP-06, SP-07, VA-05: no token call, and the browser's open attempt stays open."""
    asked = world.begin()

    answer = world.visit(f"{CALLBACK}?{query}", headers=[PROGRAM])
    page = world.visit(f"{CALLBACK}?{query}")

    assert (answer.status, answer.json["reason"], page.status) == (400, reason, 400)
    for each in (answer, page):
        assert each.all("set-cookie") == []
        assert "evil" not in repr(each)
        assert "alert(1)" not in repr(each)
    assert world.exchanger.sent == []
    assert world.visit(world.issue(asked)).header("location") == DEEP_LINK


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

    assert world.visit(target).status == 400
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


def test_a_code_that_the_provider_refuses_ends_the_attempt(world: WebWorld) -> None:
    asked = world.begin()

    answer = world.visit(f"{CALLBACK}?" + urlencode({"code": "unknown", **state(asked)}))

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


def test_an_outage_of_the_provider_loses_nothing_that_the_browser_holds(world: WebWorld) -> None:
    world.sign_in()
    target = world.issue(world.begin())
    before = world.cookie_names
    world.exchanger.available = False

    page = world.visit(target)

    assert (page.status, page.header("retry-after")) == (503, "5")
    assert page.all("set-cookie") == []
    assert world.cookie_names == before
    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}"' in page.text
    assert world.audit.events[-1].outcome == "unavailable"
    assert world.visit("/auth/session").status == 200


def test_an_outage_of_the_key_source_signs_nobody_in_and_nobody_out(world: WebWorld) -> None:
    world.keys.is_up = False

    answer = world.visit(world.issue(world.begin()))

    assert answer.status == 503
    assert answer.all("set-cookie") == []


def test_a_wrong_client_secret_is_our_fault_and_said_so(world: WebWorld) -> None:
    target = world.issue(world.begin())
    world.exchanger.knows_client = False

    answer = world.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (502, "login_client")
    assert answer.header("retry-after") is None


def test_a_session_that_fits_no_cookie_is_refused_before_anything_is_set(world: WebWorld) -> None:
    """CK-04."""
    asked = world.begin()
    tokens = world.tokens(nonce=asked["nonce"], **{"custom:about": "a" * 5000})

    answer = world.visit(world.issue(asked, tokens))

    assert answer.status == 431
    assert not any("__Secure-" in value for value in answer.all("set-cookie"))
    assert world.cookie_names == set()


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
