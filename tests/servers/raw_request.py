"""One request as bytes, and the whole response."""

import socket
from typing import Final

from servers.answers import CHOICE, Serving


DEADLINE: Final = 60
"""Seconds for one response."""

Header = tuple[bytes, bytes]


def ask(serving: Serving, server: str, site: str, target: bytes, *headers: Header) -> bytes:
    """Send a request for *target*; returns the whole response, or none."""
    lines = [
        b"GET " + target + b" HTTP/1.1",
        b"host: cms.example.com",
        b"connection: close",
        b"%s: %s" % (CHOICE.encode(), site.encode()),
        *(name + b": " + value for name, value in headers),
    ]
    address = ("127.0.0.1", serving.ports[server])
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        try:
            connection.sendall(b"\r\n".join((*lines, b"", b"")))
            return b"".join(iter(lambda: connection.recv(65_536), b""))
        except ConnectionError:
            return b""
