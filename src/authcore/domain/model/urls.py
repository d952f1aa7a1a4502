"""URLs from settings, never from a request."""

import re
from typing import Final, NewType


ServiceUrl = NewType("ServiceUrl", str)
"""
https, or http on loopback; no userinfo, query or fragment.

Made by ``service_url``, or of checked settings and fixed text.
"""

MAX_URL_LENGTH: Final = 1024

_SHAPE: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*)"
)
_LOOPBACK: Final = re.compile(r"127(?:\.[0-9]{1,3}){3}|\[::1\]|(?:[a-z0-9-]+\.)*localhost")


def service_url(text: str) -> ServiceUrl:
    """
    *text* as a URL that this process may call, without a trailing slash.

    Raises:
        ValueError: Neither https nor http on loopback, or malformed; the message says which.
    """
    shape = _SHAPE.fullmatch(text) if len(text) <= MAX_URL_LENGTH else None
    if shape is None or int(shape["port"] or 443) not in range(1, 65536):
        raise ValueError("must be an absolute URL: https://host[:port][/path], lower-case host")
    if shape["scheme"] == "http" and not is_loopback(shape["host"]):
        raise ValueError("must be https; plain http is for loopback hosts only")
    return ServiceUrl(text.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether *host*, a lower-case name or an IP address, is a loopback address."""
    return _LOOPBACK.fullmatch(host) is not None


def host_of(url: ServiceUrl) -> str:
    """Host of *url*, as written, without the port."""
    shape = _SHAPE.fullmatch(url)
    if shape is None:
        raise ValueError("not a service URL")
    return shape["host"]


def path_of(url: ServiceUrl) -> str:
    """Path of *url*, as written; empty for a whole host."""
    shape = _SHAPE.fullmatch(url)
    if shape is None:
        raise ValueError("not a service URL")
    return shape["path"]
