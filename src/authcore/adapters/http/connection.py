"""A connection with one deadline for connect, TLS, headers and body together."""

import socket
import ssl
import threading
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Final, Literal

import httpcore
import httpx

from authcore.adapters.system import monotonic


KEEP_ALIVE: Final = timedelta(seconds=4)
"""Shorter than the 5 s of common servers: a POST on a connection that they close is lost."""


Phase = Literal[
    "connect dns",
    "connect",
    "connect refused",
    "connect tls",
    "connect certificate",
    "write",
    "read",
]
"""Words of *detail*: what operators look at first differs with each of them."""


class Exchange:
    """
    One request and its response.

    Attributes:
        has_sent: Whether any part of the request may have been sent.
        phase: What the exchange is doing, or failed at.
    """

    def __init__(self) -> None:
        self._over_at = 0.0
        self.has_sent: bool = False
        self.phase: Phase = "write"

    def begin(self, within: timedelta) -> None:
        """Start the deadline."""
        self._over_at = monotonic() + within.total_seconds()
        self.has_sent = False
        self.phase = "write"

    def remaining(self) -> float:
        """Seconds until the deadline; raises httpcore.ReadTimeout when none are left."""
        left = self._over_at - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _BoundedStream(httpcore.NetworkStream):
    """A socket that waits until the deadline of the exchange instead of httpcore's timeouts."""

    def __init__(self, stream: httpcore.NetworkStream, exchange: Exchange) -> None:
        self._stream = stream
        self._exchange = exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._exchange.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._exchange.remaining()
        self._exchange.has_sent = True
        self._exchange.phase = "write"
        self._stream.write(buffer, left)
        self._exchange.phase = "read"

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._exchange.phase = "connect tls"
        try:
            left = self._exchange.remaining()
        except httpcore.ReadTimeout:
            self.close()  # httpcore holds no stream before TLS, so nothing else would close it
            raise
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                self._exchange.phase = "connect certificate"
            raise
        self._exchange.phase = "write"
        return _BoundedStream(secured, self._exchange)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.NetworkBackend):
    """Tries the addresses of a host in turn, each for its share of the remaining time."""

    def __init__(self, exchange: Exchange) -> None:
        self._backend = httpcore.SyncBackend()
        self._exchange = exchange

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._exchange.phase = "connect dns"
        addresses = _addresses(host, port)
        for tried, address in enumerate(addresses):
            self._exchange.phase = "connect"
            share = self._exchange.remaining() / (len(addresses) - tried)
            try:
                stream = self._backend.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                if isinstance(error.__cause__, ConnectionRefusedError):
                    self._exchange.phase = "connect refused"
                continue
            self._exchange.phase = "write"
            return _BoundedStream(stream, self._exchange)
        self._exchange.remaining()
        raise httpcore.ConnectError


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError from None
    return [str(address[0]) for *_, address in found]


_loading: Final = threading.Lock()


def _tls() -> ssl.SSLContext:
    """The TLS context of all connections; the certificates are read once."""
    with _loading:
        return _read_tls()


@cache
def _read_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class BoundedConnection(httpx.HTTPTransport):
    """At most one connection, used by one request at a time."""

    def __init__(self) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self.exchange: Exchange = Exchange()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=1,
            keepalive_expiry=KEEP_ALIVE.total_seconds(),
            network_backend=_BoundedBackend(self.exchange),
        )

    @property
    def holds_nothing(self) -> bool:
        """
        Whether all received bytes belonged to the response.

        Bytes after a response would be read as the response to the next request, which belongs to
        another user.  Before it reuses a connection, httpcore checks that the socket is open, but
        not its own read buffer.  False where the buffer cannot be inspected.
        """
        try:
            (connection,) = self._pool.connections
            buffered, _ = connection._connection._h11_state.trailing_data  # type: ignore[attr-defined]  # noqa: SLF001
        except (AttributeError, TypeError, ValueError):
            return False
        return bool(buffered == b"")
