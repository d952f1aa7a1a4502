"""What nginx lets nobody do: pose as somebody, ask for others, get in while nobody can say."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from doors.nginx_server import NOBODY_LISTENS, PROGRAM
from doors.nginx_site import Site
from doors.situations import signed_in
from doors.world import DoorWorld
from scripted_server import HANG_UP, SILENCE, Script, ScriptedServer, answer
from unit.asgi_calls import PAGE, Headers
from unit.asgi_calls import PROGRAM as A_PROGRAM
from unit.session_world import DUE


pytestmark = [
    pytest.mark.nginx,
    pytest.mark.skipif(
        PROGRAM is None, reason="nginx is not installed: run `make nginx` to include its tests"
    ),
]

IDENTITY = ("Subject", "Username", "Name", "Legacy-Uid", "Groups", "Login")
ALLOWED = answer(204, headers=["X-Auth-Login: cognito", "X-Auth-Legacy-Uid: 4711"])


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def site(world: DoorWorld) -> Iterator[Site]:
    with Site(world) as site:
        yield site


@contextmanager
def behind(script: Script) -> Iterator[tuple[Site, ScriptedServer]]:
    """A site whose auth service says what *script* says."""
    with ScriptedServer(script) as auth, Site(auth=auth.port) as site:
        yield site, auth


# --- who it is


def made_up() -> Headers:
    for name in IDENTITY:
        for spelled in (f"X-Auth-{name}", f"x-AUTH-{name}", f"X_Auth_{name}", f"X.Auth.{name}"):
            yield (
                spelled.replace("Legacy-Uid", "Legacy_Uid" if "_" in spelled else "Legacy-Uid"),
                "1",
            )


@pytest.mark.parametrize("target", ["/articles", "/static/app.css"])
def test_an_identity_that_a_client_made_up_does_not_arrive(
    world: DoorWorld, site: Site, target: str
) -> None:
    # VA-04
    site.visit(world.cookies(world.sign_in()), target=target, headers=made_up())

    [arrived] = site.app.arrived
    told = {name: value for name, value in arrived.headers if re.match("x.auth", name)}
    if target == "/static/app.css":
        assert told == {}
    else:
        assert told.pop("x-auth-login") == "cognito"
        assert "1" not in told.values()
        assert all(name.startswith("x-auth-") for name in told)


def test_whatever_a_user_is_called_arrives_in_one_header(world: DoorWorld) -> None:
    # RD-06
    cookies = world.cookies(signed_in(world, name="Zoë\r\nX-Auth-Login: legacy"))
    with Site(world) as site:
        site.visit(cookies)

    [arrived] = site.app.arrived
    assert arrived.all("x-auth-name") == ["Zo%C3%AB%0D%0AX-Auth-Login:%20legacy"]
    assert arrived.all("x-auth-login") == ["cognito"]


def test_what_a_client_says_of_its_way_here_is_replaced(world: DoorWorld, site: Site) -> None:
    said = [
        (name, "evil.example")
        for name in ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
    ]
    site.visit(world.cookies(world.sign_in()), headers=[*said, ("Forwarded", "host=evil.example")])

    [arrived] = site.app.arrived
    assert "evil.example" not in repr(arrived)
    assert arrived.all("x-forwarded-for") == ["127.0.0.1"]
    assert arrived.all("host") == arrived.all("x-forwarded-host") == ["cms.example.com"]


@pytest.mark.parametrize(
    "target", ["/static/../articles", "/static/..%2farticles", "/static/%2e%2e/articles"]
)
def test_no_spelling_of_a_guarded_path_is_public(site: Site, target: str) -> None:
    assert site.visit(target=target).status == 401
    assert site.app.arrived == []


def test_a_public_path_asks_nobody_and_reaches_the_application_as_it_was_judged() -> None:
    with Site(auth=NOBODY_LISTENS) as site:
        given = site.visit(target="/static/./a//../app.css?v=1")

    assert given.json == {"said": "nobody"}
    assert site.app.arrived[0].target == "/static/app.css?v=1"


# --- what the auth service is asked


def test_the_auth_service_is_asked_by_get_without_body_and_with_what_it_reads_only() -> None:
    with behind(lambda _: [ALLOWED]) as (site, auth):
        for body in (b"secret=1", b"secret=2"):
            site.visit(
                "a=b; c=d",
                method="POST",
                target="/login?code=7",
                headers=[
                    ("Authorization", "Basic canary"),
                    ("X-Auth-Original-Url", "https://evil.example/"),
                    ("Sec-Fetch-Mode", "navigate"),
                    ("Expect", "100-continue"),
                ],
                body=body,
            )

    assert auth.connections == 1
    asked = auth.requests[1].decode()
    head, _, rest = asked.partition("\r\n\r\n")
    assert rest == ""
    assert sorted(head.split("\r\n")) == [
        "Cookie: a=b; c=d",
        "GET /auth/check HTTP/1.1",
        "Host: authcore",
        "Sec-Fetch-Mode: navigate",
        "X-Auth-Original-Url: https://cms.example.com/login?code=7",
    ]


def test_cookies_that_come_in_several_headers_are_asked_about_together() -> None:
    with behind(lambda _: [ALLOWED]) as (site, auth):
        site.visit("a=b", headers=[("Cookie", "c=d")])

    assert b"\r\nCookie: c=d; a=b\r\n" in auth.requests[0]


@pytest.mark.parametrize("target", ["/_auth", "/_auth/", "/%5fauth", "//_auth", "/x/../_auth"])
def test_the_question_itself_is_out_of_reach(world: DoorWorld, site: Site, target: str) -> None:
    """Its answer says again what HttpOnly keeps from scripts."""
    given = site.visit(world.cookies(signed_in(world, age=DUE)), target=target)

    assert given.status in (200, 404)
    assert not [name for name, _ in given.headers if name.startswith("x-auth")]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/auth/session", 401),
        ("/auth/signin", 302),
        ("/auth/signout", 200),
        ("/auth/signin/callback", 400),
        ("/auth/check", 404),
        ("/auth/signin/../check", 404),
        ("/auth/signin/..%2fcheck", 404),
        ("/auth//check", 404),
        ("/auth/check/x", 404),
        ("/auth/verify", 404),
        ("/metrics", 404),
        ("/", 404),
    ],
)
def test_browsers_reach_the_four_routes_that_are_for_them(
    site: Site, target: str, status: int
) -> None:
    assert site.visit(target=target, host="auth.example.com").status == status


# --- nobody can say


def outage(site: Site, headers: Headers) -> tuple[int, str | None]:
    """Status and Retry-After; the application must have heard nothing."""
    given = site.visit("a=b", headers=headers)
    assert given.header("location") is given.header("www-authenticate") is None
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
    "a head of 40 kB": [answer(204, headers=[f"X-Auth-Name: {'a' * 40_000}"])],
    "no HTTP": [b"\x16\x03\x01\r\n\r\n", HANG_UP],
    "nothing": [HANG_UP],
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_of_the_auth_service_lets_nobody_in(name: str) -> None:
    # RF-02
    with behind(lambda _: NO_ANSWERS[name]) as (site, _):
        status, retry_after = 0, None
        given = site.visit("a=b", headers=[PAGE])
        status, retry_after = given.status, given.header("retry-after")

    assert (status, retry_after) == (503, "5")
    assert given.header("location") is None
    assert site.app.arrived == []


def test_a_403_on_the_way_to_the_auth_service_is_a_403() -> None:
    with behind(lambda _: [answer(403)]) as (site, _):
        assert site.visit("a=b", headers=[PAGE]).status == 403
    assert site.app.arrived == []
