"""``/auth/check`` with AUTHCORE_WEB_CHECK_REDIRECTS: what a proxy passes on to the client."""

from typing import Any
from urllib.parse import unquote

import pytest

from doors.door_world import SIGNIN_URL
from doors.live_web_world import EXPIRED, LiveWebWorld
from doors.very_pages import PAGES
from unit.asgi_calls import PAGE, PROGRAM, Answer


NAVIGATE = ("sec-fetch-mode", "navigate")
DEEP = "/new%2Fpost//a;b/%C3%A9?draft=7&q=a%26b+%20//c"
HOST = ("x-forwarded-host", "cms.example.com")


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld(WEB_CHECK_REDIRECTS="on")


def forwarded(uri: str = DEEP, **changes: str | None) -> list[tuple[str, str]]:
    """What Traefik and Caddy send of the original request; None leaves a header out."""
    said: dict[str, str | None] = {
        "x-forwarded-method": "GET",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "cms.example.com",
        "x-forwarded-uri": uri,
    }
    said |= {f"x-forwarded-{name}": value for name, value in changes.items()}
    return [(name, value) for name, value in said.items() if value is not None]


def asked_by_traefik(world: LiveWebWorld, *headers: tuple[str, str], **changes: Any) -> Answer:
    given = [*forwarded(**changes), PAGE, NAVIGATE, *headers]
    return world.visit("/auth/check", headers=given)


def asked_by_envoy(world: LiveWebWorld, target: str, *, method: str = "GET") -> Answer:
    headers = [("host", "cms.example.com"), PAGE, NAVIGATE]
    return world.visit(f"/auth/check{target}", method=method, headers=headers)


def target_of(answer: Answer) -> str | None:
    """Where the sign-in of a redirect returns to; None for the default."""
    assert answer.status == 302
    location = answer.header("location") or ""
    assert location.startswith(SIGNIN_URL)
    return unquote(location.partition("?redirect=")[2]) or None


@pytest.mark.parametrize(("page", "target"), PAGES, ids=lambda text: text[:50])
def test_a_navigation_is_sent_to_sign_in_and_back_to_the_very_page(
    world: LiveWebWorld, page: str, target: str
) -> None:
    """As behind every guard; Envoy names the page by path and Host."""
    # RD-05
    by_headers, by_path = asked_by_traefik(world, uri=page), asked_by_envoy(world, page)

    assert target_of(by_headers) == target_of(by_path) == f"https://cms.example.com{target}"
    assert by_headers.header("x-auth-reason") == "no_session"
    assert by_headers.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "evil.example"},
        {"host": "cms.example.com, evil.example"},
        {"host": "cms.example.com@evil.example"},
        {"host": "evil.example/?cms.example.com"},
        {"host": "cms.example.com\\@evil.example"},
        {"host": "cms.example.com:8443"},
        {"host": ""},
        {"host": None},
        {"proto": "http"},
        {"proto": "javascript"},
        {"proto": "https://evil.example/?"},
        {"proto": None},
        {"uri": "@evil.example/"},
        {"uri": ".evil.example/"},
        {"uri": ":443@evil.example/"},
        {"uri": "/" + "a" * 2048},
        {"uri": ""},
    ],
    ids=lambda wrong: str(wrong)[:50],
)
def test_a_target_that_is_not_allowed_becomes_the_default_and_no_open_redirect(
    world: LiveWebWorld, wrong: dict[str, str | None]
) -> None:
    # RD-01, RD-02
    assert target_of(asked_by_traefik(world, **wrong)) is None


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-uri"])
def test_a_header_that_comes_twice_names_no_page(world: LiveWebWorld, name: str) -> None:
    # RD-01
    assert target_of(asked_by_traefik(world, (name, "/other"))) is None


def test_a_host_that_a_client_made_up_leads_nowhere_through_envoy(world: LiveWebWorld) -> None:
    # RD-01
    foreign = world.visit("/auth/check/a", headers=[PAGE, NAVIGATE])

    assert target_of(foreign) is None


@pytest.mark.parametrize(
    ("method", "accept", "mode", "status"),
    [
        ("GET", PAGE, NAVIGATE, 302),
        ("HEAD", PAGE, NAVIGATE, 302),
        ("GET", PAGE, None, 302),
        ("GET", PAGE, ("sec-fetch-mode", "cors"), 401),
        ("GET", PROGRAM, NAVIGATE, 401),
        ("POST", PROGRAM, NAVIGATE, 401),
        ("POST", PAGE, ("sec-fetch-mode", "cors"), 401),
        ("PUT", PAGE, NAVIGATE, 401),
        ("get", PAGE, NAVIGATE, 401),
        (None, PAGE, NAVIGATE, 401),
    ],
)
def test_only_navigations_are_redirected_and_programs_get_401(
    world: LiveWebWorld,
    method: str | None,
    accept: tuple[str, str],
    mode: tuple[str, str] | None,
    status: int,
) -> None:
    headers = [*forwarded(method=method), accept, *([mode] if mode else [])]
    answer = world.visit("/auth/check", headers=headers)

    assert answer.status == status
    assert answer.header("x-auth-reason") == "no_session"
    if status == 401:
        assert answer.json == {"reason": "no_session"}
        assert answer.header("location") is None


def test_methods_that_contradict_each_other_are_no_navigation(world: LiveWebWorld) -> None:
    assert asked_by_traefik(world, ("x-original-method", "POST")).status == 401
    assert asked_by_traefik(world, ("x-original-method", "GET"), method=None).status == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_envoy_asks_by_the_method_of_the_request(world: LiveWebWorld, method: str) -> None:
    assert asked_by_envoy(world, "/a", method=method).status == 401


def test_a_proxy_that_redirects_itself_still_gets_the_status(world: LiveWebWorld) -> None:
    answer = asked_by_traefik(world, ("x-auth-original-url", "https://shop.example.com/a"))

    assert answer.status == 401
    assert answer.header("x-auth-signin") == (
        f"{SIGNIN_URL}?redirect=https%3A%2F%2Fshop.example.com%2Fa"
    )


def test_without_the_setting_every_request_gets_the_status() -> None:
    world = LiveWebWorld()

    assert asked_by_traefik(world).status == 401
    assert asked_by_envoy(world, "/a").status == 401


def test_a_session_is_let_in_and_an_ended_one_is_deleted_on_the_way(world: LiveWebWorld) -> None:
    # CK-06
    world.sign_in()
    assert asked_by_traefik(world).status == 200

    world.provider.forget_all()
    world.clock.advance(EXPIRED)
    ended = asked_by_traefik(world)

    assert target_of(ended) == f"https://cms.example.com{DEEP}"
    assert ended.all("set-cookie")
    assert all("Max-Age=0" in value for value in ended.all("set-cookie"))


def test_an_outage_is_503_and_never_a_redirect(world: LiveWebWorld) -> None:
    # RF-02
    world.sign_in()
    world.provider.available = False
    world.clock.advance(EXPIRED)
    answer = asked_by_traefik(world)

    assert answer.status == 503
    assert answer.header("location") is None
    assert int(answer.header("retry-after") or 0) >= 1
