"""The very page and joined ``Cookie`` headers, as each server gives them to a guard."""

import re
from typing import Final
from urllib.parse import unquote

import pytest

from doors.door_world import APP_URL
from doors.very_pages import PAGES, WITHOUT_RAW_PATH
from servers.answers import GUARDED, Serving
from servers.raw_request import ask


ASGI_SERVERS: Final = ("h11", "httptools", "hypercorn", "daphne", "granian")
WSGI_SERVERS: Final = ("gunicorn", "waitress", "werkzeug", "wsgiref")
PAGE: Final = (b"accept", b"text/html")
FOREIGN: Final = (b"cookie", b"theme=dark")

_BACK: Final = re.compile(rb"(?i)\r\nlocation: [^\r]*\?redirect=([^\r]*)")
_IN_A_BROWSER: Final = {
    target: page
    for target, page in PAGES
    if target.isascii() and "\\" not in target and target != "///" and len(target) < 4_000
}
"""Some servers refuse the others themselves, or take them for the front page."""

_ONE_SLASH: Final = {"//evil.example/a": "/evil.example/a"}
_LOST: Final = {"werkzeug": _ONE_SLASH, "wsgiref": _ONE_SLASH | WITHOUT_RAW_PATH}
"""Python's ``http.server`` drops leading slashes, and wsgiref gives no raw path."""


def page_after_sign_in(serving: Serving, server: str, target: str) -> str:
    answer = ask(serving, server, "bare", target.encode("latin-1"), PAGE)
    found = _BACK.search(answer)
    assert found, answer[:200]
    return unquote(found[1].decode()).removeprefix(APP_URL)


@pytest.mark.parametrize("server", [*ASGI_SERVERS, *WSGI_SERVERS])
def test_the_sign_in_returns_to_the_very_page(serving: Serving, server: str) -> None:
    # RD-06
    found = {target: page_after_sign_in(serving, server, target) for target in _IN_A_BROWSER}

    assert found == _IN_A_BROWSER | _LOST.get(server, {})


@pytest.mark.parametrize("server", [*ASGI_SERVERS, *WSGI_SERVERS])
def test_a_session_in_several_cookie_headers_is_read(serving: Serving, server: str) -> None:
    # CK-08
    cookies = [(b"cookie", each.encode()) for each in serving.cookies.split("; ")]
    whole = (b"cookie", serving.cookies.encode())
    assert len(cookies) == 3
    for headers in (
        [FOREIGN, whole],
        [whole, FOREIGN],
        [*cookies, FOREIGN],
        [FOREIGN, whole, FOREIGN],
    ):
        assert GUARDED.encode() in ask(serving, server, "bare", b"/private", *headers)


@pytest.mark.parametrize("server", [*ASGI_SERVERS, *WSGI_SERVERS])
def test_a_cookies_value_is_no_session(serving: Serving, server: str) -> None:
    # CK-07
    smuggled = f"theme=dark,{serving.cookies.replace('; ', ',')}".encode()
    assert GUARDED.encode() not in ask(serving, server, "bare", b"/private", (b"cookie", smuggled))
