"""Both guards: who passes, who is sent where, and what an outage looks like."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from doors.door_world import REFRESH_CANARY, tokens_of
from doors.guard_world import GuardWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer


GuardedRequest = Callable[..., Answer]


@pytest.fixture
def world() -> GuardWorld:
    return GuardWorld()


@pytest.fixture(params=["asgi", "wsgi"])
def visit(world: GuardWorld, request: pytest.FixtureRequest) -> GuardedRequest:
    through: GuardedRequest = getattr(world, request.param)
    return through


def test_somebody_signed_in_reaches_the_application_as_a_user(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    answer = visit("/articles", cookies=world.cookies())

    assert (answer.status, answer.json) == (200, {"name": "Ada", "uid": "42"})


def test_a_browser_without_a_session_is_sent_to_sign_in_and_back(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    answer = visit("/new-post?draft=7&tag=a%20b")

    assert answer.status == 302
    assert answer.header("location") == (
        "https://auth.example.com/auth/signin?redirect="
        "https%3A%2F%2Fcms.example.com%2Fnew-post%3Fdraft%3D7%26tag%3Da%2520b"
    )
    assert answer.header("cache-control") == "no-store"  # VA-03
    assert answer.header("vary") == "Cookie"
    assert answer.header("referrer-policy") == "no-referrer"
    assert world.app.scopes == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", [PROGRAM]),
        ("GET", [("accept", "*/*")]),
        ("GET", []),
        ("GET", [PAGE, ("sec-fetch-mode", "cors")]),
        ("GET", [PAGE, ("sec-fetch-mode", "no-cors")]),
        ("POST", [PROGRAM]),
        ("POST", [PAGE, ("sec-fetch-mode", "cors")]),
        ("DELETE", [PAGE]),
        ("OPTIONS", [PAGE]),
    ],
)
def test_whoever_cannot_be_sent_anywhere_gets_401_and_a_reason(
    world: GuardWorld, visit: GuardedRequest, method: str, headers: Any
) -> None:
    """RD-09: a POST is never redirected."""
    answer = visit("/articles", method=method, headers=headers)

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("www-authenticate") == 'Cookie realm="authcore"'
    assert answer.header("cache-control") == "no-store"
    assert answer.header("location") is None
    assert world.app.scopes == []


def test_a_navigation_may_say_so(visit: GuardedRequest) -> None:
    assert visit("/articles", headers=[PAGE, ("sec-fetch-mode", "navigate")]).status == 302


def test_a_head_request_is_answered_without_a_body(visit: GuardedRequest) -> None:
    answer = visit("/articles", method="HEAD", headers=[PAGE])
    refused = visit("/articles", method="HEAD", headers=[PROGRAM])

    assert (answer.status, answer.body) == (302, b"")
    assert (refused.status, refused.body) == (401, b"")


def test_an_expired_session_needs_a_sign_in(world: GuardWorld, visit: GuardedRequest) -> None:
    cookies = world.cookies()
    world.clock.advance(timedelta(hours=1, seconds=10))

    answer = visit("/articles", cookies=cookies, headers=[PROGRAM])

    assert (answer.status, answer.json) == (401, {"reason": "token_expired"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"tampered": True},
        {"signed_by": "stranger"},
        {"aud": "another-client"},
        {"iss": "https://issuer.example"},
        {"sub": "somebody-else"},
        {"without": ("exp",)},
        {"header": {"kid": "unknown"}},
    ],
    ids=str,
)
def test_a_bad_token_in_a_good_cookie_needs_a_sign_in(
    world: GuardWorld, visit: GuardedRequest, wrong: Any
) -> None:
    """TV-16: no failing token yields a user, at either door."""
    cookies = world.cookies(tokens_of(world.mint, **wrong))

    assert visit("/articles", cookies=cookies).status == 302
    assert visit("/", cookies=cookies).json is None
    assert len(world.app.scopes) == 1


def test_swapped_tokens_need_a_sign_in(world: GuardWorld, visit: GuardedRequest) -> None:
    """TV-09, TV-10."""
    good = tokens_of(world.mint)
    swapped = type(good)(good.id_token, good.access_token, good.refresh_token)

    assert visit("/articles", cookies=world.cookies(swapped)).status == 302


def test_public_paths_need_no_session_and_know_a_user_who_has_one(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    assert (visit("/about").status, visit("/about").json) == (200, None)
    assert visit("/static/app.css").status == 200
    assert visit("/about", cookies=world.cookies()).json == {"name": "Ada", "uid": "42"}


@pytest.mark.parametrize(
    "target",
    [
        "/static/../articles",
        "/static/%2e%2e/articles",
        "/static/..%2farticles",
        "/static/%2e%2e%2farticles",
        "/static/%252e%252e/articles",
        "/static/..%5carticles",
        "/static//articles",
        "//static/app.css",
        "/static/%00",
        "/static/%0d%0aset-cookie:a=b",
        "/about%0a",
        "/about/%2e",
        "/static/%ff",
        "/static/%c0%ae%c0%ae/articles",
    ],
)
def test_no_spelling_of_a_public_path_lets_anybody_past(
    world: GuardWorld, visit: GuardedRequest, target: str
) -> None:
    """VA-04."""
    answer = visit(target)

    assert answer.status == 302
    assert (answer.header("location") or "").startswith(
        "https://auth.example.com/auth/signin?redirect=https%3A%2F%2Fcms.example.com%2F"
    )
    assert world.app.scopes == []


SPOOFS = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-for", "127.0.0.1"),
    ("forwarded", "host=evil.example"),
    ("x-original-url", "/about"),
    ("x-rewrite-url", "/about"),
    ("x-user", "ada"),
    ("x-user-id", "42"),
    ("x-auth-user", "ada"),
    ("x_user", "ada"),
    ("remote-user", "ada"),
    ("authcore-user", "ada"),
    ("authorization", "Bearer x"),
    ("x-http-method-override", "HEAD"),
]


@pytest.mark.parametrize("header", SPOOFS, ids=lambda header: str(header[0]))
def test_no_header_but_the_cookie_changes_anything(
    visit: GuardedRequest, header: tuple[str, str]
) -> None:
    """VA-04: identity, decision and URLs come from cookies and settings."""
    plain = visit("/articles", headers=[PAGE])
    spoofed = visit("/articles", headers=[PAGE, header])

    assert spoofed == plain
    assert visit("/about", headers=[PAGE, header]).json is None


@pytest.mark.parametrize(
    "cookies",
    ["", "=", ";;;", "a", "\x00", "__Secure-authcore_session=x", "\xff\xfe", "a=b; " * 3000],
)
def test_garbage_in_the_cookie_header_is_no_session(visit: GuardedRequest, cookies: str) -> None:
    """DL-02."""
    assert visit("/articles", cookies=cookies).status == 302


def test_when_the_keys_cannot_be_had_nobody_is_sent_away(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    """VA-05: try later, for people and for programs; never a redirect."""
    world.keys.is_up = False

    page = visit("/articles", cookies=world.cookies())
    program = visit("/articles", cookies=world.cookies(), headers=[PROGRAM])

    assert (page.status, program.status) == (503, 503)
    assert "still signed in" in page.text
    assert program.json == {"reason": "keys_unavailable"}
    for answer in (page, program):
        assert int(answer.header("retry-after") or 0) >= 1
        assert answer.header("cache-control") == "no-store"
        assert answer.all("set-cookie") == []
    assert world.app.scopes == []


def test_an_outage_neither_closes_public_paths_nor_opens_others(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    world.keys.is_up = False

    assert visit("/about", cookies=world.cookies()).json is None
    assert visit("/articles").status == 302


def test_secrets_reach_neither_answers_nor_logs(
    world: GuardWorld, visit: GuardedRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = tokens_of(world.mint, alg="none")
    cookies = world.cookies(tokens)

    answer = visit("/articles", cookies=cookies)

    shown = repr(answer) + caplog.text + repr(world.asgi_guard) + repr(world.wsgi_guard)
    for secret in (tokens.id_token, tokens.access_token, REFRESH_CANARY, cookies[-40:]):
        assert secret not in shown
