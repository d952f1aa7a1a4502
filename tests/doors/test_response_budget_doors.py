"""AUTHCORE_GUARD_RESPONSE_BUDGET: no guard makes a head that the proxy in front does not take."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

import attrs
import pytest

from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.session_cookies import NAME_PREFIX, attributes_bytes
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore_guard.container import guard_container
from authcore_guard.request_guard import RequestGuard
from doors.auth_service import auth_service
from doors.door_world import APP_URL, SIGNIN_URL, environment_for
from doors.frameworks import DOORS, GuardedRequest, behind_asgi
from doors.situations import COGNITO, SITUATIONS, Situation, signed_in
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer, call
from unit.session_world import DUE, HOUR, LIFETIME


REFRESH_URL: Final = "https://auth.example.com/auth/refresh"


class NarrowWorld(DoorWorld):
    """Behind a proxy that takes 4 KiB."""

    head_bytes = 4_096

    @property
    def browser_guard(self) -> BrowserGuard:
        budget = ResponseBudget(self.head_bytes, NAME_PREFIX, attributes_bytes("example.com"))
        return attrs.evolve(super().browser_guard, budget=budget)

    def _request_guard(self) -> RequestGuard:
        return RequestGuard(
            self.browser_guard,
            signin_url=ServiceUrl(SIGNIN_URL),
            app_url=ServiceUrl(APP_URL),
            refresh_url=ServiceUrl(REFRESH_URL),
            budget=self.browser_guard.budget,
        )


@pytest.fixture
def world() -> NarrowWorld:
    return NarrowWorld()


def head_of(answer: Answer) -> int:
    return sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) + 64


def carried(world: DoorWorld, age: timedelta) -> str:
    """The cookies of a session that is as large as one of Cognito's."""
    return world.cookies(signed_in(world, age=age, note="n" * 1_200))


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
class TestSessionWithoutRoom:
    """Through every door."""

    def test_is_admitted_until_its_tokens_expire(
        self, world: NarrowWorld, door: Callable[[DoorWorld], GuardedRequest]
    ) -> None:
        # RF-01
        answer = door(world)(carried(world, DUE))

        assert (answer.status, answer.json["said"]) == (200, COGNITO.said)
        assert answer.all("set-cookie") == []
        assert world.provider.sent == []

    def test_is_refreshed_at_the_auth_service_once_they_have(
        self, world: NarrowWorld, door: Callable[[DoorWorld], GuardedRequest]
    ) -> None:
        # RF-01, RD-05
        cookies = carried(world, HOUR)
        visit = door(world)
        answer = visit(cookies, headers=(PAGE,))
        program = visit(cookies, headers=(PROGRAM,))

        url, _, page = (answer.header("location") or "").partition("?redirect=")
        assert (answer.status, url) == (302, REFRESH_URL)
        assert unquote(page).startswith(f"{APP_URL}/")
        assert (program.status, program.json["reason"]) == (401, "token_expired")
        assert answer.all("set-cookie") == program.all("set-cookie") == []
        assert head_of(answer) < world.head_bytes
        assert world.provider.sent == []

        there = call(
            auth_service(DoorWorldOf(world)), f"/auth/refresh?redirect={page}", cookies=cookies
        )
        assert (there.status, there.header("location")) == (302, unquote(page))
        renewed = "; ".join(each.partition(";")[0] for each in there.all("set-cookie"))
        assert visit(renewed).json["said"] == COGNITO.said

    def test_others_are_refreshed_here_as_ever(
        self, world: NarrowWorld, door: Callable[[DoorWorld], GuardedRequest]
    ) -> None:
        # RF-01
        answer = door(world)(world.cookies(signed_in(world, age=HOUR)))

        assert answer.json["said"] == COGNITO.said
        assert answer.all("set-cookie")
        assert head_of(answer) < world.head_bytes


class DoorWorldOf(DoorWorld):
    """The auth service of *narrow*'s users, without its limit."""

    def __init__(self, narrow: DoorWorld) -> None:
        self.__dict__.update(narrow.__dict__)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
@pytest.mark.parametrize("visitor", [PAGE, PROGRAM], ids=["person", "program"])
def test_no_head_is_larger_than_the_budget(
    world: NarrowWorld, situation: Situation, visitor: tuple[str, str]
) -> None:
    # DL-02
    visit = behind_asgi(world)
    cookies = situation.prepare(world)
    planted = "; ".join(f"{NAME_PREFIX}session_{n}=junk" for n in range(1, 8))
    for each in (cookies, f"{cookies}; {planted}"):
        answer = visit(each, headers=[visitor])
        assert head_of(answer) <= world.head_bytes


@pytest.mark.parametrize("length", [100, 1_000, 2_000])
def test_a_long_link_loses_its_query_where_its_redirect_has_no_room(
    world: NarrowWorld, length: int
) -> None:
    visit = behind_asgi(world)
    queried = visit("", target="/a?b=" + "%2F" * (length // 3), headers=[PAGE])
    deep = visit("", target="/" + "%2F" * (length // 3), headers=[PAGE])

    assert head_of(queried) <= world.head_bytes
    assert head_of(deep) <= world.head_bytes
    back = unquote((queried.header("location") or "").partition("?redirect=")[2])
    assert back.startswith(f"{APP_URL}/a")


def test_plain_cookies_are_counted_as_they_are_set(world: NarrowWorld) -> None:
    world.jar = PlainSessionJar(domain="example.com", lifetime=LIFETIME, clock=world.clock)
    world.request_guard = world._request_guard()
    answer = behind_asgi(world)(carried(world, HOUR), headers=[PAGE])

    assert (answer.header("location") or "").startswith(REFRESH_URL)


def test_the_setting_wires_it_and_the_default_is_no_limit(world: NarrowWorld) -> None:
    narrow = {"GUARD_REFRESH": "direct", "GUARD_RESPONSE_BUDGET": "4096"}
    limited = guard_container(environment_for(world.mint, **narrow))
    default = guard_container(environment_for(world.mint))

    budget = limited.browser_guard().budget
    assert budget == ResponseBudget(4_096, NAME_PREFIX, attributes_bytes("example.com"))
    assert default.browser_guard().budget is None
