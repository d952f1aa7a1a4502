"""While nobody can say who it is, nginx says later; what is too large, it says at once."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.domain.errors import SessionTooLargeError
from doors.frameworks import observed
from doors.nginx_server import NEEDS_NGINX
from doors.nginx_site import Site, behind
from doors.situations import RENEWED
from doors.world import DoorWorld
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer, deaf_server
from unit.asgi_calls import PAGE, Headers
from unit.asgi_calls import PROGRAM as A_PROGRAM
from unit.session_world import DUE


pytestmark = NEEDS_NGINX


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def site(world: DoorWorld) -> Iterator[Site]:
    with Site(world) as site:
        yield site


def outage(site: Site, headers: Headers) -> tuple[int, str | None]:
    """Status and Retry-After; the application must have heard nothing."""
    given = site.visit("a=b", headers=headers)
    assert given.header("location") is None
    assert given.header("cache-control") == "no-store"
    assert site.app.arrived == []
    return given.status, given.header("retry-after")


@pytest.mark.parametrize("visitor", [PAGE, A_PROGRAM], ids=["person", "program"])
def test_while_the_auth_service_is_gone_it_is_later_and_afterwards_it_goes_on(
    world: DoorWorld, site: Site, visitor: tuple[str, str]
) -> None:
    # RF-02
    cookies = world.cookies(world.sign_in())
    assert site.visit(cookies, headers=[visitor]).status == 200
    site.app.arrived.clear()
    site.stop_auth()

    assert outage(site, [visitor]) == (503, "5")


@pytest.mark.parametrize("visitor", [PAGE, A_PROGRAM], ids=["person", "program"])
def test_an_outage_that_the_auth_service_reports_is_later_when_it_says(
    visitor: tuple[str, str],
) -> None:
    # RF-02
    said = answer(503, headers=["Retry-After: 17", "X-Auth-Reason: legacy_unavailable"])
    with behind(lambda _: [said]) as (site, _):
        assert outage(site, [visitor]) == (503, "17")


NO_ANSWERS: dict[str, Iterable[bytes]] = {
    "a bug": [answer(500)],
    "too many requests": [answer(429)],
    "not found": [answer(404)],
    "somewhere else": [answer(302, headers=["Location: https://evil.example/"])],
    "a 401 of somebody else": [answer(401, headers=['WWW-Authenticate: Basic realm="x"'])],
    "a 401 to nowhere": [answer(401, headers=["X-Auth-Signin: javascript:x"])],
    "a time that is none": [answer(503, headers=["Retry-After: soon"])],
    "a head of 40 kB": [answer(200, headers=[f"X-Auth-Name: {'a' * 40_000}"])],
    "no HTTP": [b"\x16\x03\x01\r\n\r\n", HANG_UP],
    "nothing": [HANG_UP],
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_of_the_auth_service_lets_nobody_in(name: str) -> None:
    # RF-02
    with behind(lambda _: NO_ANSWERS[name]) as (site, _):
        assert outage(site, [PAGE]) == (503, "5")


def test_a_403_on_the_way_to_the_auth_service_is_a_403() -> None:
    with behind(lambda _: [answer(403)]) as (site, _):
        assert site.visit("a=b", headers=[PAGE]).status == 403
    assert site.app.arrived == []


def test_an_auth_service_that_says_nothing_is_asked_once_and_not_waited_for_long() -> None:
    # DL-04
    with ScriptedServer(lambda _: SILENCE) as auth:
        site = Site(auth=auth.port)
        site.nginx.change("authcore/server.conf", "proxy_read_timeout 15s", "proxy_read_timeout 1s")
        with site:
            assert outage(site, [A_PROGRAM]) == (503, "5")
    assert auth.connections == 1


def test_an_auth_service_that_takes_no_connection_is_not_waited_for_long() -> None:
    # DL-04
    with deaf_server() as url, Site(auth=int(url.rpartition(":")[2])) as site:
        assert outage(site, [A_PROGRAM]) == (503, "5")
        assert "upstream timed out" in site.nginx.log_with("error.log", "upstream timed out")


def test_an_auth_service_that_hangs_up_after_every_answer_loses_nobody() -> None:
    allowed = answer(200, headers=["X-Auth-Login: cognito", "X-Auth-Legacy-Uid: 4711"])
    with behind(lambda _: [allowed, HANG_UP]) as (site, _):
        said = [site.visit("a=b").json["said"] for _ in range(20)]
    assert said == ["4711 cognito"] * 20


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/articles", [("Cookie", "a=b; " * 4000)], 431),
        ("/articles", [("Cookie", "a=b; " * 2000)] * 2, 431),
        ("/articles", [("Cookie", "a=b; " * 2000)] * 20, 431),
        ("/articles", [("X-Other", "a" * 20_000)], 431),
        ("/" + "a" * 20_000, [], 414),
    ],
    ids=["one line", "two lines", "twenty lines", "another header", "the address"],
)
@pytest.mark.parametrize("visitor", [PAGE, A_PROGRAM], ids=["person", "program"])
def test_what_is_too_large_is_refused_and_reaches_nobody(
    site: Site,
    target: str,
    headers: list[tuple[str, str]],
    status: int,
    visitor: tuple[str, str],
) -> None:
    # DL-02
    given = site.visit(target=target, headers=[visitor, *headers])

    assert given.status == status
    assert given.header("retry-after") is given.header("location") is None
    assert site.app.arrived == []
    if visitor == PAGE and status == 431:
        assert "<h1>Your browser sends too many cookies</h1>" in given.text
        form = site.visit(target=target, method="POST", headers=[visitor, *headers])
        assert (form.status, "<h1>Nothing was saved</h1>" in form.text) == (431, True)


def largest_session(world: DoorWorld) -> str:
    """The cookies of one that fits its budget and would not if it were a little larger."""
    cookies = ""
    with suppress(SessionTooLargeError):
        for size in range(1000, 8000, 20):
            cookies = world.cookies(world.sign_in(note="n" * size))
    return cookies


def test_a_session_that_fills_its_budget_passes_both_ways_beside_as_much_of_others(
    world: DoorWorld,
) -> None:
    # CK-04
    cookies = largest_session(world)
    assert DEFAULT_BUDGET - 100 < len(cookies) <= DEFAULT_BUDGET
    world.clock.advance(DUE)
    with Site(world) as site:
        given = site.visit(f"{cookies}; other={'o' * 8000}", headers=[A_PROGRAM])

    assert observed(given) == RENEWED
    renewed = [each for each in given.all("set-cookie") if "authcore" in each]
    assert len(renewed) == len(cookies.split("; "))
