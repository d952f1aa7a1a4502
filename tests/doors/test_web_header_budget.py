"""All our cookies together, as one browser sends them in one header line."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl

import attrs
import pytest
from dependency_injector import providers

from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.cookies import InMemorySessionJar
from authcore_web.app import create_app
from doors.web_world import AUTH_HOST, AUTHORIZE_URL, WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer, call


BUDGET = 8_000
LONG_TARGET = "https://cms.example.com/".ljust(174, "x")
MIDDLE = timedelta(hours=2)


@pytest.fixture(params=["sealed", "plain"])
def world(request: pytest.FixtureRequest) -> WebWorld:
    return WebWorld(COOKIE_FORMAT=request.param)


def real_tokens(world: WebWorld, nonce: str) -> TokenSet:
    """With a refresh token as long as Cognito's, a JWE of five parts that nothing shortens."""
    noise = hashlib.shake_256(b"refresh").digest(1016)
    sizes = (70, 256, 12, 1016, 16)
    parts = (base64.urlsafe_b64encode(noise[:size]).rstrip(b"=").decode() for size in sizes)
    refresh = RefreshToken(".".join(parts))
    assert len(refresh) > 1_800
    return attrs.evolve(world.tokens(nonce=nonce), refresh_token=refresh)


def sign_in(world: WebWorld, asked: dict[str, str]) -> None:
    answer = world.visit(world.issue(asked, real_tokens(world, asked["nonce"])))
    assert answer.status == 302, answer.text


def length(world: WebWorld) -> int:
    return len(world.browser.header(AUTH_HOST))


def attempts(world: WebWorld) -> int:
    return world.browser.header(AUTH_HOST).count("__Host-authcore_attempt_")


def test_ten_tabs_beside_a_session_stay_within_the_budget_and_the_last_ones_finish(
    world: WebWorld,
) -> None:
    # CK-04, SP-09
    sign_in(world, world.begin())
    world.clock.advance(MIDDLE)
    session = length(world)
    asked = []
    for _ in range(10):
        asked.append(world.begin(LONG_TARGET))
        assert length(world) <= BUDGET
    kept = attempts(world)

    assert session > 4_000
    assert 3 <= kept < 10
    assert length(world) > BUDGET - 700
    for each in asked[-kept:]:
        assert world.visit(world.issue(each)).header("location") == LONG_TARGET
        assert length(world) <= BUDGET
    given_up = world.visit(world.issue(asked[-kept - 1]), headers=[PROGRAM])
    assert given_up.json["reason"] == "login_attempt"


def test_a_session_that_comes_to_ten_tabs_stays_within_the_budget(world: WebWorld) -> None:
    # CK-04: nine are still open when the session is set.
    asked = [world.begin(LONG_TARGET) for _ in range(10)]
    assert attempts(world) == 10

    sign_in(world, asked[0])

    assert BUDGET - 700 < length(world) <= BUDGET
    assert world.visit("/auth/session").status == 200
    assert world.visit(world.issue(asked[-1])).status == 302


def test_two_hundred_sign_ins_that_nobody_finishes_stay_within_the_budget(
    world: WebWorld,
) -> None:
    # CK-04, SP-09
    sign_in(world, world.begin())
    for _ in range(200):
        world.begin(LONG_TARGET)
        world.clock.advance(timedelta(seconds=1))

    assert length(world) <= BUDGET


def test_a_session_that_is_none_any_more_makes_room(world: WebWorld) -> None:
    # CK-04
    sign_in(world, world.begin())
    header = world.browser.header(AUTH_HOST)
    name = header.partition("=")[0]
    torn = f"{name}={'A' * 3000}; Secure; Path=/; Domain=example.com"
    world.browser.apply([torn], AUTH_HOST)
    assert world.visit("/auth/session").status == 401

    asked = [world.begin(LONG_TARGET) for _ in range(10)]

    assert "__Secure-authcore" not in world.browser.header(AUTH_HOST)
    for each in asked:
        assert world.visit(world.issue(each)).header("location") == LONG_TARGET


def test_what_a_dead_session_took_is_free_at_once(world: WebWorld) -> None:
    # CK-04
    asked = [world.begin(LONG_TARGET) for _ in range(9)]
    plant(world, "A" * 3000)

    asked.append(world.begin(LONG_TARGET))

    assert attempts(world) == 10
    assert world.visit(world.issue(asked[0])).header("location") == LONG_TARGET


def plant(world: WebWorld, value: str) -> None:
    """A session cookie that holds no session."""
    planted = f"__Secure-authcore_session={value}; Secure; Path=/; Domain=example.com"
    world.browser.apply([planted], AUTH_HOST)


class UntouchedJar(InMemorySessionJar):
    """Sessions in a store that is not to be asked."""

    def read(self, cookie_header: str) -> TokenSet | None:
        raise AssertionError(f"asked about {len(cookie_header)} characters")


def test_a_store_of_sessions_is_not_asked_when_a_sign_in_begins(world: WebWorld) -> None:
    """It would hold up the event loop, and its cookies are small."""
    world.container.sessions.override(providers.Object(UntouchedJar(world.clock)))
    world.container.sign_in_routes.reset()
    world.container.sign_in_routes.add_kwargs(jar_waits=True)
    world.app = create_app(world.container)
    plant(world, "opaque")

    world.begin(LONG_TARGET)

    assert "__Secure-authcore_session=opaque" in world.browser.header(AUTH_HOST)


def test_a_browser_without_a_session_is_told_nothing_about_one(world: WebWorld) -> None:
    (only,) = world.visit("/auth/signin").all("set-cookie")

    assert only.startswith("__Host-authcore_attempt_")


def test_a_session_that_lives_survives_the_beginning_of_another(world: WebWorld) -> None:
    sign_in(world, world.begin())
    world.begin(LONG_TARGET)

    assert world.visit("/auth/session").status == 200


def test_thirty_tabs_that_a_browser_restores_at_once_fit_the_header_and_all_finish(
    world: WebWorld,
) -> None:
    """None of them knows of the others; those whose attempt was replaced begin again once."""
    # CK-04, SP-09
    sent = world.browser.header(AUTH_HOST)
    answers = [
        call(world.app, f"/auth/signin?redirect={LONG_TARGET}", headers=[PAGE], cookies=sent)
        for _ in range(30)
    ]
    for answer in answers:
        world.browser.apply(answer.all("set-cookie"), AUTH_HOST)
    assert length(world) <= BUDGET

    for answer in answers:
        asked = asked_in(answer)
        returned = world.visit(world.issue(asked))
        if (returned.header("location") or "").startswith(AUTHORIZE_URL):
            returned = world.visit(world.issue(asked_in(returned)))
        assert returned.header("location") == LONG_TARGET
        assert length(world) <= BUDGET
    assert world.visit("/auth/session").status == 200


def asked_in(answer: Answer) -> dict[str, str]:
    endpoint, _, query = (answer.header("location") or "").partition("?")
    assert endpoint == AUTHORIZE_URL
    return dict(parse_qsl(query, strict_parsing=True))
