"""Both guards and the auth service, where sessions lie in a store."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.testing.contracts.cookies import HOST
from authcore.testing.fakes.session_stores import InMemorySealedStore
from doors.door_world import tokens_of
from doors.guard_world import GuardWorld
from doors.web_world import WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer


SID = "__Secure-authcore_sid"
STORED = {"COOKIE_FORMAT": "stored", "STORE_TABLE": "sessions"}

GuardedRequest = Callable[..., Answer]


@pytest.fixture
def world() -> GuardWorld:
    return GuardWorld(**STORED)


@pytest.fixture(params=["asgi", "wsgi"])
def visit(world: GuardWorld, request: pytest.FixtureRequest) -> GuardedRequest:
    through: GuardedRequest = getattr(world, request.param)
    return through


def test_somebody_signed_in_reaches_the_application(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    cookies = world.cookies()
    answer = visit("/articles", cookies=cookies)

    assert (answer.status, answer.json) == (200, {"name": "Ada", "uid": "42"})
    assert cookies.startswith(f"{SID}=")
    assert world.waiting.asked == [cookies]


def test_tokens_beyond_the_cookie_budget_sign_in(world: GuardWorld, visit: GuardedRequest) -> None:
    # CK-04
    groups = [f"group-{number:04d}" for number in range(400)]
    tokens = tokens_of(world.mint, **{"cognito:groups": groups})
    assert len(tokens.id_token) + len(tokens.access_token) > DEFAULT_BUDGET

    cookies = world.cookies(tokens)

    assert len(cookies) < 200
    assert visit("/articles", cookies=cookies).status == 200


def test_a_session_that_the_store_does_not_know_signs_in_again(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    cookies = world.cookies()
    world.store.texts.clear()

    assert visit("/articles", cookies=cookies).status == 302
    assert visit("/articles", cookies=cookies, headers=[PROGRAM]).json == {"reason": "no_session"}


@pytest.mark.parametrize("headers", [[PAGE], [PROGRAM]])
def test_an_outage_of_the_store_is_try_again_later_and_signs_nobody_out(
    world: GuardWorld, visit: GuardedRequest, headers: Any
) -> None:
    # RF-02
    cookies = world.cookies()
    world.store.unavailable = True
    answer = visit("/articles", cookies=cookies, headers=headers)

    assert answer.status == 503
    assert answer.header("retry-after") == "5"
    assert answer.header("location") is None
    assert answer.all("set-cookie") == []
    assert world.app.scopes == []

    world.store.unavailable = False
    assert visit("/articles", cookies=cookies).status == 200


def test_an_outage_of_the_store_keeps_nobody_from_public_pages_and_from_signing_in(
    world: GuardWorld, visit: GuardedRequest
) -> None:
    cookies = world.cookies()
    world.store.unavailable = True

    assert visit("/about", cookies=cookies).status == 200
    assert visit("/articles").status == 302


@pytest.fixture
def web() -> WebWorld:
    return WebWorld(**STORED)


def test_a_sign_in_leaves_one_opaque_cookie(web: WebWorld) -> None:
    # CK-10
    assert web.sign_in().status == 302
    assert web.cookie_names == {SID, "__Host-authcore_rounds"}
    assert web.visit("/auth/session").json["user"]["name"] == "Ada"
    assert len(web.store.texts) == 1


def test_a_second_sign_in_leaves_nothing_of_the_first(web: WebWorld) -> None:
    # CK-11
    web.sign_in()
    first = web.browser.header(HOST)
    web.sign_in()

    assert web.browser.header(HOST) != first
    assert len(web.store.texts) == 1


def test_a_sign_in_that_cannot_be_stored_is_lost_and_begun_anew(web: WebWorld) -> None:
    target = web.issue(web.begin())
    web.store.unavailable = True
    answer = web.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (503, "login_lost")
    assert web.cookie_names == set()

    web.store.unavailable = False
    assert web.sign_in().status == 302


def test_an_outage_of_the_store_is_no_answer_about_a_session(web: WebWorld) -> None:
    # RF-02
    web.sign_in()
    web.store.unavailable = True
    assert web.visit("/auth/session", headers=[PROGRAM]).status == 503

    web.store.unavailable = False
    assert web.visit("/auth/session", headers=[PROGRAM]).status == 200


def test_the_store_is_never_waited_for_on_the_event_loop(
    web: WebWorld, world: GuardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[threading.Thread] = []
    monkeypatch.setattr(
        InMemorySealedStore, "_check", lambda *_: asked.append(threading.current_thread())
    )
    cookies = world.cookies()
    asked.clear()
    world.asgi("/articles", cookies=cookies)
    web.sign_in()
    web.visit("/auth/session")

    assert len(asked) == 3
    assert threading.current_thread() not in asked
