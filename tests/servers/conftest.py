"""Guards behind real servers on loopback, one process for all of them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from authcore.adapters.system import environment
from servers.answers import Serving


@pytest.fixture(autouse=True)
def loopback_alone() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    """The process that serves; it and its children end with the session."""
    process = subprocess.Popen(
        [sys.executable, "-m", "servers"],
        env={**environment(), "PYTHONPATH": str(Path(__file__).parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Serving(**json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.stdout.close()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
