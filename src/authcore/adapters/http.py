"""
HTTP as this project does it: the one place that imports httpx.

One total deadline for connect, TLS, headers and body together; a byte cap; no redirects, no
cookies, no proxies from the environment, no content encodings, no retries.  Each request takes a
connection of its own from a LIFO, because a shared httpx pool does not scale over threads.

Name resolution is the operating system's and is not bounded by the deadline.
"""

import logging
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Final, Literal

import attrs
import httpcore
import httpx

from authcore.adapters.system import monotonic
from authcore.domain.model.urls import ServiceUrl


MAX_IDLE_CONNECTIONS: Final = 256
KEEP_ALIVE: Final = timedelta(seconds=4)
"""Shorter than the 5 s after which common servers hang up: a POST that meets that is lost."""

FailureReason = Literal["connect", "timeout", "protocol", "too_large", "encoded"]


class HttpFailedError(Exception):
    """
    No usable answer.  Adapters turn it into their port's own Unavailable error.

    Attributes:
        reason: What went wrong, without any text from the other side.
    """

    def __init__(self, reason: FailureReason) -> None:
        self.reason = reason
        super().__init__(f"no usable HTTP answer: {reason}")


@attrs.frozen
class HttpAnswer:
    """
    What came back, complete and within the cap.

    Attributes:
        status: As sent.
        headers: Names in lower case, in order, repeated ones repeated.
        body: Undecoded.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    def header(self, name: str) -> str | None:
        """The first header *name* (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def media_type(self) -> str:
        """Lower case, without parameters; empty when there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


class _Deadline:
    """The moment by which one request must be over."""

    def __init__(self) -> None:
        self._at = 0.0

    def start(self, within: timedelta) -> None:
        self._at = monotonic() + within.total_seconds()

    def remaining(self) -> float:
        left = self._at - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _BoundedStream(httpcore.NetworkStream):
    """A socket whose every wait ends at the deadline, whatever the caller's timeout says."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.remaining()
        return _BoundedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.NetworkBackend):
    """Gives each address of a host its share of the time that is left, one after the other."""

    def __init__(self, deadline: _Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _addresses(host, port)
        for tried, address in enumerate(addresses):
            share = self._deadline.remaining() / (len(addresses) - tried)
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                stream = self._backend.connect_tcp(
                    address, port, share, local_address, socket_options
                )
                return _BoundedStream(stream, self._deadline)
        self._deadline.remaining()
        raise httpcore.ConnectError


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError from None
    return [str(address[0]) for *_, address in found]


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _Connection(httpx.HTTPTransport):
    """At most one connection, used by one request at a time."""

    def __init__(self) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self.deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=1,
            keepalive_expiry=KEEP_ALIVE.total_seconds(),
            network_backend=_BoundedBackend(self.deadline),
        )


def _above_debug(record: logging.LogRecord) -> bool:
    """At DEBUG httpcore prints answers' headers, ``Set-Cookie`` included."""
    return record.levelno > logging.DEBUG


class HttpClient:
    """Speaks HTTP within bounds.  Safe to share between threads."""

    def __init__(self, *, within: timedelta, max_bytes: int) -> None:
        """
        Bound every request.

        Args:
            within: Total time from the call to the last byte.

            max_bytes: The largest body that is read.
        """
        logging.getLogger("httpcore.http11").addFilter(_above_debug)
        self._within = within
        self._max_bytes = max_bytes
        self._idle: list[_Connection] = []

    def request(
        self,
        method: Literal["GET", "POST"],
        url: ServiceUrl | str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        within: timedelta | None = None,
    ) -> HttpAnswer:
        """
        Send once, read all.

        Args:
            method: GET or POST.

            url: Made of a ServiceUrl and fixed text, never of input.

            headers: Beside Host, Content-Length and ``Accept-Encoding: identity``.

            content: The body.

            within: Total time, where it is shorter than the client's.

        Raises:
            HttpFailedError: No complete answer within the bounds.
        """
        request = httpx.Request(
            method,
            url,
            headers={"accept-encoding": "identity", **(headers or {})},
            content=content,
        )
        connection = self._take()
        connection.deadline.start(self._within if within is None else min(within, self._within))
        try:
            answer = self._translated(lambda: self._read(connection, request))
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return answer

    def close(self) -> None:
        """Close idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> _Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return _Connection()

    def _give_back(self, connection: _Connection) -> None:
        if len(self._idle) < MAX_IDLE_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()

    def _read(self, connection: _Connection, request: httpx.Request) -> HttpAnswer:
        response = connection.handle_request(request)
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise HttpFailedError("encoded")
            body = self._body(response)
        finally:
            response.close()
        headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        return HttpAnswer(response.status_code, headers, body)

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._max_bytes:
                raise HttpFailedError("too_large")
        return bytes(body)

    @staticmethod
    def _translated(send: Callable[[], HttpAnswer]) -> HttpAnswer:
        try:
            return send()
        except (httpx.TimeoutException, httpcore.TimeoutException):
            raise HttpFailedError("timeout") from None
        except (httpx.ConnectError, httpcore.ConnectError):
            raise HttpFailedError("connect") from None
        except (httpx.HTTPError, httpx.StreamError, OSError):
            raise HttpFailedError("protocol") from None
