"""No server of the local stack answers to a name that another site can point at this machine."""

import json
import socket
from collections.abc import Iterator
from typing import Final, Literal

import pytest

from authcore.adapters.http import HttpClient
from authcore_local.addresses import HOSTS, POOL_ID, Ports
from authcore_local.own_hosts import OwnHosts
from authcore_local.servers import LoopbackServer
from authcore_local.stack import LocalStack
from support.gate import AMPLE


LIST_USERS: Final = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.ListUsers",
    "authorization": "AWS4-HMAC-SHA256 Credential=local",
}

KINDS: Final = (
    ("cms", "GET", "/"),
    ("cms", "GET", "/articles"),
    ("cms", "GET", "/flow/hops"),
    ("cms", "POST", "/flow/clock"),
    ("auth", "GET", "/auth/session"),
    ("auth", "POST", "/auth/verify"),
    ("auth", "GET", "/metrics"),
    ("cognito", "POST", "/"),
    ("cognito", "GET", "/oauth2/authorize"),
    ("cognito", "GET", "/outbox"),
    ("cognito", "POST", "/oauth2/token"),
    ("cognito", "GET", f"/{POOL_ID}/.well-known/jwks.json"),
    ("replica", "POST", "/"),
    ("legacy", "GET", "/login"),
    ("legacy", "POST", "/api/login"),
)
"""One path of each kind, on every port."""

FOREIGN: Final = (
    "rebound.example",
    "cognito.localhost.rebound.example:8402",
    "127.0.0.1.rebound.example",
    "[::1]:8402",
    "127.0.0.1:80:80",
    "",
)


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(has_replica=True)) as stack:
        yield stack


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=1_000_000)
    yield client
    client.close()


def _url(stack: LocalStack, server: str) -> str:
    return f"http://127.0.0.1:{getattr(stack.addresses.ports, server)}"


@pytest.mark.parametrize(("server", "method", "path"), KINDS)
def test_a_rebound_name_gets_421_and_nothing_else(
    stack: LocalStack, http: HttpClient, server: str, method: Literal["GET", "POST"], path: str
) -> None:
    before = len(stack.flow.since(0))
    for host in FOREIGN[:3]:
        headers = {**LIST_USERS, "host": host}
        answer = http.request(method, _url(stack, server) + path, headers=headers, content=b"{}")
        assert answer.status == 421
        assert json.loads(answer.body) == {"reason": "host_unknown"}
    assert len(stack.flow.since(0)) == before


@pytest.mark.parametrize("host", FOREIGN)
def test_the_administration_answers_no_foreign_name(
    stack: LocalStack, http: HttpClient, host: str
) -> None:
    answer = http.request(
        "POST", _url(stack, "cognito"), headers={**LIST_USERS, "host": host}, content=b"{}"
    )
    assert answer.status == 421


@pytest.mark.parametrize("server", HOSTS)
def test_each_server_answers_to_its_own_names(
    stack: LocalStack, http: HttpClient, server: str
) -> None:
    for name in (f"any{name}" if name.startswith(".") else name for name in HOSTS[server]):
        for host in (name, name.upper(), f"{name}:8402"):
            answer = http.request("GET", f"{_url(stack, server)}/none", headers={"host": host})
            assert answer.status != 421


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: rebound.example\r\n\r\n",
        "GET http://127.0.0.1/ HTTP/1.1\r\nHost: rebound.example\r\n\r\n",
    ],
)
def test_a_request_with_no_host_or_two_is_refused(stack: LocalStack, head: str) -> None:
    with socket.create_connection(("127.0.0.1", stack.addresses.ports.cognito)) as raw:
        raw.settimeout(AMPLE.total_seconds())
        raw.sendall(head.encode())
        status = raw.recv(12).decode()
    assert status in {"HTTP/1.1 421", "HTTP/1.1 400"}


def test_a_socket_of_a_foreign_name_is_closed_before_it_opens() -> None:
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"host", b"rebound.example")]}
    with pytest.raises(StopIteration):
        OwnHosts(["cognito.localhost"])(scope, send, send).send(None)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_servers_listen_on_loopback_only() -> None:
    server = LoopbackServer(OwnHosts([]))
    try:
        assert server._socket.getsockname()[0] == "127.0.0.1"
    finally:
        server.stop()
