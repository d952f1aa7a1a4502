"""A token endpoint that takes its time, in a process of its own."""

import asyncio
import contextlib
import multiprocessing
import socket
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl


TAKES_SECONDS: Final = 0.2
_BACKLOG: Final = 512
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


@contextlib.contextmanager
def slow_provider(answers: Mapping[str, bytes]) -> Iterator[str]:
    """
    Its URL, without a path.  ``GET /`` says how many tokens it was asked for.

    Args:
        answers: JSON by refresh token.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(listener, answers), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        process.kill()
        process.join()
        listener.close()


def _serve(listener: socket.socket, answers: Mapping[str, bytes]) -> None:
    asyncio.run(_serving(listener, answers))


async def _serving(listener: socket.socket, answers: Mapping[str, bytes]) -> None:
    ledger = _Ledger(answers)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(ledger), sock=listener, backlog=_BACKLOG)
    await server.serve_forever()


class _Ledger:
    """
    What is issued, and how often it was asked for.

    Attributes:
        calls: For tokens.
    """

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self._answers = answers
        self.calls = 0

    def trade(self, form: bytes) -> bytes:
        self.calls += 1
        return self._answers[dict(parse_qsl(form.decode()))["refresh_token"]]


class _Connection(asyncio.Protocol):
    """Answers every request TAKES_SECONDS after its last byte came."""

    def __init__(self, ledger: _Ledger) -> None:
        self._ledger = ledger
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(_HEAD_END)
        if not ended or len(body) < _announced(head):
            return
        self._received = b""
        if head.startswith(b"GET"):
            self._transport.write(_answer(str(self._ledger.calls).encode()))
        else:
            answer = _answer(self._ledger.trade(body))
            asyncio.get_running_loop().call_later(TAKES_SECONDS, self._transport.write, answer)


def _announced(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[len(_LENGTH) :]) for line in lines if line.startswith(_LENGTH)), 0)


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + _HEAD_END + body
