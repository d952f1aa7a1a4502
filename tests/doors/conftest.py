"""Doors are called within the process, without a network; only those behind a proxy have one."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def no_sockets_but_proxies(request: pytest.FixtureRequest) -> None:
    if not any(map(request.node.get_closest_marker, ("nginx", "proxy"))):
        pytest_socket.disable_socket(allow_unix_socket=True)
