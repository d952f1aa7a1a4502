"""Sends prepared requests over connections that stay open, and does as little else as it can."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from authcore.adapters.system import monotonic


CONNECTIONS: Final = 16
WITHIN_SECONDS: Final = 60
"""How long all answers together may take."""

_OK: Final = b"HTTP/1.1 200 "
_LENGTH: Final = b"content-length: "
_HEAD_END: Final = b"\r\n\r\n"


def post(path: str, body: bytes, *, bearer: str) -> bytes:
    """A whole request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: auth.example.com\r\nauthorization: Bearer {bearer}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def requests_per_second(port: int, requests: Sequence[bytes], *, expected: bytes) -> float:
    """
    How fast the server at *port* answers *requests*, CONNECTIONS at a time, each once.

    Args:
        port: On loopback.

        requests: From ``post``.

        expected: What each answer must be and contain, beside a 200.
    """
    return asyncio.run(_measured(port, requests, expected))


async def _measured(port: int, requests: Sequence[bytes], expected: bytes) -> float:
    left = iter(requests)
    loop = asyncio.get_running_loop()
    clients = [_Client(left, expected) for _ in range(CONNECTIONS)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    began = monotonic()
    for client in clients:
        client.begin()
    async with asyncio.timeout(WITHIN_SECONDS):
        await asyncio.gather(*(client.done for client in clients))
    return len(requests) / (monotonic() - began)


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, left: Iterator[bytes], expected: bytes) -> None:
        self._left = left
        self._expected = expected
        self._received = b""
        self._transport: asyncio.Transport
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def begin(self) -> None:
        """Send the next request, or hang up."""
        request = next(self._left, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(_HEAD_END)
        if not ended or len(body) < _announced(head):
            return
        if head.startswith(_OK) and self._expected in body:
            self._received = b""
            self.begin()
        elif not self.done.done():
            self.done.set_exception(ValueError(f"unexpected answer: {self._received!r}"))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))


def _announced(head: bytes) -> int:
    _, found, rest = head.partition(_LENGTH)
    if not found:
        raise ValueError("an answer without a length")
    return int(rest.partition(b"\r\n")[0])
