"""Pages that browsers and programs ask for, and where a sign-in leads back to."""

from typing import Final

from authcore.domain.services.sign_in.redirects import MAX_REDIRECT_LENGTH
from doors.door_world import APP_URL


ROOM: Final = MAX_REDIRECT_LENGTH - len(APP_URL)
LONG: Final = "/search?id=7&q=" + "x" * (ROOM - len("/search?id=7&q="))

PAGES: Final[tuple[tuple[str, str], ...]] = (
    ("/articles/7?draft=1", "/articles/7?draft=1"),
    ("/a%2Fb", "/a%2Fb"),
    ("/a%2fb%252F", "/a%2fb%252F"),
    ("/a//b/", "/a//b/"),
    ("//evil.example/a", "//evil.example/a"),
    ("///", "///"),
    ("/caf%C3%A9/%F0%9F%90%99", "/caf%C3%A9/%F0%9F%90%99"),
    ("/caf%E9", "/caf%E9"),
    ("/a;v=1/b", "/a;v=1/b"),
    ("/a%5Cb", "/a%5Cb"),
    ("/a%00b", "/a%00b"),
    ("/a%0D%0Aset-cookie:x", "/a%0D%0Aset-cookie:x"),
    ("/50%25", "/50%25"),
    ("/a%3Fb%23c", "/a%3Fb%23c"),
    ("/A/../B", "/A/../B"),
    ("/q?a=%2F&b=//c&d=C:\\x&e=%zz", "/q?a=%2F&b=//c&d=C:%5Cx&e=%zz"),
    ("/q?next=https://evil.example/%23", "/q?next=https://evil.example/%23"),
    ("/q?caf\xc3\xa9", "/q?caf%C3%A9"),
    (LONG, LONG),
    (LONG + "x", "/search?id=7"),
    (LONG + "&last=1", LONG),
    (LONG + "&last=1" * 500, LONG),
)
"""Request target, as Latin-1 text, and the path and query that a sign-in returns to."""

SHORTENED: Final = frozenset(target for target, _ in PAGES[-3:])

WITHOUT_RAW_PATH: Final = {
    "/a%2Fb": "/a/b",
    "/a%2fb%252F": "/a/b%252F",
}
"""Where a server gives only the decoded path, an encoded slash is lost (wsgiref)."""
