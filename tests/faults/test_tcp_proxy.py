"""The proxy misbehaves as it was told, and only then."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from authcore.adapters.system import SystemPause, monotonic
from faults import tcp_proxy
from faults.tcp_proxy import TcpProxy, Toxic
from support.scripted_server import ScriptedServer, answer


WHOLE = answer(200, b"0123456789")


@pytest.fixture(name="proxy")
def _proxy() -> Iterator[TcpProxy]:
    with ScriptedServer(lambda _: (WHOLE,)) as server, TcpProxy(server.port) as proxy:
        yield proxy


def said_through(proxy: TcpProxy, toxic: Toxic, within: float = 60.0) -> bytes:
    """What one request gets until the line ends, or *within* so many seconds."""
    proxy.toxic = toxic
    port = int(proxy.url.rpartition(":")[2])
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=within) as line:
        line.sendall(b"POST / HTTP/1.1\r\n\r\n")
        while len(heard) < len(WHOLE) and (piece := line.recv(65536)):
            heard += piece
    return heard


def test_a_line_ends_with_its_client_however_long_the_toxic_would_hold_it(proxy: TcpProxy) -> None:
    with pytest.raises(TimeoutError):
        said_through(proxy, tcp_proxy.silence, within=0.1)
    until = monotonic() + tcp_proxy.MAX_WAIT / 2
    while proxy.open and monotonic() < until:
        SystemPause().wait(timedelta(milliseconds=5))

    assert proxy.open == 0


def test_a_healthy_proxy_changes_nothing(proxy: TcpProxy) -> None:
    assert said_through(proxy, tcp_proxy.healthy) == WHOLE
    assert (proxy.requests, proxy.accepted, proxy.most_open) == (1, 1, 1)


@pytest.mark.parametrize("toxic", [tcp_proxy.reset, tcp_proxy.down], ids=["reset", "down"])
def test_a_reset_is_not_an_end(proxy: TcpProxy, toxic: Toxic) -> None:
    with pytest.raises(ConnectionResetError):
        said_through(proxy, toxic)


def test_a_limit_cuts_the_answer(proxy: TcpProxy) -> None:
    assert said_through(proxy, tcp_proxy.data_limit(20)) == WHOLE[:20]


def test_silence_says_nothing(proxy: TcpProxy) -> None:
    with pytest.raises(TimeoutError):
        said_through(proxy, tcp_proxy.silence, within=0.1)


def test_another_answer_takes_the_place_of_the_right_one(proxy: TcpProxy) -> None:
    assert said_through(proxy, tcp_proxy.instead(b"nonsense")) == b"nonsense"


@pytest.mark.parametrize(
    "toxic",
    [
        tcp_proxy.latency(0.1),
        tcp_proxy.slicing(len(WHOLE) // 10, 0.01),
    ],
    ids=["latency", "slicing"],
)
def test_what_is_slow_arrives_whole_and_late(proxy: TcpProxy, toxic: Toxic) -> None:
    began = monotonic()

    assert said_through(proxy, toxic) == WHOLE
    assert monotonic() - began >= 0.09


def test_health_returns_for_new_connections(proxy: TcpProxy) -> None:
    said_through(proxy, tcp_proxy.data_limit(1))

    assert said_through(proxy, tcp_proxy.healthy) == WHOLE
