"""What an attacker may try at the auth service's own sign-in page, and what comes of it."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.domain.model.challenges import Code, NewPassword
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits
from authcore.testing.fakes.attempt_limits import InMemoryAttemptLimiter
from authcore.testing.fakes.password_authentication import Step
from authcore.testing.fakes.system import FrozenClock
from doors.password_web_world import (
    CHALLENGE,
    COOKIE,
    FORM,
    JANE,
    JSON,
    ORIGIN,
    PASSWORD,
    RIGHT,
    PasswordWebWorld,
)
from doors.web_world import AUTH_HOST
from unit.asgi_calls import PAGE, PROGRAM, Headers, call


TOTP = Step("SOFTWARE_TOKEN_MFA", Code("123456"))
SAME_ORIGIN = ("sec-fetch-site", "same-origin")


@pytest.fixture
def world() -> PasswordWebWorld:
    return PasswordWebWorld()


@pytest.fixture
def two_factors() -> PasswordWebWorld:
    return PasswordWebWorld(steps=[TOTP])


FOREIGN: list[Headers] = [
    [],
    [("origin", "null")],
    [("origin", "https://evil.example.com")],
    [("origin", "https://evil.example.com"), SAME_ORIGIN],
    [("origin", "https://cms.example.com")],
    [("origin", f"http://{AUTH_HOST}")],
    [("origin", f"https://{AUTH_HOST}:8443")],
    [("origin", f"https://{AUTH_HOST}.evil.example")],
    [ORIGIN, ("origin", "https://evil.example.com")],
    [("origin", "null"), ("sec-fetch-site", "same-site")],
    [("sec-fetch-site", "same-site")],
    [("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "none")],
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", [PASSWORD, CHALLENGE])
def test_no_page_of_another_origin_signs_a_browser_in(path: str, headers: Headers) -> None:
    """RF-07, VA-07: an application on the allow-list and a sibling subdomain are others, too."""
    world = PasswordWebWorld(steps=[TOTP])
    world.type_in()

    members = {"username": JANE, "password": RIGHT, "code": "123456"}
    answer = world.post(path, members, headers=headers)

    assert (answer.status, answer.json["reason"]) == (403, "cross_site")
    assert answer.all("set-cookie") == []
    assert world.signed_in is None


@pytest.mark.parametrize("headers", [[ORIGIN], [("origin", "null"), SAME_ORIGIN], [SAME_ORIGIN]])
def test_the_services_own_page_signs_a_browser_in(
    world: PasswordWebWorld, headers: Headers
) -> None:
    assert world.type_in(headers=headers).status == 200


def _send(world: PasswordWebWorld, cookies: str, **members: str) -> Any:
    members = {"id": world.asked, **members}
    return call(
        world.app,
        CHALLENGE,
        method="POST",
        headers=[PROGRAM, JSON, ORIGIN],
        cookies=cookies,
        body=json.dumps(members).encode(),
    )


@pytest.mark.parametrize("first", ["123456", "000000"])
def test_a_challenge_cookie_counts_for_one_answer(
    two_factors: PasswordWebWorld, first: str
) -> None:
    two_factors.type_in()
    stolen, asked = two_factors.browser.header(AUTH_HOST), two_factors.asked
    two_factors.answer(code=first)

    replayed = _send(two_factors, stolen, code="123456", id=asked)

    assert (replayed.status, replayed.json["reason"]) == (400, "login_attempt")
    assert not [each for each in replayed.all("set-cookie") if "session" in each]


def test_of_parallel_answers_one_counts(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    cookies = two_factors.browser.header(AUTH_HOST)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: _send(two_factors, cookies, code="123456"), range(8)))

    assert sorted(each.status for each in answers) == [200] + [400] * 7


def test_a_code_is_for_the_user_of_the_challenge_alone(two_factors: PasswordWebWorld) -> None:
    two_factors.cognito.enrol("bertha", RIGHT, steps=[Step("SOFTWARE_TOKEN_MFA", Code("999999"))])
    two_factors.type_in(username="bertha")

    assert two_factors.answer(code="123456").status == 401
    assert two_factors.signed_in is None


def test_a_user_named_in_the_answer_is_not_read(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    answer = two_factors.answer(code="123456", username="bertha", session="session-1")
    assert answer.status == 200
    assert two_factors.signed_in == JANE


def test_a_challenge_of_another_app_client_is_none(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    cookies = two_factors.browser.header(AUTH_HOST)
    other = PasswordWebWorld(COGNITO_CLIENT_ID="5another2client", steps=[TOTP])

    answer = _send(other, cookies, code="123456", id=two_factors.asked)

    assert (answer.status, answer.json["reason"]) == (400, "login_attempt")


def test_an_altered_or_expired_challenge_is_none(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    cookies = two_factors.browser.header(AUTH_HOST)
    altered = cookies[:-1] + ("A" if cookies[-1] != "A" else "B")
    assert _send(two_factors, altered, code="123456").json["reason"] == "login_attempt"
    assert _send(two_factors, f"{cookies}; {altered}", code="123456").status == 400

    two_factors.clock.advance(timedelta(minutes=3))
    assert _send(two_factors, cookies, code="123456").json["reason"] == "login_attempt"


def test_a_wrong_answer_does_not_prolong_a_challenge(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    two_factors.clock.advance(timedelta(minutes=2))
    assert two_factors.answer(code="000000").status == 401
    two_factors.clock.advance(timedelta(minutes=1))
    assert two_factors.answer(code="123456").json["reason"] == "login_attempt"


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example/",
        "//evil.example/",
        "https://cms.example.com@evil.example/",
        "javascript:alert(1)",
        "https://cms.example.com\\@evil.example/",
        "/relative",
    ],
)
def test_no_user_is_sent_to_a_foreign_page(world: PasswordWebWorld, redirect: str) -> None:
    """RD-01: and no password is sent to Cognito on the way there."""
    answer = world.type_in(redirect=redirect)

    assert (answer.status, answer.json["reason"]) == (400, "redirect_rejected")
    assert world.cognito.begun == []
    assert answer.all("set-cookie") == []
    assert world.visit(f"{PASSWORD}?redirect={redirect}").status == 400


def test_the_target_of_an_answer_is_judged_as_the_first_one(
    two_factors: PasswordWebWorld,
) -> None:
    two_factors.type_in()
    answer = two_factors.answer(code="123456", redirect="https://evil.example/")
    assert (answer.status, answer.json["reason"]) == (400, "redirect_rejected")
    assert two_factors.answer(code="123456").status == 200


def test_a_session_that_an_attacker_planted_ends_with_the_sign_in(
    world: PasswordWebWorld,
) -> None:
    """CK-09: session fixation; the attacker's own session was set from a sibling subdomain."""
    world.claims = {"email": "mallory@evil.example"}
    attacker = world.type_in()
    world.claims = {}
    assert attacker.status == 200
    assert world.signed_in == "mallory@evil.example"

    world.type_in()

    assert world.signed_in == JANE


@pytest.mark.parametrize(
    ("body", "media_type", "status", "reason"),
    [
        (b"x" * 8_193, JSON, 413, "body_too_large"),
        (b"", JSON, 400, "body_malformed"),
        (b"[]", JSON, 400, "body_malformed"),
        (b'{"username":"a","username":"b","password":"c"}', JSON, 400, "body_malformed"),
        (b"username=a&username=b&password=c", FORM, 400, "body_malformed"),
        (b'{"username":"a","password":"c","role":"x"}', JSON, 400, "body_malformed"),
        (b'{"username":"a","password":{}}', JSON, 400, "body_malformed"),
        (b'{"username":"a"}', JSON, 400, "body_malformed"),
        (b'{"username":"","password":"c"}', JSON, 400, "body_malformed"),
        (b'{"username":"a","password":"\\ud800"}', JSON, 400, "body_malformed"),
        (b'{"username":"%s","password":"c"}' % (b"a" * 129), JSON, 400, "body_malformed"),
        (b'{"username":"a","password":"%s"}' % (b"a" * 257), JSON, 400, "body_malformed"),
        (b'{"username":"a","factor":"SMS"}', JSON, 400, "body_malformed"),
        (b"username=a&password=c", ("content-type", "text/plain"), 415, "body_media_type"),
    ],
)
def test_what_is_no_sign_in_reaches_neither_cognito_nor_a_limit(
    world: PasswordWebWorld,
    body: bytes,
    media_type: tuple[str, str],
    status: int,
    reason: str,
) -> None:
    """DL-02, VA-05."""
    answer = world.visit(PASSWORD, method="POST", headers=[PROGRAM, media_type, ORIGIN], body=body)
    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert world.cognito.begun == []


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        ({"code": "1" * 65}, 400, "body_malformed"),
        ({"code": ["1"]}, 400, "body_malformed"),
        ({"password": RIGHT}, 400, "challenge_mismatch"),
        ({}, 400, "challenge_mismatch"),
        ({"id": "", "code": "123456"}, 400, "body_malformed"),
        ({"id": "0" * 33, "code": "123456"}, 400, "body_malformed"),
        ({"id": "0" * 32, "code": "123456"}, 400, "login_attempt"),
        ({"code": "123456", "padding": "x" * 32_768}, 413, "body_too_large"),
    ],
)
def test_what_is_no_answer_leaves_the_challenge_as_it_was(
    two_factors: PasswordWebWorld, members: dict[str, Any], status: int, reason: str
) -> None:
    """DL-02, VA-05."""
    two_factors.type_in()
    answer = two_factors.post(CHALLENGE, {"id": two_factors.asked, **members})
    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert two_factors.answer(code="123456").status == 200


@pytest.mark.parametrize("name", ["custom:legacy_uid", "email_verified", "email"])
def test_a_new_password_brings_no_attribute_that_the_pool_did_not_ask_for(name: str) -> None:
    """AL-06, MG-06: and the same challenge is asked again."""
    listed = {"requiredAttributes": '["userAttributes.given_name"]'}
    right = NewPassword("New-Password-1", {"given_name": "Jane"})
    world = PasswordWebWorld(steps=[Step("NEW_PASSWORD_REQUIRED", right, listed)])
    world.type_in()
    given = {"new_password": "New-Password-1", "attributes.given_name": "Jane"}

    forged = {"id": world.asked, **given, f"attributes.{name}": "1847"}

    refused = world.post(CHALLENGE, forged)

    assert (refused.status, refused.json["reason"]) == (409, "attributes_rejected")
    assert world.post(CHALLENGE, {"id": world.asked, **given}).status == 200


def test_a_user_is_limited_and_told_when_to_come_back(world: PasswordWebWorld) -> None:
    """MG-05: and the right password does not help beyond the limit."""
    for _ in range(10):
        assert world.type_in("wrong").status == 401

    answer = world.type_in()

    assert (answer.status, answer.json["reason"]) == (429, "too_many_attempts")
    assert 1 <= int(answer.header("retry-after") or 0) <= 300
    assert world.type_in(username="bertha").status == 401
    world.clock.advance(timedelta(minutes=5))
    assert world.type_in().status == 200


def test_an_unknown_user_is_limited_as_a_known_one(world: PasswordWebWorld) -> None:
    statuses = [world.type_in("wrong", username="nobody").status for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_an_address_is_limited_whatever_the_users_and_the_headers() -> None:
    """MG-05, VA-04: a header of the client's own names no other address."""
    world = PasswordWebWorld(PASSWORD_PER_ADDRESS="12")
    forged = [(ORIGIN, ("x-forwarded-for", f"198.51.100.{n}")) for n in range(13)]

    statuses = [
        world.type_in("wrong", username=f"user-{n}", headers=forged[n]).status for n in range(13)
    ]

    assert statuses == [401] * 12 + [429]
    assert world.type_in(address="192.0.2.8").status == 200


def test_behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_names() -> None:
    """MG-05, VA-04: as uvicorn reads it; what the client wrote before it changes nothing."""
    world = PasswordWebWorld(PASSWORD_PER_ADDRESS="12")
    world.app = ProxyHeadersMiddleware(world.app, trusted_hosts="127.0.0.1")

    def attempt(number: int, address: str) -> int:
        forwarded = ("x-forwarded-for", f"198.51.100.{number}, {address}")
        return world.type_in(
            "wrong", username=f"user-{number}", headers=(ORIGIN, forwarded), address="127.0.0.1"
        ).status

    assert [attempt(n, "203.0.113.9") for n in range(13)] == [401] * 12 + [429]
    assert attempt(20, "203.0.113.10") == 401


def test_guesses_of_a_code_count_together_with_passwords(two_factors: PasswordWebWorld) -> None:
    """MG-05: however many challenges a user begins."""
    statuses = []
    for number in range(6):
        statuses += [two_factors.type_in().status, two_factors.answer(code=f"00000{number}").status]
    assert statuses == [200, 401] * 5 + [429] * 2


def test_guesses_of_a_code_count_for_the_user_whichever_alias_began_them(
    two_factors: PasswordWebWorld,
) -> None:
    """MG-05: a user who can sign in by several names has one limit of guesses."""
    names = ["jane", "+447700900123", "6f1d2c3b-0a4e-4b7d-9c55-1f2e3d4c5b6a"]
    for name in names:
        two_factors.cognito.name_also(name, JANE)

    statuses = []
    for name in [JANE, *names]:
        two_factors.type_in(username=name)
        statuses += [two_factors.answer(code=f"00000{number}").status for number in range(4)]

    assert statuses == [401] * 9 + [429] * 7


def test_a_limit_leaves_the_challenge_for_later(two_factors: PasswordWebWorld) -> None:
    two_factors.clock.advance(timedelta(minutes=2))
    two_factors.type_in()
    for _ in range(9):
        two_factors.type_in("wrong", address="192.0.2.9")

    limited = two_factors.answer(code="123456")

    assert limited.status == 429
    two_factors.clock.advance(timedelta(seconds=int(limited.header("retry-after") or 0)))
    assert two_factors.answer(code="123456").status == 200


def test_a_page_says_that_the_user_has_to_wait(world: PasswordWebWorld) -> None:
    for _ in range(10):
        world.type_in("wrong")
    page = world.type_in(accept=PAGE)
    assert page.status == 429
    assert "Please wait a few minutes" in page.text
    assert page.header("retry-after")


@pytest.mark.parametrize("part", ["users", "addresses"])
def test_while_the_limits_cannot_be_counted_no_password_is_tried(
    part: str,
) -> None:
    up, down = (
        InMemoryAttemptLimiter(AttemptLimit(10, timedelta(minutes=5)), FrozenClock())
        for _ in range(2)
    )
    down.unavailable = True
    limits = SignInLimits(**{"users": up, "addresses": up, part: down})
    world = PasswordWebWorld(limits=limits)

    answer = world.type_in()

    assert (answer.status, answer.json["reason"]) == (503, CoordinationUnavailableError.code)
    assert answer.header("retry-after")
    assert world.cognito.begun == []


def test_an_outage_of_cognito_ends_the_challenge_unless_nothing_was_sent(
    two_factors: PasswordWebWorld,
) -> None:
    two_factors.type_in()
    two_factors.cognito.reachable = False
    unreached = two_factors.answer(code="123456")
    assert (unreached.status, unreached.json["reason"]) == (503, "provider_unavailable")
    assert COOKIE in two_factors.cookie_names

    two_factors.cognito.reachable = True
    two_factors.cognito.available = False
    lost = two_factors.answer(code="123456")
    assert (lost.status, lost.json["reason"]) == (503, "login_lost")
    assert COOKIE not in two_factors.cookie_names


def test_an_outage_of_the_keys_uses_up_no_challenge(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    two_factors.keys.is_up = False
    two_factors.clock.advance(timedelta(minutes=2))
    two_factors.answer(code="000000")
    two_factors.keys.is_up = True
    assert two_factors.answer(code="123456").status == 200


def test_no_password_code_or_session_is_recorded_or_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """MG-02, SP-11."""
    caplog.set_level(logging.DEBUG)
    new = Step("NEW_PASSWORD_REQUIRED", NewPassword("canary-New-Password-1"))
    world = PasswordWebWorld(steps=[new, Step("EMAIL_OTP", Code("87654321"))])
    answers = [
        world.type_in("canary-Wrong-Password-1", accept=PAGE),
        world.type_in(accept=PAGE),
        world.answer(new_password="canary-New-Password-1", accept=PAGE),
        world.answer(code="11112222", accept=PAGE),
        world.answer(code="87654321", accept=PAGE),
    ]
    said = caplog.text + repr(world.audit.events) + world.visit("/metrics").text
    said += "".join(each.text + str(each.headers) for each in answers)

    for secret in ("canary-", "87654321", "11112222", "session-0"):
        assert secret not in said.replace("refresh-canary", ""), secret
    assert JANE not in caplog.text + repr(world.audit.events)
    assert 'action="password.challenge"' in world.visit("/metrics").text
