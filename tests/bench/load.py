"""Sends prepared requests over connections that stay open, and does as little else as it can."""

import selectors
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
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

        requests: From ``post``; no fewer than CONNECTIONS.

        expected: What each answer must contain, beside a 200.
    """
    with ExitStack() as stack:
        poll = stack.enter_context(selectors.DefaultSelector())
        left = iter(requests)
        clients = [_Client(port, left, expected) for _ in range(CONNECTIONS)]
        for client in clients:
            stack.enter_context(client.socket)
            poll.register(client.socket, selectors.EVENT_READ, client)
        began = monotonic()
        for client in clients:
            client.send_next()
        _drive(poll, len(requests), over_at=began + WITHIN_SECONDS)
        return len(requests) / (monotonic() - began)


def _drive(poll: selectors.BaseSelector, awaited: int, *, over_at: float) -> None:
    while awaited:
        ready = poll.select(over_at - monotonic())
        if not ready:
            raise TimeoutError("the server does not answer in time")
        for key, _ in ready:
            if key.data.receive():
                awaited -= 1
                key.data.send_next()


class _Client:
    """
    One connection: the next request goes out when the answer to the last one is complete.

    Attributes:
        socket: Blocking; what is sent fits the kernel's buffers.
    """

    def __init__(self, port: int, left: Iterator[bytes], expected: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), WITHIN_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = left
        self._expected = expected
        self._received = b""

    def send_next(self) -> None:
        """The next request, if there is one."""
        if request := next(self._left, None):
            self.socket.sendall(request)

    def receive(self) -> bool:
        """Whether the answer is complete now."""
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the server hung up")
        self._received += data
        head, ended, body = self._received.partition(_HEAD_END)
        if not ended or len(body) < _announced(head):
            return False
        if not head.startswith(_OK) or self._expected not in body:
            raise ValueError(f"unexpected answer: {self._received!r}")
        self._received = b""
        return True


def _announced(head: bytes) -> int:
    _, found, rest = head.partition(_LENGTH)
    if not found:
        raise ValueError("an answer without a length")
    return int(rest.partition(b"\r\n")[0])
