"""The same table of situations gives the same decisions behind a real nginx."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from doors.frameworks import CACHED, observed
from doors.nginx_server import NEEDS_NGINX, NOBODY_LISTENS, Nginx
from doors.nginx_site import NETWORK_CACHED, OWN_COOKIE, Site
from doors.situations import SITUATIONS, Situation, signed_in
from doors.world import DoorWorld
from unit.asgi_calls import PAGE
from unit.asgi_calls import PROGRAM as A_PROGRAM
from unit.session_world import ACCOUNT, DUE, HOUR


pytestmark = NEEDS_NGINX

GUIDE = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def site(world: DoorWorld) -> Iterator[Site]:
    with Site(world) as site:
        yield site


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_nginx_decides_as_every_other_door(world: DoorWorld, situation: Situation) -> None:
    # RF-01, RF-02, RF-08, CK-05, CK-07, DL-02
    cookies = situation.prepare(world)
    with Site(world) as site:
        answer = site.visit(cookies, headers=[A_PROGRAM])

    assert observed(answer) == situation.expected
    assert len(site.app.arrived) == (1 if situation.expected.outcome == "in" else 0)


def test_the_configuration_is_one_that_nginx_takes_without_a_warning(site: Site) -> None:
    tested = site.nginx.tested()

    assert tested.startswith("0 ")
    assert "[warn]" not in tested
    assert "[warn]" not in site.nginx.log("error.log")


def test_the_site_that_the_guide_shows_is_one_that_nginx_takes(world: DoorWorld) -> None:
    [block] = re.findall(r"(?ms)^```nginx\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"))
    with Nginx(auth=NOBODY_LISTENS, app=NOBODY_LISTENS, site=block) as nginx:
        assert nginx.tested().startswith("0 ")
        assert nginx.visit(headers=[A_PROGRAM]).status == 503
        assert nginx.visit(target="/static/app.css").status == 502


def test_a_person_is_sent_to_sign_in_and_back_to_the_very_page(site: Site) -> None:
    # RD-05
    deep = "/new%20post/?draft=7&tab=2&q=a%26b+%C3%A9"
    answer = site.visit(target=deep, headers=[PAGE])

    assert answer.status == 302
    assert answer.header("location") == (
        "https://auth.example.com/auth/signin?redirect=https%3A%2F%2Fcms.example.com"
        "%2Fnew%2520post%2F%3Fdraft%3D7%26tab%3D2%26q%3Da%2526b%2B%25C3%25A9"
    )
    assert answer.header("cache-control") == "no-store"
    assert site.app.arrived == []


@pytest.mark.parametrize(
    ("target", "way_back"),
    [
        ("//evil.example/", "https%3A%2F%2Fcms.example.com%2F%2Fevil.example%2F"),
        ("/a\\evil", "https%3A%2F%2Fcms.example.com%2Fa%255Cevil"),
        ("/" + "a" * 2048, None),
        ("/@evil.example", "https%3A%2F%2Fcms.example.com%2F%40evil.example"),
        ("http://evil.example/a", "https%3A%2F%2Fcms.example.com%2Fa"),
        ("/a", "https%3A%2F%2Fcms.example.com%2Fa"),
    ],
)
def test_the_way_back_never_leads_elsewhere(site: Site, target: str, way_back: str | None) -> None:
    # RD-01, RD-02
    answer = site.visit(target=target, headers=[PAGE], host="evil.example")

    query = f"?redirect={way_back}" if way_back else ""
    assert answer.status == 302
    assert answer.header("location") == f"https://auth.example.com/auth/signin{query}"


def test_a_program_is_told_why_and_how_a_session_is_shown(site: Site) -> None:
    answer = site.visit(headers=[A_PROGRAM])

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("content-type") == "application/json"
    assert answer.header("www-authenticate") == 'Cookie realm="authcore"'
    assert answer.header("location") is None


NAVIGATE = ("sec-fetch-mode", "navigate")
SCRIPT = ("sec-fetch-mode", "cors")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", [PAGE, NAVIGATE], 302),
        ("HEAD", [PAGE], 302),
        ("GET", [PAGE, SCRIPT], 401),
        ("GET", [], 401),
        ("POST", [PAGE, NAVIGATE], 401),
        ("OPTIONS", [PAGE], 401),
    ],
)
def test_only_a_person_who_looks_at_a_page_is_sent_elsewhere(
    site: Site, method: str, headers: list[tuple[str, str]], status: int
) -> None:
    answer = site.visit(method=method, headers=headers)

    assert answer.status == status
    assert site.app.arrived == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_request_that_is_let_in_arrives_as_it_was_sent(
    world: DoorWorld, site: Site, method: str
) -> None:
    body = b"title=x&" * 10_000 if method in ("POST", "PUT", "PATCH") else b""
    target = "/a%2Fb//c?x=%20+&y"
    answer = site.visit(world.cookies(world.sign_in()), method=method, target=target, body=body)

    [arrived] = site.app.arrived
    assert answer.status == 200
    assert (arrived.method, arrived.target, arrived.body) == (method, target, body)
    assert (answer.body == b"") == (method == "HEAD")


def test_a_body_in_chunks_arrives_whole(world: DoorWorld, site: Site) -> None:
    chunked = (
        b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (b"one", b"two")) + b"0\r\n\r\n"
    )
    answer = site.visit(
        world.cookies(world.sign_in()),
        method="POST",
        headers=[("Transfer-Encoding", "chunked")],
        body=chunked,
    )

    assert answer.status == 200
    assert site.app.arrived[0].body == b"onetwo"


@pytest.mark.parametrize("own_status", [200, 404, 401, 403, 500, 503])
def test_what_the_application_says_stays_what_it_says(
    world: DoorWorld, site: Site, own_status: int
) -> None:
    site.app.status = own_status
    answer = site.visit(world.cookies(world.sign_in()), headers=[PAGE])

    assert (answer.status, answer.json) == (own_status, {"said": "4711 cognito"})
    assert answer.all("cache-control") == [CACHED[1]]
    assert answer.all("vary") == ["Cookie"]
    assert answer.all(NETWORK_CACHED[0]) == []
    assert answer.all("set-cookie") == [OWN_COOKIE]


@pytest.mark.parametrize("own_status", [200, 404, 500])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_new_session_of_several_cookies_reaches_the_browser_whatever_the_application_says(
    world: DoorWorld, method: str, own_status: int
) -> None:
    """VA-03: and no cache keeps the answer."""
    # RF-01, CK-04
    world.provider.rotates = True
    cookies = world.cookies(signed_in(world, age=DUE, note="n" * 1800))
    with Site(world) as site:
        site.app.status = own_status
        answer = site.visit(cookies, method=method)
        renewed = [each for each in answer.all("set-cookie") if each != OWN_COOKIE]
        carried = "; ".join(each.partition(";")[0] for each in renewed)
        world.clock.advance(HOUR)
        later = site.visit(carried, headers=[A_PROGRAM])

    assert answer.status == own_status
    assert len(renewed) >= 2
    assert all("; Secure; HttpOnly; SameSite=Lax" in each for each in renewed)
    assert OWN_COOKIE in answer.all("set-cookie")
    assert "no-store" in answer.all("cache-control")
    assert later.json["said"] == "4711 cognito"


def test_an_ended_session_is_deleted_on_the_way_to_the_sign_in(
    world: DoorWorld, site: Site
) -> None:
    # CK-06
    tokens = signed_in(world, age=HOUR)
    assert tokens.refresh_token
    world.provider.forget(tokens.refresh_token)
    answer = site.visit(world.cookies(tokens), headers=[PAGE])

    assert answer.status == 302
    assert answer.all("set-cookie")
    assert all("Max-Age=0" in each for each in answer.all("set-cookie"))


def test_a_picture_on_another_site_refreshes_nothing_and_a_link_there_does(
    world: DoorWorld, site: Site
) -> None:
    # RF-07
    cookies = world.cookies(signed_in(world, age=DUE))
    cross_site = ("sec-fetch-site", "cross-site")
    picture = site.visit(cookies, headers=[cross_site, ("sec-fetch-mode", "no-cors")])
    link = site.visit(cookies, headers=[PAGE, cross_site, NAVIGATE])

    assert picture.all("set-cookie") == [OWN_COOKIE]
    assert len(link.all("set-cookie")) > 1


def test_the_old_login_arrives_with_nothing_that_a_client_made_up(
    world: DoorWorld, site: Site
) -> None:
    # VA-04
    site.visit(world.legacy.open(ACCOUNT), headers=[("X-Auth-Subject", "admin")])

    [arrived] = site.app.arrived
    told = {name: value for name, value in arrived.headers if name.startswith("x-auth-")}
    assert told == {
        "x-auth-username": "jane",
        "x-auth-name": "Jane%20Eyre",
        "x-auth-legacy-uid": "1847",
        "x-auth-login": "legacy",
        "x-auth-claims": "e30",
    }


def test_a_new_session_reaches_the_browser_also_while_the_application_is_down(
    world: DoorWorld, site: Site
) -> None:
    site.stop_app()
    answer = site.visit(world.cookies(signed_in(world, age=DUE)))

    assert answer.status == 502
    assert answer.all("set-cookie")
