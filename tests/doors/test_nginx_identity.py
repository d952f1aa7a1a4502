"""What nginx lets nobody do: pose as somebody, ask in the place of nginx, step around it."""

import re
from collections.abc import Iterator

import pytest

from doors.nginx_server import NEEDS_NGINX, NOBODY_LISTENS
from doors.nginx_site import Site, behind
from doors.situations import signed_in
from doors.world import DoorWorld
from support.scripted_server import answer
from unit.session_world import DUE


pytestmark = NEEDS_NGINX

IDENTITY = (
    "Subject",
    "Username",
    "Name",
    "Legacy-Uid",
    "Legacy_Uid",
    "Groups",
    "Roles",
    "Claims",
    "Login",
)
ALLOWED = answer(200, headers=["X-Auth-Login: cognito", "X-Auth-Legacy-Uid: 4711"])


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def site(world: DoorWorld) -> Iterator[Site]:
    with Site(world) as site:
        yield site


MADE_UP = [
    (spelled, "1")
    for name in IDENTITY
    for spelled in (f"X-Auth-{name}", f"x-AUTH-{name}", f"X_Auth_{name}", f"X.Auth.{name}")
]


@pytest.mark.parametrize("target", ["/articles", "/static/app.css"])
def test_an_identity_that_a_client_made_up_does_not_arrive(
    world: DoorWorld, site: Site, target: str
) -> None:
    # VA-04
    site.visit(world.cookies(world.sign_in()), target=target, headers=MADE_UP)

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
    said.append(("Forwarded", "host=evil.example"))
    site.visit(world.cookies(world.sign_in()), headers=said, host="evil.example")

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
        ("/auth/refresh", 302),
        ("/auth/signout", 200),
        ("/auth/connect", 400),
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
def test_browsers_reach_the_routes_that_are_for_them(site: Site, target: str, status: int) -> None:
    assert site.visit(target=target, host="auth.example.com").status == status


def test_no_query_stands_in_an_access_log(site: Site) -> None:
    site.visit(target="/articles?draft=canary")
    site.visit(target="/auth/signin/callback?code=canary", host="auth.example.com")

    for name, line in (("cms.log", "GET /articles"), ("auth.log", "GET /auth/signin/callback")):
        log = site.nginx.log_with(name, line)
        assert line in log
        assert "canary" not in log
