"""One request, one complete answer, within bounds."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import attrs
import httpx

from authcore.domain.model.urls import ServiceUrl


if TYPE_CHECKING:
    from authcore.adapters.http.connection import BoundedConnection


MAX_IDLE_CONNECTIONS: Final = 256

FailureReason = Literal["connect", "timeout", "protocol", "too_large", "encoded"]


class HttpFailedError(Exception):
    """
    No usable answer.  Adapters turn it into their port's own Unavailable error.

    Attributes:
        reason: What went wrong, without any text from the other side.
        sent: Whether the other side may have got the request, or a part of it.
    """

    def __init__(self, reason: FailureReason, *, sent: bool = True) -> None:
        self.reason = reason
        self.sent = sent
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


def _new_connection() -> "BoundedConnection":
    """Loads the transport, as httpx itself does, when there is something to send."""
    from authcore.adapters.http.connection import BoundedConnection  # noqa: PLC0415

    return BoundedConnection()


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
        self._idle: list[BoundedConnection] = []

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
        connection.exchange.begin(self._within if within is None else min(within, self._within))
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
        raise HttpFailedError(reason, sent=connection.exchange.has_sent)

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
