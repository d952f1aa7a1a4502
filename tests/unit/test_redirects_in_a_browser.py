"""
Where a browser lands that follows what the allow-list took.

The reader below is a second opinion, written from WHATWG URL §4.4 for special schemes and as
forgiving as browsers are; it shares nothing with the code under test.
"""

import itertools
import re
import unicodedata
from urllib.parse import unquote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.redirects import RedirectAllowlist


ORIGIN = "https://app.example.com"
ALLOWED = RedirectAllowlist([ORIGIN])
WITH_BASE = RedirectAllowlist([], base=ORIGIN)
ELSEWHERE = "https://auth.evil.example/auth/signin"


def landing_origin(reference: str) -> str:
    """The origin of *reference* as a browser on ELSEWHERE resolves it; ELSEWHERE's if relative."""
    text = re.sub(r"[\t\n\r]", "", reference.strip("".join(map(chr, range(0x21)))))
    scheme, colon, rest = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        scheme, rest = "https", text
        if not rest.replace("\\", "/").startswith("//"):
            return ELSEWHERE
    scheme = scheme.lower()
    if scheme not in ("http", "https"):
        return f"{scheme}:"
    authority = re.split(r"[/\\?#]", rest.lstrip("/\\"), maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    host, _, port = host.partition(":")
    host = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".").lower()
    host = re.sub("[\u00ad\u200b\u2060\ufeff]", "", host)
    default = {"http": "80", "https": "443"}[scheme]
    suffix = "" if not port or port.lstrip("0") == default else f":{port}"
    return f"{scheme}://{host}{suffix}"


def taken(allowlist: RedirectAllowlist, candidate: str) -> str | None:
    try:
        return allowlist.resolve(candidate)
    except RedirectRejectedError:
        return None


PIECES = (
    *("https:", "http:", "HTTPS:", "hTTps:", "javascript:", "/", "//", "\\", "\t", "\n", "\r", " "),
    *("@", ":", ":443", ":0443", "app.example.com", "evil.example", ".", "#", "?", "%2f", "%5c"),
    *(
        "%00",
        "%09",
        "\x00",
        "\v",
        "\u3002",
        "\uff0f",
        "\uff20",
        "\u00ad",
        "\u200b",
        "a",
        "xn--",
        "[",
    ),
)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join))
@example("https://app.example.com\\@evil.example")
@example("/\t/evil.example")
def test_assembled_from_the_pieces_of_attacks(candidate: str) -> None:
    # RD-01 RD-02
    for allowlist in (ALLOWED, WITH_BASE):
        target = taken(allowlist, candidate)
        assert target is None or landing_origin(target) == ORIGIN


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_assembled_from_any_text_around_an_allowed_host(
    before: str, within: str, after: str
) -> None:
    # RD-01 RD-08
    for candidate in (
        f"{before}https://app.{within}example.com{after}",
        f"https://{before}app.example.com{after}",
    ):
        target = taken(ALLOWED, candidate)
        assert target is None or landing_origin(target) == ORIGIN


def test_a_good_url_with_any_one_or_two_odd_characters_put_in_anywhere() -> None:
    # RD-01 RD-02
    url = f"{ORIGIN}/a?b#c"
    odd = [
        "\\",
        "/",
        "@",
        ":",
        "#",
        "?",
        "%",
        "\t",
        "\n",
        "\x00",
        " ",
        ".",
        "\u3002",
        "\uff0f",
        "[",
    ]
    for position in range(len(url) + 1):
        for pair in itertools.chain(odd, map("".join, itertools.product(odd, repeat=2))):
            target = taken(ALLOWED, url[:position] + pair + url[position:])
            assert target is None or landing_origin(target) == ORIGIN


def test_the_second_opinion_sees_through_the_known_tricks() -> None:
    """Without this the others could pass because the reader is blind."""
    for trick in (
        "https://app.example.com@evil.example/",
        "https://evil.example\\@app.example.com/",
        "/\\evil.example",
        "/\t/evil.example",
        " https:evil.example",
        "https:///evil.example/",
        "https://evil%2eexample/",
        "https://evil\u3002example/",
    ):
        assert landing_origin(trick) == "https://evil.example"
