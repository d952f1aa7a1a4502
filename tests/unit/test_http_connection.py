"""What becomes of a connection whose deadline passes before TLS begins."""

import ssl
from datetime import timedelta

import httpcore
import pytest

from authcore.adapters.http.connection import Exchange, _BoundedStream


class Stream(httpcore.NetworkStream):
    """A connected stream that counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_connection_that_is_too_late_for_tls_is_closed() -> None:
    # DL-04
    exchange, stream = Exchange(), Stream()
    exchange.begin(timedelta(0))

    with pytest.raises(httpcore.ReadTimeout):
        _BoundedStream(stream, exchange).start_tls(ssl.create_default_context())

    assert stream.closed == 1
