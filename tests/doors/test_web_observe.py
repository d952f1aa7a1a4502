"""``/auth/observe``: every request is forwarded, and what ``/auth/check`` would say is counted."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from authcore.adapters.audit.shadow_lines import read_line
from doors.live_web_world import DUE, EXPIRED, LiveWebWorld
from doors.shadow_world import AtOnce
from support.gate import sampled
from unit.asgi_calls import PAGE, Answer


MANY_COOKIES: Final = ("cookie", "a=b; " * 4000)
NAVIGATION: Final = (PAGE, ("x-forwarded-method", "GET"), ("x-forwarded-uri", "/a"))
FORGED: Final = ("x-auth-subject", "forged")


def signed_in(world: LiveWebWorld) -> None:
    world.sign_in()


def due(world: LiveWebWorld) -> None:
    world.sign_in()
    world.clock.advance(DUE)


def expired(world: LiveWebWorld) -> None:
    world.sign_in()
    world.clock.advance(EXPIRED)


def nobody(_: LiveWebWorld) -> None:
    """A fresh browser."""


CASES: Final[dict[str, tuple[Callable[[LiveWebWorld], None], dict[str, str], Any]]] = {
    "signed in": (signed_in, {}, ()),
    "no session": (nobody, {}, ()),
    "due": (due, {}, ()),
    "expired": (expired, {}, ()),
    "expired, caused by another site": (expired, {}, (("sec-fetch-site", "cross-site"),)),
    "no group": (signed_in, {"GUARD_GROUPS": "publishers"}, ()),
    "too many cookies": (nobody, {}, (MANY_COOKIES,)),
    "redirected by the service": (nobody, {"WEB_CHECK_REDIRECTS": "on"}, NAVIGATION),
}


def world_of(name: str) -> tuple[LiveWebWorld, Any]:
    prepare, variables, headers = CASES[name]
    world = LiveWebWorld(**variables)
    prepare(world)
    return world, headers


def observe(world: LiveWebWorld, headers: Any, path: str = "/auth/observe") -> Answer:
    return world.visit(path, headers=headers)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authcore.adapters.background.Background.submit", AtOnce.submit)


@pytest.mark.parametrize("name", sampled([*CASES], of=3))
def test_every_request_is_forwarded_without_user_and_cookies(name: str) -> None:
    world, headers = world_of(name)

    answer = observe(world, (*headers, FORGED))

    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("x-auth-subject") == answer.header("x-auth-login") == ""
    assert answer.all("set-cookie") == []
    assert [each for each in answer.headers if each[0].startswith("x-auth-set")] == []


@pytest.mark.parametrize("name", sampled([*CASES], of=3))
def test_what_is_counted_is_what_the_check_answers(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    world, headers = world_of(name)
    observe(world, headers)
    world.container.shadow_log().flush()
    [counts] = [found for each in caplog.messages if (found := read_line(each))]
    [(status, _, reason)] = counts.decided

    checked, headers = world_of(name)
    answer = checked.visit("/auth/check", headers=headers)

    assert status == answer.status
    if answer.status == 200:
        assert reason == ("would_refresh" if answer.all("set-cookie") else "ok")
    else:
        assert reason == answer.header("x-auth-reason")


def test_an_observed_request_refreshes_no_session() -> None:
    world, _ = world_of("expired")
    issued = vars(world.provider)["_issued"]

    observe(world, ())
    observe(world, (), "/auth/observe/some/page")

    assert vars(world.provider)["_issued"] == issued
    assert world.visit("/auth/check").all("set-cookie")


def test_no_header_makes_the_check_observe() -> None:
    world = LiveWebWorld()
    headers = [("x-auth-mode", "observe"), ("x-original-url", "/auth/observe")]

    answer = world.visit("/auth/check", headers=headers)

    assert answer.status == 401
    assert json.loads(answer.body) == {"reason": "no_session"}


def test_a_fault_keeps_no_request_back(caplog: pytest.LogCaptureFixture) -> None:
    world = LiveWebWorld()
    routes = world.container.observe_routes()
    object.__setattr__(routes, "_browser_guard", None)

    assert observe(world, ()).status == 200
    assert "nothing was predicted" in caplog.text
