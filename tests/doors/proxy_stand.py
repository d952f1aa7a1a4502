"""One auth service, one application and one local stack, which all proxies share."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import attrs
import pytest

from authcore_local.addresses import Ports
from authcore_local.servers import LoopbackServer
from authcore_local.stack import LocalStack
from doors.auth_service import auth_service
from doors.nginx_site import Arrived, ListeningApp
from doors.proxy_process import Proxy
from doors.proxy_servers import PROXIES
from doors.world import DoorWorld


@attrs.frozen
class Stand:
    """
    One auth service and one application that listens, for every proxy.

    Attributes:
        world: What the auth service judges by.
        app: The application.
        auth_port: The auth service's.
        app_port: The application's.
    """

    world: DoorWorld
    app: ListeningApp
    auth_port: int
    app_port: int


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    world, app = DoorWorld(), ListeningApp()
    service = auth_service(world, WEB_CHECK_REDIRECTS="on")
    with LoopbackServer(service) as auth, LoopbackServer(app) as listening:
        yield Stand(world, app, auth.port, listening.port)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(scope="module")
def running(stand: Stand) -> Iterator[Callable[[str], Proxy]]:
    """Each proxy, started when it is first asked for."""
    started: dict[str, Proxy] = {}
    with ExitStack() as until_the_end:

        def start(name: str) -> Proxy:
            if name not in started:
                proxy = PROXIES[name](auth=stand.auth_port, app=stand.app_port)
                started[name] = until_the_end.enter_context(proxy)
            return started[name]

        yield start


def arrived_at(stand: Stand) -> Arrived:
    [arrived] = stand.app.arrived
    return arrived


def told(arrived: Arrived) -> dict[str, str]:
    """What the application is told of the user; an empty value says as little as none."""
    return {name: value for name, value in arrived.headers if re.match("x.?auth", name) and value}
