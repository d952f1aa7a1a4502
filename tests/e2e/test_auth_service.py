"""The auth service under the server that serves it, spoken to byte by byte."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from authcore.adapters.system import environment as process_environment
from authcore.testing.mint import TokenMint
from authcore_local.servers import LoopbackServer
from authcore_web.app import EXIT_CONFIGURATION, create_app
from authcore_web.bounded_http import MAX_HEAD_BYTES
from authcore_web.container import web_container
from doors.door_world import SECRET_CANARY, environment_for
from support.gate import AMPLE


ROOT = Path(__file__).parents[2]
DEADLINE = AMPLE.total_seconds()


def variables() -> dict[str, str]:
    """Settings of a pool whose keys nobody publishes: port 9 of loopback is deaf."""
    nowhere = "http://127.0.0.1:9/eu-local-1_Demo00001"
    return environment_for(TokenMint(), COGNITO_ISSUER=nowhere)


@pytest.fixture(name="port", scope="module")
def _port() -> Iterator[int]:
    with LoopbackServer(create_app(web_container(variables()))) as server:
        yield server.port


def answer(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and the whole answer to *request*, sent as it is."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(request)
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
    status = re.match(rb"HTTP/1\.1 ([0-9]{3})", received)
    assert status, bytes(received[:80])
    return int(status[1]), bytes(received)


def request_for(target: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: auth.example.com", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")


HOSTILE = {
    "a query of 9 kB": (request_for(f"/auth/signin?redirect={'a' * 9000}"), 400),
    "bytes that are no UTF-8": (request_for("/auth/signin?redirect=%ff%fe"), 400),
    "raw bytes beyond ASCII": (request_for("/auth/signin?redirect=\xff"), 400),
    "a target split by CR LF": (request_for("/auth/signin?redirect=%0d%0aSet-Cookie:%20a=b"), 400),
    "a foreign Host": (
        request_for("/auth/signin/").replace(b"auth.example.com", b"evil.example"),
        404,
    ),
    "an absolute target": (request_for("http://evil.example/auth/signin"), 302),
    "a path of dots": (request_for("/auth/../auth/session"), 404),
    "an encoded slash": (request_for("/auth%2fsession"), 401),
    "a cookie of 8 kB": (request_for("/auth/session", f"Cookie: {'a=b; ' * 1600}"), 401),
    "a cookie of raw bytes": (request_for("/auth/session", "Cookie: \xff\xfe=\x80"), 401),
    "a body where none belongs": (
        request_for("/auth/session", "Content-Length: 5") + b"hello",
        401,
    ),
    "a method of its own": (request_for("/auth/signin", method="FROBNICATE"), 400),
    "a method of others": (request_for("/auth/signin", method="PROPFIND"), 405),
    "no HTTP at all": (b"\x16\x03\x01\x00\xa5\x01\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_request_is_answered_with_a_500(port: int, name: str) -> None:
    """VA-05."""
    request, expected = HOSTILE[name]

    status, received = answer(port, request)

    assert status == expected
    assert b"evil" not in received
    assert b"Traceback" not in received


CHUNKED = request_for("/auth/verify", "Transfer-Encoding: chunked", method="POST")
ENDLESS = {
    "a target": (b"GET /", b"a" * 4096),
    "one header": (b"GET / HTTP/1.1\r\nX-A: ", b"a" * 4096),
    "headers": (b"GET / HTTP/1.1\r\n", b"X-A: a\r\n" * 512),
    "an extension of a chunk": (CHUNKED + b"1;a=", b"a" * 4096),
    "chunks with extensions": (CHUNKED, b"1;a=" + b"b" * 64 + b"\r\nx\r\n"),
    "one trailer": (CHUNKED + b"0\r\nX-A: ", b"a" * 4096),
    "trailers": (CHUNKED + b"0\r\n", b"X-A: a\r\n" * 512),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_cut_off(port: int, name: str) -> None:
    # DL-06
    beginning, more = ENDLESS[name]
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(beginning)
        with pytest.raises(ConnectionError):
            connection.sendall(more * (16 * 2**20 // len(more)))


def test_many_requests_of_one_connection_are_no_endless_one(port: int) -> None:
    request = request_for("/healthz", f"X-A: {'a' * 8000}").replace(b"close", b"keep-alive")
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        for _ in range(MAX_HEAD_BYTES // 8000 * 3):
            connection.sendall(request)
            received = connection.recv(65536)
            while not received.endswith(b"}"):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200")


def test_head_sends_headers_alone(port: int) -> None:
    status, received = answer(port, request_for("/auth/session", method="HEAD"))

    assert status == 401
    assert b"cache-control: no-store" in received.lower()
    assert received.endswith(b"\r\n\r\n")


def test_with_the_pool_out_of_reach_the_service_lives_but_is_not_ready(port: int) -> None:
    assert answer(port, request_for("/healthz"))[0] == 200
    assert answer(port, request_for("/auth/signin"))[0] == 302
    status, received = answer(port, request_for("/readyz"))
    assert status == 503
    assert b"retry-after:" in received.lower()


def start(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """The documented command, with *environment* instead of our own settings."""
    own = {k: v for k, v in process_environment().items() if not k.startswith("AUTHCORE_")}
    paths = ":".join(str(ROOT / name) for name in ("src", "entrypoints"))
    return subprocess.Popen(
        [sys.executable, "-m", "authcore_web", "--port", "0"],
        env={**own, "PYTHONPATH": paths, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_documented_command_serves() -> None:
    with start(variables()) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            running = (
                re.search(r"running on http://127\.0\.0\.1:([0-9]+)", line) for line in lines
            )
            found = next(match for match in running if match)
            assert answer(int(found[1]), request_for("/healthz"))[0] == 200
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE)


def test_the_documented_command_refuses_to_start_with_settings_that_cannot_work() -> None:
    wrong = {**variables(), "AUTHCORE_COOKIE_DOMAIN": "example.org"}
    del wrong["AUTHCORE_COGNITO_CLIENT_ID"]

    with start(wrong) as process:
        _, shown = process.communicate(timeout=DEADLINE)

    assert process.returncode == EXIT_CONFIGURATION
    assert "AUTHCORE_COGNITO_CLIENT_ID is missing" in shown
    assert "AUTHCORE_COOKIE_DOMAIN is wrong" in shown
    assert "Traceback" not in shown
    assert SECRET_CANARY not in shown
