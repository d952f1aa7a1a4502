"""The ways in which the legacy system misbehaves in F5."""

import gzip
from collections.abc import Mapping
from typing import Final

from faults import tcp_proxy
from faults.tcp_proxy import Toxic, instead, latency, slicing, slow_close
from support.scripted_server import answer


YES: Final = answer(200, b'{"status": "authenticated", "user": {}}')


def toxics(elsewhere: str) -> Mapping[str, Toxic]:
    """Every way to misbehave; the redirect leads *elsewhere*."""
    location = f"Location: {elsewhere}/api/login"
    return {
        "latency 0.2 s": latency(0.2),
        "latency 8 s": latency(8),
        "bandwidth": slicing(50, 0.05),
        "slow close": slow_close(2),
        "timeout": tcp_proxy.silence,
        "reset": tcp_proxy.reset,
        "slicing": slicing(1, 0.0005),
        "data limit": tcp_proxy.data_limit(60),
        "down": tcp_proxy.down,
        "html": instead(answer(200, b"<!doctype html><p>Signed in", media_type="text/html")),
        "truncated": instead(YES[:-9]),
        "wrong length": instead(YES.replace(b"Content-Length: 39", b"Content-Length: 400")),
        "gzip bomb": instead(
            answer(200, gzip.compress(b" " * 5_000_000), headers=["Content-Encoding: gzip"])
        ),
        "redirect": instead(answer(307, headers=[location])),
        "one byte a second": slicing(1, 1.0),
    }
