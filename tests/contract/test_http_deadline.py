"""One deadline for a whole HTTP request, however slowly the other side goes about it."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count

import httpcore
import pytest

from authcore.adapters.http import HttpClient, HttpFailedError, connection
from support.gate import AMPLE, Stopwatch
from support.scripted_server import SILENCE, ScriptedServer, answer, drip


DEADLINE = timedelta(seconds=0.3)
SLACK = 1.0
MAX_BYTES = 1000


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: [answer(body=b"{}")]) as server:
        yield server


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_BYTES)
    yield client
    client.close()


@pytest.fixture
def hurried() -> Iterator[HttpClient]:
    client = HttpClient(within=DEADLINE, max_bytes=MAX_BYTES)
    yield client
    client.close()


def _failure(client: HttpClient, url: str) -> HttpFailedError:
    with pytest.raises(HttpFailedError) as failure:
        client.request("POST", url, content=b"code=1")
    return failure.value


def _reason_unsent(client: HttpClient, url: str) -> str:
    """Why *client* failed, where the server was sent nothing."""
    failure = _failure(client, url)
    assert not failure.sent
    return failure.reason


@pytest.mark.parametrize(
    "pieces",
    [
        drip(answer(body=b"{}"), every=0.02),
        [answer(body=b"x" * 500)[:-500]],
        SILENCE,
    ],
    ids=["headers drip", "body never comes", "silence"],
)
def test_the_deadline_is_total(
    server: ScriptedServer, hurried: HttpClient, stopwatch: Stopwatch, pieces: Iterable[bytes]
) -> None:
    # DL-03, LT-01: 100 bytes, one each 20 ms, would take two seconds; none is late by itself.
    server.script = lambda _request: pieces

    with stopwatch.below(DEADLINE.total_seconds() + SLACK):
        failure = _failure(hurried, server.url)

    assert failure.reason == "timeout"
    assert failure.sent or not stopwatch.measures


def test_a_dripping_body_meets_the_deadline(
    server: ScriptedServer, hurried: HttpClient, stopwatch: Stopwatch
) -> None:
    # LT-01
    whole = answer(body=b"x" * 500)
    server.script = lambda _request: (
        piece for part in ([whole[:-500]], drip(whole[-500:], every=0.02)) for piece in part
    )

    failure = _failure(hurried, server.url)

    assert failure.reason == "timeout"
    assert failure.sent or not stopwatch.measures


@pytest.mark.parametrize("within", [timedelta(0), timedelta(seconds=-1)])
def test_a_spent_budget_is_a_timeout_before_anything_is_sent(
    server: ScriptedServer, http: HttpClient, within: timedelta
) -> None:
    with pytest.raises(HttpFailedError) as failure:
        http.request("POST", server.url, content=b"code=1", within=within)

    assert (failure.value.reason, failure.value.sent) == ("timeout", False)
    assert server.requests == []


def test_a_shorter_budget_counts_and_a_longer_one_does_not(
    server: ScriptedServer, hurried: HttpClient, stopwatch: Stopwatch
) -> None:
    server.script = lambda _request: SILENCE
    for within in (timedelta(seconds=0.1), timedelta(hours=1)):
        with (
            stopwatch.below(DEADLINE.total_seconds() + SLACK),
            pytest.raises(HttpFailedError, match="timeout"),
        ):
            hurried.request("GET", server.url, within=within)


def test_the_next_request_has_a_deadline_of_its_own(
    server: ScriptedServer, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three take longer than one may, and each begins where the one before has ended."""
    now = count(start=0.0, step=AMPLE.total_seconds() / 2)
    for _ in range(3):
        monkeypatch.setattr(connection, "monotonic", partial(float, next(now)))
        assert http.request("GET", server.url).status == 200


def test_every_address_of_a_host_is_tried(
    server: ScriptedServer, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address takes no connection; the second one does."""
    _resolve_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    assert http.request("GET", f"http://cognito.test:{server.port}/").status == 200


def test_addresses_share_the_deadline(
    hurried: HttpClient, monkeypatch: pytest.MonkeyPatch, stopwatch: Stopwatch
) -> None:
    # LT-01
    with _deaf_listener("127.0.0.1", 0) as port:
        _resolve_to(monkeypatch, ["127.0.0.1"] * 5)

        with stopwatch.below(DEADLINE.total_seconds() + SLACK / 2):
            assert _reason_unsent(hurried, f"http://cognito.test:{port}/") == "timeout"


def test_each_address_gets_its_share_of_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, time_stands_still: None
) -> None:
    # LT-01
    shares: list[float | None] = []

    def connect(_: object, host: str, port: int, timeout: float | None, *rest: object) -> None:
        shares.append(timeout)
        raise httpcore.ConnectTimeout

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    _resolve_to(monkeypatch, ["127.0.0.1"] * 3)
    with closing(HttpClient(within=timedelta(seconds=6), max_bytes=MAX_BYTES)) as client:
        assert _reason_unsent(client, "http://cognito.test/") == "connect"

    assert shares == [2, 3, 6]


@pytest.mark.measures_time
def test_a_deaf_address_leaves_time_for_the_next(
    server: ScriptedServer, hurried: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _deaf_listener("127.0.0.2", server.port) as port:
        _resolve_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])

        assert hurried.request("GET", f"http://cognito.test:{port}/").status == 200


@contextmanager
def _deaf_listener(host: str, port: int) -> Iterator[int]:
    """A listener whose queue is full swallows connections without a word.  Gives its port."""
    with socket.create_server((host, port), backlog=0) as deaf, ExitStack() as crowd:
        address: tuple[str, int] = deaf.getsockname()
        for _ in range(4):
            knocking = crowd.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(address)
        yield address[1]


def _resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: int, **more: int) -> list[object]:
        if host != "cognito.test":
            return list(real(host, port, *rest, **more))
        return [found for each in addresses for found in real(each, port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
