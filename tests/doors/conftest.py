"""Doors are called within the process, without a network; only those behind nginx have one."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def no_sockets_but_nginxs(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("nginx") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)
