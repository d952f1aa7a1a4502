"""Tokens put together from any header and payload."""

import base64
import json


def encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def token(header: bytes | dict[str, object], payload: bytes = b"{}") -> bytes:
    octets = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b".".join((encoded(octets), encoded(payload), b"AAAA"))
