"""A loopback TCP proxy that can be told to misbehave, between any two requests."""

import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self

from authcore.domain.model.urls import ServiceUrl, service_url


MAX_CONNECTIONS: Final = 128
"""Open at once; further ones are refused."""

MAX_WAIT: Final = 30.0
"""Seconds; nothing stays with the proxy longer than this."""

_CHUNK: Final = 65536
_POST: Final = re.compile(rb"POST (/[^ ]*) HTTP/1\.1\r\n")


class Line:
    """
    One client's connection, as a toxic sees it: the way back.

    Attributes:
        sent: Bytes of answers so far.
        failed: Whether it has hung up.
        left: Set once the client has.
    """

    def __init__(self, client: socket.socket) -> None:
        self.sent = 0
        self.failed = False
        self.left = threading.Event()
        self._client = client

    def send(self, data: bytes) -> None:
        self._client.sendall(data)
        self.sent += len(data)

    def wait(self, seconds: float) -> None:
        """Let time pass; raises OSError once there is nobody to wait with."""
        if self.left.wait(min(seconds, MAX_WAIT)):
            raise OSError("the client has left")

    def hang_up(self) -> None:
        self.failed = True
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """RST instead of FIN, once the thread that reads has been woken and closes."""
        self.failed = True
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RD)


Toxic = Callable[[Line, bytes], None]
"""What becomes of a piece of an answer."""


def healthy(line: Line, piece: bytes) -> None:
    """Passes it on."""
    line.send(piece)


def down(line: Line, piece: bytes) -> None:
    """Takes nobody's connection; the toxic of a proxy that is told so is never called."""
    line.reset()


def latency(seconds: float) -> Toxic:
    """Passes each piece on only after so many *seconds*."""

    def toxic(line: Line, piece: bytes) -> None:
        line.wait(seconds)
        line.send(piece)

    return toxic


def slicing(size: int, every: float) -> Toxic:
    """Passes *size* bytes on *every* so many seconds: a narrow band, or a drip."""

    def toxic(line: Line, piece: bytes) -> None:
        for position in range(0, len(piece), size):
            line.send(piece[position : position + size])
            line.wait(every)

    return toxic


def silence(line: Line, piece: bytes) -> None:
    """Swallows the answer and holds the line."""
    line.wait(MAX_WAIT)


def slow_close(seconds: float) -> Toxic:
    """Passes the answer on, then holds the line and closes it."""

    def toxic(line: Line, piece: bytes) -> None:
        line.send(piece)
        line.wait(seconds)
        line.hang_up()

    return toxic


def reset(line: Line, piece: bytes) -> None:
    """Answers with RST."""
    line.reset()


def data_limit(most: int) -> Toxic:
    """Hangs up after *most* bytes."""

    def toxic(line: Line, piece: bytes) -> None:
        line.send(piece[: max(0, most - line.sent)])
        if line.sent >= most:
            line.hang_up()

    return toxic


def instead(said: bytes) -> Toxic:
    """Says *said*, whatever the answer was, and hangs up."""

    def toxic(line: Line, piece: bytes) -> None:
        line.send(said)
        line.hang_up()

    return toxic


class TcpProxy:
    """
    Forwards to a loopback port; *toxic* decides what becomes of answers.

    Attributes:
        toxic: May be changed at any time; open connections follow.
        accepted: Connections so far.
        most_open: The most that were open at once.
        calls: POST requests that passed, by path.
    """

    def __init__(self, to_port: int, toxic: Toxic = healthy) -> None:
        self.toxic = toxic
        self.accepted = 0
        self.most_open = 0
        self.calls: Counter[bytes] = Counter()
        self._to_port = to_port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=MAX_CONNECTIONS)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def requests(self) -> int:
        """POST requests that passed."""
        return self.calls.total()

    @property
    def open(self) -> int:
        """Connections right now."""
        return len(self._open)

    def count_anew(self) -> None:
        """Begin at nothing, but for what is open."""
        with self._lock:
            self.accepted = 0
            self.most_open = len(self._open)
            self.calls.clear()

    @property
    def url(self) -> ServiceUrl:
        return service_url(f"http://127.0.0.1:{self._socket.getsockname()[1]}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            sockets = [self._socket, *self._open]
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                self.accepted += 1
                if self.toxic is down or len(self._open) >= MAX_CONNECTIONS:
                    with client:
                        Line(client).reset()
                else:
                    threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, self._counted(client):
            upstream = socket.create_connection(("127.0.0.1", self._to_port), timeout=MAX_WAIT)
            with upstream:
                for each in (client, upstream):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line = Line(client)
                back = threading.Thread(target=self._answer, args=(line, upstream), daemon=True)
                back.start()
                self._forward(client, upstream)
                line.left.set()
                with suppress(OSError):
                    upstream.shutdown(socket.SHUT_RDWR)
                back.join(timeout=MAX_WAIT)

    @contextmanager
    def _counted(self, client: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(client)
            self.most_open = max(self.most_open, len(self._open))
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(client)

    def _forward(self, client: socket.socket, upstream: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(_CHUNK):
                with self._lock:
                    self.calls.update(_POST.findall(piece))
                upstream.sendall(piece)

    def _answer(self, line: Line, upstream: socket.socket) -> None:
        with suppress(OSError):
            while not line.failed and (piece := upstream.recv(_CHUNK)):
                self.toxic(line, piece)
        if not line.failed:
            line.hang_up()
