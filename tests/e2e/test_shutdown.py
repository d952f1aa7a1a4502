"""The auth service at SIGTERM: requests in progress are answered, others are not begun."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pytest

from authcore.adapters.system import environment as process_environment
from authcore.testing.mint import TokenMint
from doors.door_world import environment_for
from support.gate import AMPLE


ROOT: Final = Path(__file__).parents[2]
DEADLINE: Final = AMPLE.total_seconds()
CALLER_KEY: Final = "k" * 43
BODY: Final = b'{"access_token": "none"}'
HEAD: Final = (
    "POST /auth/verify HTTP/1.1\r\nHost: auth.example.com\r\n"
    f"Authorization: Bearer {CALLER_KEY}\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n"
).encode()


@contextmanager
def serving(*options: str) -> Iterator[tuple["subprocess.Popen[str]", IO[str], int]]:
    """The documented command: its process, what it says, its port."""
    own = {k: v for k, v in process_environment().items() if not k.startswith("AUTHCORE_")}
    settings = environment_for(
        TokenMint(),
        COGNITO_ISSUER="http://127.0.0.1:9/eu-local-1_Demo00001",  # deaf
        VERIFY_CALLER_KEYS=f"cms={CALLER_KEY}",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "authcore_web", "--port", "0", *options],
        env={**own, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'entrypoints'}", **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        try:
            said = next(line for line in process.stderr if "running on" in line)
            (port,) = re.findall(r"127\.0\.0\.1:([0-9]+)", said)
            yield process, process.stderr, int(port)
        finally:
            process.kill()


@contextmanager
def request_in_progress(port: int) -> Iterator[socket.socket]:
    """A request whose body the service has asked for, and waits for."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(HEAD)
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        yield connection


def test_a_request_in_progress_is_answered_after_sigterm() -> None:
    with serving() as (process, said, port), request_in_progress(port) as connection:
        process.send_signal(signal.SIGTERM)
        next(line for line in said if "Waiting for connections to close" in line)
        with pytest.raises(ConnectionError), socket.create_connection(("127.0.0.1", port)):
            pass  # accepts none any more

        connection.sendall(BODY)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert process.wait(DEADLINE) in {0, -signal.SIGTERM}


def test_a_request_that_never_ends_holds_the_process_for_a_bounded_time() -> None:
    limit = ("--timeout-graceful-shutdown", "1")
    with serving(*limit) as (process, said, port), request_in_progress(port):
        process.send_signal(signal.SIGTERM)

        assert any("timeout graceful shutdown exceeded" in line for line in said)
        assert process.wait(DEADLINE) in {0, -signal.SIGTERM}
