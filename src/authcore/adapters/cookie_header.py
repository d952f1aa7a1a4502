"""The ``Cookie`` header, parsed as browsers write it."""

from collections.abc import Iterable
from typing import Final

from authcore.adapters.joined_cookies import separate


MAX_HEADER_LENGTH: Final = 65_536
MAX_PAIRS: Final = 200

Pairs = tuple[tuple[str, str], ...]

_CONTROLS: Final = bytes({*range(32), 127} - {ord("\t")})


def cookie_pairs(header: str) -> Pairs:
    """
    Name and value of each cookie in *header*, in order, duplicates included.

    Values are not unquoted or percent-decoded.  A pair without ``=``, without a name, or with
    anything but printable ASCII is skipped.  A header of more than MAX_HEADER_LENGTH characters or
    MAX_PAIRS pairs reads as empty: a truncated one would not show whether a cookie occurs twice.
    Commas between joined headers are read as ``joined_cookies`` says.

    See: RFC 6265bis §5.8.3.
    """
    if len(header) > MAX_HEADER_LENGTH or header.count(";") >= MAX_PAIRS:
        return ()
    parts = header.split(";")
    if not _printable_ascii(header):
        parts = [part for part in parts if _printable_ascii(part)]
    halves = (part.partition("=") for part in parts)
    stripped = ((name.strip(" \t"), value.strip(" \t")) for name, equals, value in halves if equals)
    pairs = tuple((name, value) for name, value in stripped if name)
    return separate(pairs) if "," in header else pairs


def header_after(header: str, set_cookies: Iterable[str]) -> str:
    """
    The next ``Cookie`` header of a browser that sent *header* and then received *set_cookies*.

    Args:
        header: Every ``Cookie`` header, joined by ``"; "``.

        set_cookies: ``Set-Cookie`` values from a CookieScope.
    """
    taken: dict[str, str] = {}
    for each in set_cookies:
        pair, _, attributes = each.partition(";")
        taken[pair.partition("=")[0]] = "" if attributes.startswith(" Max-Age=0;") else pair
    kept = (f"{name}={value}" for name, value in cookie_pairs(header) if name not in taken)
    return "; ".join(filter(None, (*kept, *taken.values())))


def _printable_ascii(text: str) -> bool:
    """Tabs included.  ``str.isprintable`` takes 20 times as long."""
    if not text.isascii():
        return False
    return len(text.encode("ascii").translate(None, _CONTROLS)) == len(text)
