"""A loopback server that says exactly the bytes it was told to, and remembers what it was sent."""

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self

from authcore.domain.model.urls import ServiceUrl, service_url


HANG_UP: Final = b""
SILENCE: Final[tuple[bytes, ...]] = ()

Script = Callable[[bytes], Iterable[bytes]]
"""Takes a whole request, gives the answer in pieces, HANG_UP for the end of the connection."""


def answer(
    status: int = 200,
    body: bytes = b"",
    *,
    media_type: str = "application/json",
    headers: Iterable[str] = (),
) -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [
        f"HTTP/1.1 {status} Scripted",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def drip(whole: bytes, *, every: float) -> Iterator[bytes]:
    """*whole*, byte by byte, one *every* so many seconds."""
    pause = threading.Event()
    for position in range(len(whole)):
        pause.wait(every)
        yield whole[position : position + 1]


class ScriptedServer:
    """
    Serves each connection in a thread of its own, until either side hangs up.

    Attributes:
        script: What is said; may be changed between requests.
        requests: Every whole request, in order.
        connections: How many were made.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self._news = threading.Condition()
        self._ended = 0
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> ServiceUrl:
        return service_url(f"http://127.0.0.1:{self.port}")

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def restart(self, script: Script) -> Self:
        """Answer by *script* from now on, and forget the requests so far."""
        self.requests.clear()
        self.script = script
        return self

    def stop(self) -> None:
        """Hang up on everybody and close the port.  Twice is harmless."""
        for each in (self._socket, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(timeout=5)

    def heard(self, count: int) -> list[bytes]:
        """
        Every whole request, once *count* have come: who gave up waiting may be ahead of this.

        Raises:
            TimeoutError: They never came.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self.requests) >= count, timeout=60):
                raise TimeoutError(f"{len(self.requests)} requests, not {count}")
            return list(self.requests)

    def ended(self, count: int) -> None:
        """
        Come back once *count* connections are over.

        Raises:
            TimeoutError: They never were.
        """
        with self._news:
            if not self._news.wait_for(lambda: self._ended >= count, timeout=60):
                raise TimeoutError(f"{self._ended} connections are over, not {count}")

    def close_port(self) -> None:
        """Take no more connections; those there are go on."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._answer(connection)
        with self._news:
            self._ended += 1
            self._news.notify_all()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while request := _whole_request(connection):
                with self._news:
                    self.requests.append(request)
                    self._news.notify_all()
                for piece in self.script(request):
                    if piece == HANG_UP:
                        return
                    connection.sendall(piece)


@contextmanager
def deaf_server() -> Iterator[str]:
    """The URL of a server that does not even take connections: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        queue = [socket.socket() for _ in range(4)]
        for each in queue:
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for each in queue:
            each.close()


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head, end, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: ([0-9]+)", head, re.IGNORECASE)
        if end and len(body) >= (int(length[1]) if length else 0):
            return received
    return b""
