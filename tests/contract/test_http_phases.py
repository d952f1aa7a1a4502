"""A failed request says in which phase it failed, in fixed words."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final

import pytest

from authcore.adapters.http import HttpClient, HttpFailedError
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


SOON: Final = timedelta(seconds=0.2)
TOO_LARGE: Final = answer(body=b"x" * 2048)
ENCODED: Final = answer(headers=["Content-Encoding: gzip"])


@pytest.fixture(name="http")
def _http() -> Iterator[HttpClient]:
    with closing(HttpClient(within=AMPLE, max_bytes=1024)) as client:
        yield client


def _detail(http: HttpClient, url: str, within: timedelta | None = None) -> str:
    with pytest.raises(HttpFailedError) as raised:
        http.request("POST", url, content=b"canary", within=within)
    assert not raised.value.is_untrusted
    return raised.value.detail


def test_a_name_that_does_not_resolve(http: HttpClient) -> None:
    assert _detail(http, "http://nowhere.invalid.") == "connect dns"


@pytest.mark.parametrize("host", ["xn--.example.com", "xn--0.example.com", "a..b"])
def test_a_name_that_is_none(http: HttpClient, host: str) -> None:
    assert _detail(http, f"http://{host}") == "connect dns"


def test_a_closed_port(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert _detail(http, f"http://127.0.0.1:{port}") == "connect refused"


@pytest.mark.parametrize(
    ("pieces", "detail"),
    [
        ([HANG_UP], "read broken"),
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], "read broken"),
        ([TOO_LARGE], "read too large"),
        ([ENCODED], "read encoded"),
    ],
)
def test_an_answer_that_is_none(http: HttpClient, pieces: list[bytes], detail: str) -> None:
    with ScriptedServer(lambda _request: pieces) as server:
        assert _detail(http, server.url) == detail


def test_an_answer_that_does_not_come(http: HttpClient, time_stands_still: None) -> None:
    with ScriptedServer(lambda _request: SILENCE) as server:
        assert _detail(http, server.url, SOON) == "read timeout"


def test_each_request_begins_with_its_own_phase(http: HttpClient) -> None:
    with ScriptedServer(lambda _request: [answer()]) as server:
        http.request("GET", server.url)
        url = server.url

    assert _detail(http, url) == "connect refused"


def test_no_time_to_connect(http: HttpClient) -> None:
    with ScriptedServer(lambda _request: [answer()]) as server:
        assert _detail(http, server.url, timedelta(0)) == "connect timeout"
