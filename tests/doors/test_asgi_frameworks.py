"""Starlette and Litestar behind the ASGI guard, as the guide describes them."""

from typing import Any

import pytest
from litestar import Litestar, Request, get
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from authcore_guard.asgi import Guard
from doors.frameworks import GuardedRequest, cookie_effect, through_asgi
from doors.world import DoorWorld
from unit.session_world import DUE


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


def _signed_in(world: DoorWorld, *groups: str) -> str:
    return world.cookies(world.sign_in(**{"cognito:groups": list(groups)}))


def behind_starlette(world: DoorWorld) -> GuardedRequest:
    async def greet(request: StarletteRequest) -> PlainTextResponse:
        if "fail" in request.url.path:
            raise ZeroDivisionError
        return PlainTextResponse(request.user.login)

    guard = world.request_guard
    editors = Guard(Starlette(routes=[Route("/", greet)]), guard.require_group("editors"))
    routes = [Route("/articles", greet), Route("/fail", greet), Mount("/drafts", editors)]
    return through_asgi(Guard(Starlette(routes=routes), guard))


def behind_litestar(world: DoorWorld) -> GuardedRequest:
    @get("/articles", sync_to_thread=False)
    def greet(request: Request[Any, Any, Any]) -> str:
        return str(request.user.login)

    @get("/fail", sync_to_thread=False)
    def fail() -> str:
        raise ZeroDivisionError

    app: Any = Litestar([greet, fail])
    return through_asgi(Guard(app, world.request_guard))


FRAMEWORKS = {"starlette": behind_starlette, "litestar": behind_litestar}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_user_is_the_frameworks_own_user(world: DoorWorld, name: str) -> None:
    visit = FRAMEWORKS[name](world)

    assert visit(_signed_in(world), target="/articles").body == b"cognito"
    assert visit("", target="/articles").status == 401


def test_an_error_page_of_litestar_carries_the_refreshed_session(world: DoorWorld) -> None:
    # RF-01
    cookies = _signed_in(world)
    world.clock.advance(DUE)

    answer = behind_litestar(world)(cookies, target="/fail")

    assert (answer.status, cookie_effect(answer)) == (500, "renewed")


def test_a_mounted_part_may_require_a_group(world: DoorWorld) -> None:
    visit = behind_starlette(world)

    assert visit(_signed_in(world, "editors"), target="/drafts/").status == 200
    assert visit(_signed_in(world, "readers"), target="/drafts/").status == 403
    assert visit("", target="/drafts/").status == 401
