"""The same table of situations gives the same decisions behind a real nginx."""

from collections.abc import Iterator

import pytest

from doors.frameworks import CACHED, observed
from doors.nginx_server import PROGRAM
from doors.nginx_site import OWN_COOKIE, Site
from doors.situations import SITUATIONS, Situation, signed_in
from doors.world import DoorWorld
from unit.asgi_calls import PAGE
from unit.asgi_calls import PROGRAM as A_PROGRAM
from unit.session_world import ACCOUNT, DUE, HOUR


pytestmark = [
    pytest.mark.nginx,
    pytest.mark.skipif(
        PROGRAM is None, reason="nginx is not installed: run `make nginx` to include its tests"
    ),
]


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
    assert "[warn]" not in site.nginx.errors


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
    assert answer.header("www-authenticate") is None
    assert site.app.arrived == []
