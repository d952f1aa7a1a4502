"""HTTP within bounds: what the other side may do, and what it costs."""

import gzip
import logging
import os
import signal
import socket
import threading
import traceback
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest

from authcore.adapters.http import HttpClient, HttpFailedError
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


DEADLINE = timedelta(seconds=0.3)
MAX_BYTES = 1000
CANARY = "canary-0f1e2d3c4b5a"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: [answer(body=b"{}")]) as server:
        yield server


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_BYTES)
    yield client
    client.close()


def _failure(client: HttpClient, url: str) -> HttpFailedError:
    with pytest.raises(HttpFailedError) as failure:
        client.request("POST", url, content=b"code=1")
    return failure.value


def _reason(client: HttpClient, url: str) -> str:
    """Why *client* failed, where the server was reached."""
    failure = _failure(client, url)
    assert failure.sent
    return failure.reason


def _reason_unsent(client: HttpClient, url: str) -> str:
    """Why *client* failed, where the server was sent nothing."""
    failure = _failure(client, url)
    assert not failure.sent
    return failure.reason


def test_an_answer_comes_back_whole(server: ScriptedServer, http: HttpClient) -> None:
    server.script = lambda _request: [
        answer(418, b"tea", media_type="Text/Plain; charset=utf-8", headers=["X-A: 1", "x-a: 2"])
    ]

    got = http.request("GET", f"{server.url}/pot")

    assert (got.status, got.body, got.media_type) == (418, b"tea", "text/plain")
    assert [value for name, value in got.headers if name == "x-a"] == ["1", "2"]
    assert got.header("x-a") == "1"
    assert got.header("x-b") is None


def test_what_was_asked_for_is_what_is_sent(server: ScriptedServer, http: HttpClient) -> None:
    http.request("POST", f"{server.url}/t?a=1", headers={"X-Key": "k"}, content=b"hello")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /t?a=1 HTTP/1.1\r\n")
    assert b"x-key: k" in head.lower()
    assert b"accept-encoding: identity" in head.lower()
    assert body == b"hello"


@pytest.mark.parametrize("size", [MAX_BYTES, MAX_BYTES + 1])
def test_the_cap_is_exact(server: ScriptedServer, http: HttpClient, size: int) -> None:
    # KF-10, DL-03
    server.script = lambda _request: [answer(body=b"x" * size)]

    if size > MAX_BYTES:
        assert _reason(http, server.url) == "too_large"
    else:
        assert len(http.request("GET", server.url).body) == size


def test_an_endless_body_is_left_at_the_cap(server: ScriptedServer, http: HttpClient) -> None:
    # KF-10, DL-03: chunked, so that no length announces it.
    sent: list[int] = []

    def flood(_request: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            sent.append(4096)
            yield b"1000\r\n" + b"x" * 4096 + b"\r\n"

    server.script = flood

    assert _reason(http, server.url) == "too_large"
    server.stop()
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "identity, gzip", "zstd"])
def test_an_encoded_body_is_refused_undecoded(
    server: ScriptedServer, http: HttpClient, encoding: str
) -> None:
    # KF-10, DL-03
    bomb = gzip.compress(b"\0" * 900_000)
    assert len(bomb) < MAX_BYTES
    server.script = lambda _request: [answer(body=bomb, headers=[f"Content-Encoding: {encoding}"])]

    assert _reason(http, server.url) == "encoded"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_nothing_is_sent_after_it(
    server: ScriptedServer, http: HttpClient, status: int
) -> None:
    # SP-08
    with ScriptedServer(lambda _request: [answer()]) as elsewhere:
        server.script = lambda _request: [answer(status, headers=[f"Location: {elsewhere.url}"])]

        assert http.request("POST", server.url, content=b"code=1").status == status
        assert len(server.requests) == 1
        assert elsewhere.connections == 0


def test_cookies_are_not_kept(server: ScriptedServer, http: HttpClient) -> None:
    server.script = lambda _request: [answer(headers=["Set-Cookie: a=1; Path=/"])]
    for _ in range(2):
        http.request("GET", server.url)

    assert not any(b"cookie:" in request.lower() for request in server.requests)


def test_a_proxy_in_the_environment_is_not_used(
    server: ScriptedServer, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(lambda _request: [HANG_UP]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)

        assert http.request("GET", server.url).status == 200
        assert proxy.connections == 0


def test_a_forked_process_takes_no_connection_of_its_parent(
    http: HttpClient, server: ScriptedServer
) -> None:
    # each would read answers that are the other's
    http.request("GET", server.url)
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # ends the child where it hangs
        os._exit(0 if http.request("GET", server.url).status == 200 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    http.request("GET", server.url)

    assert (len(server.requests), server.connections) == (3, 2)


def test_requests_one_after_the_other_share_a_connection(
    server: ScriptedServer, http: HttpClient
) -> None:
    for _ in range(5):
        http.request("GET", server.url)

    assert (len(server.requests), server.connections) == (5, 1)


def test_requests_at_once_do_not_wait_for_each_other(
    server: ScriptedServer, http: HttpClient
) -> None:
    """Both are answered only when both have arrived."""
    together = threading.Barrier(2, timeout=60)

    def script(_request: bytes) -> list[bytes]:
        together.wait()
        return [answer(body=b"{}")]

    server.script = script
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(http.request("GET", server.url).status))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200, 200]


@pytest.mark.parametrize("behind", [answer(body=b"yours?"), b"HTTP/1.1 200 OK\r\n", b"\r\n"])
def test_what_a_server_sends_behind_an_answer_never_answers_somebody_else(
    server: ScriptedServer, http: HttpClient, behind: bytes
) -> None:
    # MG-01, SP-08: a yes meant for one log-in must not open the next one.
    server.script = lambda _request: [answer(body=b"mine") + behind]
    http.request("POST", f"{server.url}/one")
    server.script = lambda _request: [answer(body=b"no")]

    assert http.request("POST", f"{server.url}/two").body == b"no"
    assert server.connections == 2


def test_a_connection_that_failed_is_not_used_again(
    server: ScriptedServer, http: HttpClient, time_stands_still: None
) -> None:
    """Else the late answer to one request would be read as the answer to the next."""
    server.script = lambda _request: SILENCE
    with pytest.raises(HttpFailedError) as failure:
        http.request("GET", server.url, within=DEADLINE)
    assert (failure.value.reason, failure.value.sent) == ("timeout", True)
    server.script = lambda _request: [answer(body=b"second")]

    assert http.request("GET", server.url).body == b"second"
    assert server.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_is_replaced_unused(
    server: ScriptedServer, http: HttpClient
) -> None:
    server.script = lambda _request: [answer(), HANG_UP]
    for count in (1, 2, 3):
        assert http.request("POST", server.url, content=b"code=1").status == 200
        server.ended(count)

    assert len(server.requests) == 3


def test_one_client_speaks_to_several_servers(server: ScriptedServer, http: HttpClient) -> None:
    with ScriptedServer(lambda _request: [answer(body=b"other")]) as other:
        bodies = [http.request("GET", url).body for url in (server.url, other.url, server.url)]

    assert bodies == [b"{}", b"other", b"{}"]


@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        [answer(body=b"x" * 100)[:-50], HANG_UP],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", HANG_UP],
        [b"HTTP/1.1 2", HANG_UP],
        [b"SSH-2.0-OpenSSH\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"],
        [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"],
    ],
    ids=["nothing", "half", "half a chunk", "half a line", "not HTTP", "two lengths", "huge head"],
)
def test_a_broken_answer_is_a_failure_and_nothing_is_sent_twice(
    server: ScriptedServer, http: HttpClient, pieces: list[bytes]
) -> None:
    # SP-08: a code or a password is not sent again, whatever the first try came to.
    server.script = lambda _request: pieces

    assert _reason(http, server.url) == "protocol"
    assert len(server.requests) == 1


def test_a_used_connection_that_breaks_is_not_a_reason_to_send_again(
    server: ScriptedServer, http: HttpClient
) -> None:
    """The second request goes out on the first one's connection and is hung up on after reading."""
    http.request("GET", server.url)
    server.script = lambda _request: [HANG_UP]

    assert _reason(http, server.url) == "protocol"
    assert (len(server.requests), server.connections) == (2, 1)


def test_what_was_sent_before_does_not_count_as_sent_now(
    server: ScriptedServer, http: HttpClient
) -> None:
    """The connection of the first request is gone, and no other can be made."""
    http.request("GET", server.url)
    url = server.url
    server.stop()

    assert _reason_unsent(http, url) == "connect"


def test_a_closed_port_refuses(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert _reason_unsent(http, f"http://127.0.0.1:{port}") == "connect"


def test_a_name_that_does_not_resolve_is_a_failure_to_connect(http: HttpClient) -> None:
    assert _reason_unsent(http, "http://nowhere.invalid.") == "connect"


@pytest.mark.parametrize("pieces", [[answer(body=b"{}")], [HANG_UP], SILENCE])
def test_what_is_sent_stays_out_of_logs_and_tracebacks(
    server: ScriptedServer,
    http: HttpClient,
    time_stands_still: None,
    caplog: pytest.LogCaptureFixture,
    pieces: Iterable[bytes],
) -> None:
    # SP-11, MG-02
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpcore.http11")
    server.script = lambda _request: pieces
    shown = ""
    try:
        got = http.request(
            "POST",
            server.url,
            within=None if pieces else DEADLINE,
            headers={"Authorization": f"Basic {CANARY}"},
            content=f"code={CANARY}".encode(),
        )
        shown = repr(got)
    except HttpFailedError as failure:
        shown = "".join(traceback.format_exception(failure)) + repr(failure)

    assert CANARY.encode() in server.heard(1)[0]
    assert CANARY not in shown
    assert CANARY not in caplog.text
    assert "httpcore.connection" in caplog.text


def test_what_is_answered_stays_out_of_reprs_and_logs(
    server: ScriptedServer, http: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpcore.http11")
    body = f'{{"access_token":"{CANARY}"}}'.encode()
    server.script = lambda _request: [answer(body=body, headers=[f"Set-Cookie: s={CANARY}"])]

    got = http.request("GET", server.url)

    assert got.body == body
    assert CANARY not in repr(got)
    assert CANARY not in caplog.text
