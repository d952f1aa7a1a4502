"""
No bytes on the wire reach a guarded view without a session, whatever server and framework.

See: CVE-2026-48710, CVE-2025-64484, CVE-2026-40575.
"""

from collections.abc import Iterable
from typing import Final

import pytest

from servers import asgi_frameworks, wsgi_frameworks
from servers.answers import GUARDED, PUBLIC, Serving
from servers.path_corpus import BESIDE_A_PREFIX, CORPUS, PLAIN, PREFIXES
from servers.raw_request import ask
from support.gate import sampled


ASGI_SERVERS: Final = ("h11", "httptools", "hypercorn", "daphne", "granian")
WSGI_SERVERS: Final = ("gunicorn", "waitress", "werkzeug", "wsgiref")
WHOLE_SITES: Final = [
    *((server, name) for server in ASGI_SERVERS for name in asgi_frameworks.FRAMEWORKS),
    *((server, name) for server in WSGI_SERVERS for name in wsgi_frameworks.FRAMEWORKS),
]
MOUNTED_SITES: Final = [
    *((server, name) for server in ASGI_SERVERS for name in asgi_frameworks.MOUNTED),
    *((server, name) for server in WSGI_SERVERS for name in wsgi_frameworks.MOUNTED),
]
SITES: Final = WHOLE_SITES + MOUNTED_SITES

_SPOKEN: Final = (b"daphne-root-path", b"script-name", b"script_name", b"x-forwarded-prefix")
"""Headers by which clients could name a prefix."""


def prefix_headers(prefix: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, prefix) for name in _SPOKEN]


def reached(
    serving: Serving, server: str, site: str, targets: Iterable[bytes], prefixes: Iterable[bytes]
) -> list[tuple[bytes, bytes]]:
    """Target and prefix of each request that a guarded view answered."""
    return [
        (target, prefix)
        for prefix in prefixes
        for target in targets
        if GUARDED.encode()
        in ask(serving, server, site, target, *(prefix_headers(prefix) if prefix else ()))
    ]


@pytest.mark.parametrize("place", sampled(WHOLE_SITES, of=16))
def test_a_guarded_view_answers_a_user_and_nobody_else(
    serving: Serving, place: tuple[str, str]
) -> None:
    """VA-04.  With Daphne the client may say that the guarded path is the prefix."""
    cookie = (b"cookie", serving.cookies.encode())
    server, site = place

    assert GUARDED.encode() in ask(serving, server, site, b"/private", cookie)
    assert reached(serving, server, site, [b"/private"], [b"", b"/private", b"/cms"]) == []


@pytest.mark.parametrize("place", sampled(WHOLE_SITES, of=16, seed="public"))
def test_public_views_answer_plain_paths(serving: Serving, place: tuple[str, str]) -> None:
    for target in PLAIN:
        assert PUBLIC.encode() in ask(serving, *place, target)
    for target in (b"/about?q=%2F", b"/static/a/b-c_d~e.js"):
        assert PUBLIC.encode() in ask(serving, *place, target)


@pytest.mark.parametrize(
    ("server", "site"),
    [("h11", "bare"), ("httptools", "starlette"), ("daphne", "quart"), ("granian", "litestar")],
)
def test_a_part_of_the_corpus_reaches_no_guarded_view(
    serving: Serving, server: str, site: str
) -> None:
    """VA-04."""
    assert reached(serving, server, site, CORPUS[::4], [b""]) == []


@pytest.mark.whole
@pytest.mark.parametrize(("server", "site"), SITES)
class TestCorpus:
    """VA-04."""

    def test_no_target_reaches_a_guarded_view(
        self, serving: Serving, server: str, site: str
    ) -> None:
        assert reached(serving, server, site, CORPUS, [b""]) == []

    def test_no_prefix_of_the_clients_reaches_a_guarded_view(
        self, serving: Serving, server: str, site: str
    ) -> None:
        assert reached(serving, server, site, BESIDE_A_PREFIX, PREFIXES) == []
