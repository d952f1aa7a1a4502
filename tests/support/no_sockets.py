"""The rule of the folders whose tests have no network; their conftest.py imports it."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def no_sockets() -> None:
    """No socket but Unix ones, which event loops need."""
    pytest_socket.disable_socket(allow_unix_socket=True)
