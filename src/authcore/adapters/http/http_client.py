"""Requests with one complete answer within a deadline and a byte limit."""

import logging
import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import attrs
import httpx

from authcore.adapters.outside_calls import Partner, begin_request
from authcore.domain.model.urls import ServiceUrl


if TYPE_CHECKING:
    from authcore.adapters.http.connection import BoundedConnection, Phase


MAX_IDLE_CONNECTIONS: Final = 256

FailureReason = Literal["connect", "timeout", "protocol", "too_large", "encoded"]

_WORDS: Final[Mapping[FailureReason, str]] = {
    "connect": "failed",
    "protocol": "broken",
    "too_large": "too large",
    "encoded": "encoded",
}


class HttpFailedError(Exception):
    """
    No usable answer.  Adapters turn it into the Unavailable error of their port.

    Attributes:
        reason: What went wrong, without any text from the server.
        sent: Whether the server may have received the request or a part of it.
        detail: The phase, and what went wrong in it: ``connect refused``, ``read timeout``.
        is_untrusted: Whether the server's certificate is not valid, so that nothing was sent.
    """

    def __init__(
        self, reason: FailureReason, *, sent: bool = True, phase: "Phase" = "read"
    ) -> None:
        self.reason = reason
        self.sent = sent
        self.detail: str = _describe(reason, phase)
        self.is_untrusted: bool = phase == "connect certificate"
        super().__init__(f"no usable HTTP answer: {reason}")


def _describe(reason: FailureReason, phase: "Phase") -> str:
    """Name the failure in fixed words; a failed connect is named by its phase alone."""
    if reason == "timeout":
        return f"{'connect' if phase.startswith('connect') else phase} timeout"
    if phase.startswith("connect "):
        return phase
    return f"{phase} {_WORDS[reason]}"


@attrs.frozen
class HttpAnswer:
    """
    A complete HTTP response.

    Attributes:
        status: HTTP status code.
        headers: In order, with repetitions; names in lower case.
        body: Not decoded.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    def header(self, name: str) -> str | None:
        """Value of the first header *name* (in lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def media_type(self) -> str:
        """In lower case, without parameters; empty when there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


def _new_connection() -> "BoundedConnection":
    """A connection; loads the transport with the first request, as httpx does."""
    from authcore.adapters.http.connection import BoundedConnection  # noqa: PLC0415

    return BoundedConnection()


def _new_request(
    method: str, url: str, headers: Mapping[str, str], content: bytes | Iterable[bytes]
) -> httpx.Request:
    """Make a request; httpx cannot decode some hosts of a ServiceUrl, e.g. ``xn--0.example``."""
    try:
        request = httpx.Request(
            method, url, headers={"accept-encoding": "identity", **headers}, content=content
        )
        _ = request.url.host
    except UnicodeError:
        raise HttpFailedError("connect", sent=False, phase="connect dns") from None
    return request


def _above_debug(record: logging.LogRecord) -> bool:
    """Drop DEBUG records, in which httpcore logs response headers, ``Set-Cookie`` included."""
    return record.levelno > logging.DEBUG


class HttpClient:
    """Sends HTTP requests within limits.  Safe to share between threads."""

    def __init__(self, *, within: timedelta, max_bytes: int, partner: Partner = "other") -> None:
        """
        Set the limits of every request.

        Args:
            within: Total time from the call to the last byte.

            max_bytes: Maximum length of a body, in bytes.

            partner: The system that is called, as metrics and traces name it.
        """
        logging.getLogger("httpcore.http11").addFilter(_above_debug)
        self._within = within
        self._max_bytes = max_bytes
        self._partner = partner
        self._idle: list[BoundedConnection] = []
        self._process = os.getpid()

    def request(
        self,
        method: Literal["GET", "POST", "PUT"],
        url: ServiceUrl | str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        within: timedelta | None = None,
    ) -> HttpAnswer:
        """
        Send a request once and read the complete response.

        Args:
            method: GET, POST or PUT.

            url: A ServiceUrl, or one and fixed text; never from input.

            headers: In addition to Host, Content-Length and ``Accept-Encoding: identity``.

            content: The body; by default empty.

            within: Total time, if shorter than that of the client.

        Raises:
            HttpFailedError: No complete response within the limits.
        """
        request = _new_request(method, url, headers or {}, content)
        return self._send(request, self._within if within is None else min(within, self._within))

    def put_chunks(
        self, url: str, *, headers: Mapping[str, str], chunks: Iterable[bytes], length: int
    ) -> HttpAnswer:
        """
        Send a long body by PUT as it is read, and read the complete response.

        Args:
            url: As of ``request``.

            headers: As of ``request``.

            chunks: The body.

            length: Bytes of all chunks.

        Raises:
            HttpFailedError: As of ``request``.
        """
        known = {**headers, "content-length": str(length)}
        return self._send(_new_request("PUT", url, known, chunks), self._within)

    def _send(self, request: httpx.Request, limit: timedelta) -> HttpAnswer:
        target = request.url
        call = begin_request(self._partner, request.method, target.host, target.port)
        try:
            answer = self._exchange(request, limit)
        except HttpFailedError as failure:
            call.end_failed(failure.reason)
            raise
        call.end_answered(answer.status)
        return answer

    def _exchange(self, request: httpx.Request, within: timedelta) -> HttpAnswer:
        connection = self._take()
        connection.exchange.begin(within)
        try:
            answer = self._read(connection, request)
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

    def _take(self) -> "BoundedConnection":
        """
        Give a connection of this process.

        Two processes on one connection would read each other's answers, tokens of other users.
        """
        if self._process != (process := os.getpid()):
            self._process, self._idle = process, []
        try:
            return self._idle.pop()
        except IndexError:
            return _new_connection()

    def _give_back(self, connection: "BoundedConnection") -> None:
        if connection.holds_nothing and len(self._idle) < MAX_IDLE_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()

    def _read(self, connection: "BoundedConnection", request: httpx.Request) -> HttpAnswer:
        try:
            return self._receive(connection, request)
        except httpx.TimeoutException:
            reason: FailureReason = "timeout"
        except httpx.ConnectError:
            reason = "connect"
        except (httpx.HTTPError, httpx.StreamError, OSError):
            reason = "protocol"
        exchange = connection.exchange
        raise HttpFailedError(reason, sent=exchange.has_sent, phase=exchange.phase)

    def _receive(self, connection: "BoundedConnection", request: httpx.Request) -> HttpAnswer:
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
