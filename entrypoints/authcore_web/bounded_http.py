"""
uvicorn's fast HTTP parser with a bound for what it keeps of a request.

httptools keeps a request's head, its trailers and the extensions of its chunks for as long as they
come; uvicorn's own bound is about h11 only.
"""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


MAX_HEAD_BYTES: Final = 64 * 1024
"""
What a client may send beside bodies: head, trailers, and 6 or more bytes for each chunk.  One read
of the connection (256 KiB at most) may exceed it.
"""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection; a request beyond MAX_HEAD_BYTES is answered with 400, and the rest unread."""

    _beside_bodies = 0

    def data_received(self, data: bytes) -> None:
        """See: asyncio.Protocol."""
        self._beside_bodies += len(data)
        super().data_received(data)
        if self._beside_bodies > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_body(self, body: bytes) -> None:
        """See: httptools.HttpRequestParser."""
        self._beside_bodies -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """See: httptools.HttpRequestParser."""
        self._beside_bodies = 0
        super().on_message_complete()
