"""A guard in Python behind nginx: stock buffers, the snippet for them, and a budget."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from authcore_guard import asgi
from authcore_local.servers import LoopbackServer
from doors.auth_service import auth_service
from doors.nginx_server import NEEDS_NGINX, Nginx
from doors.test_response_budget_doors import REFRESH_URL, DoorWorldOf, NarrowWorld, carried
from doors.world import DoorWorld
from unit.asgi_calls import PAGE
from unit.session_world import DUE, HOUR


pytestmark = NEEDS_NGINX

STOCK: Final = """
server {
    listen 443 ssl;
    server_name cms.example.com;
    SNIPPET
    location / { proxy_pass http://127.0.0.1:8400; }
}
server {
    listen 443 ssl;
    server_name auth.example.com;
    include authcore/guards.conf;
    location / { proxy_pass http://127.0.0.1:8401; }
}
"""


async def app(scope: Any, receive: Any, send: Any) -> None:
    said = scope["user"].legacy_uid.encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said})


@contextmanager
def behind_nginx(world: DoorWorld, snippet: str = "") -> Iterator[Nginx]:
    guarded = LoopbackServer(asgi.Guard(app, world.request_guard))
    service = LoopbackServer(auth_service(DoorWorldOf(world)))
    site = STOCK.replace("SNIPPET", snippet)
    with guarded, service, Nginx(auth=service.port, app=guarded.port, site=site) as nginx:
        yield nginx


@pytest.mark.parametrize(
    ("snippet", "status"),
    [("", 502), ("include authcore/guards.conf;", 200)],
    ids=["stock", "snippet"],
)
def test_stock_buffers_do_not_take_a_refreshed_session_and_the_snippet_does(
    snippet: str, status: int
) -> None:
    # CK-04
    world = DoorWorld()
    with behind_nginx(world, snippet) as nginx:
        given = nginx.visit(carried(world, DUE))

    assert given.status == status
    assert bool(given.all("set-cookie")) == (status == 200)


def test_with_a_budget_a_session_goes_on_behind_stock_buffers() -> None:
    # CK-04, RF-01
    world = NarrowWorld()
    cookies = carried(world, DUE)
    with behind_nginx(world) as nginx:
        live = nginx.visit(cookies)
        world.clock.advance(HOUR)
        expired = nginx.visit(cookies, headers=[PAGE], target="/articles?page=2")
        there = (expired.header("location") or "").removeprefix("https://auth.example.com")
        refreshed = nginx.visit(cookies, target=there, host="auth.example.com", headers=[PAGE])
        renewed = "; ".join(each.partition(";")[0] for each in refreshed.all("set-cookie"))
        back = nginx.visit(renewed, headers=[PAGE])

    assert (live.status, live.body, live.all("set-cookie")) == (200, b"4711", [])
    assert (expired.header("location") or "").startswith(REFRESH_URL)
    assert refreshed.header("location") == "https://cms.example.com/articles?page=2"
    assert (back.status, back.body) == (200, b"4711")
