"""``/auth/refresh``: a session is refreshed here where an application's responses have no room."""

from urllib.parse import quote

import pytest

from doors.door_world import FRONT_PAGE, SIGNIN_URL
from doors.live_web_world import DUE, EXPIRED, LiveWebWorld
from doors.very_pages import PAGES
from doors.web_world import AUTH_HOST
from unit.asgi_calls import PAGE, PROGRAM, Answer


TARGET = "https://cms.example.com/new%2Fpost?draft=7"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def refresh(world: LiveWebWorld, target: str = TARGET, *headers: tuple[str, str]) -> Answer:
    query = f"?redirect={quote(target, safe='')}"
    return world.visit(f"/auth/refresh{query}", headers=headers or [PAGE])


@pytest.mark.parametrize("age", [DUE, EXPIRED])
def test_a_session_that_is_due_is_refreshed_and_the_browser_returns(
    world: LiveWebWorld, age: object
) -> None:
    # RF-01, RD-05
    world.sign_in()
    world.clock.advance(age)  # type: ignore[arg-type]
    answer = refresh(world)

    assert (answer.status, answer.header("location")) == (302, TARGET)
    assert any("authcore_session" in value for value in answer.all("set-cookie"))
    assert world.visit("/auth/session").status == 200
    assert len(world.provider.sent) == 1


def test_the_old_login_returns_at_once(world: LiveWebWorld) -> None:
    world.sign_in_to_legacy()

    assert refresh(world).header("location") == TARGET


def test_without_a_session_the_browser_signs_in_and_returns(world: LiveWebWorld) -> None:
    there = f"{SIGNIN_URL}?redirect={quote(TARGET, safe='')}"
    assert refresh(world).header("location") == there

    world.sign_in()
    world.provider.forget_all()
    world.clock.advance(EXPIRED)
    ended = refresh(world)
    assert ended.header("location") == there
    assert ended.all("set-cookie")
    assert world.visit("/auth/session").json == {"reason": "no_session"}


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:x", "/a", ""]
)
def test_a_target_that_is_not_allowed_becomes_the_default(world: LiveWebWorld, target: str) -> None:
    # RD-01
    assert refresh(world, target).header("location") == SIGNIN_URL
    world.sign_in()
    assert refresh(world, target).header("location") == FRONT_PAGE


def test_it_returns_to_the_very_page(world: LiveWebWorld) -> None:
    # RD-05
    world.sign_in()
    for page in sorted({target for _, target in PAGES}):
        answer = refresh(world, f"https://cms.example.com{page}")
        assert answer.header("location") == f"https://cms.example.com{page}"
        world.browser.apply(["__Host-authcore_rounds=; Max-Age=0; Path=/; Secure"], AUTH_HOST)


def test_an_outage_is_503_and_the_session_goes_on_afterwards(world: LiveWebWorld) -> None:
    # RF-02
    world.sign_in()
    world.provider.available = False
    world.clock.advance(EXPIRED)
    answer = refresh(world)

    assert answer.status == 503
    assert answer.all("set-cookie") == []
    assert int(answer.header("retry-after") or 0) >= 1
    world.provider.available = True
    assert refresh(world).header("location") == TARGET


def test_a_picture_on_another_site_refreshes_nothing(world: LiveWebWorld) -> None:
    # RF-07
    world.sign_in()
    world.clock.advance(DUE)
    refresh(world, TARGET, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"))

    assert world.provider.sent == []


def test_an_application_that_accepts_no_session_ends_on_an_error_page(world: LiveWebWorld) -> None:
    """Each redirect that it makes leads on, in a bounded number of steps."""
    world.sign_in()
    for _ in range(20):
        location = refresh(world).header("location") or ""
        if location.startswith(SIGNIN_URL):
            ended = world.sign_in(TARGET)
            if ended.status != 302:
                break
    assert (ended.status, world.visit("/auth/session").status) == (400, 200)


def test_a_query_that_is_ambiguous_is_refused(world: LiveWebWorld) -> None:
    answer = world.visit("/auth/refresh?redirect=a&redirect=b", headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "login_parameter")
