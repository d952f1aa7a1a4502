"""
Session cookies of ``Cookie`` headers that a server joined by commas.

Gunicorn, Waitress, Werkzeug and wsgiref join repeated headers by a comma, also ``Cookie``, for
which it should be a semicolon.  Browsers send commas inside values, too, so that a comma does not
show where a header began.  Hence:

===============================  ===============================================================
header                           what is read
===============================  ===============================================================
``theirs=1,2``                   as it is: a value may hold a comma
``ours=A,theirs=1``              ``ours=A``: our values hold no comma; the rest is not read
``theirs=1,ours=A; ours_1=B``    ``ours=A`` too, if ``ours_1`` names the same write
``theirs=1,ours=A``              as it is: nothing proves that the browser has a cookie ``ours``
===============================  ===============================================================

Otherwise an attacker that can only choose the value of some cookie could put a session into the
browser of another user, in spite of the prefix ``__Secure-``.  A cookie behind a foreign comma
counts only beside a real cookie of the same write: what names the write is a digest of the whole
session (see ``chunking``), so that only the missing part of the real one fits.

See: RFC 6265 §4.1.1, §5.4; RFC 9113 §8.2.3.
"""

import re
from collections.abc import Iterator
from typing import Final


_Pairs = tuple[tuple[str, str], ...]

_OURS: Final = ("__Secure-authcore_", "__Host-authcore_")
_WRITE: Final = re.compile(r"[A-Za-z0-9_-]{22}(?=\.[0-7]\.[1-8]~)")
"""What names a write, at the start of a chunk."""


def separate(pairs: _Pairs) -> _Pairs:
    """Read *pairs* as if their header had not been joined by commas, where that is sure."""
    own = tuple(_without_rest(*pair) for pair in pairs)
    names = {name for name, _ in own}
    writes = {found[0] for name, value in own if _is_ours(name) and (found := _WRITE.match(value))}
    if not writes:
        return own
    hidden = dict.fromkeys(_behind_commas(pairs))
    completing = [
        (name, value)
        for name, value in hidden
        if name not in names and (found := _WRITE.match(value)) and found[0] in writes
    ]
    return (*own, *completing)


def _is_ours(name: str) -> bool:
    return name.startswith(_OURS)


def _without_rest(name: str, value: str) -> tuple[str, str]:
    return (name, value.partition(",")[0].rstrip(" \t")) if _is_ours(name) else (name, value)


def _behind_commas(pairs: _Pairs) -> Iterator[tuple[str, str]]:
    for _, value in pairs:
        for part in value.split(",")[1:]:
            name, equals, inner = part.strip(" \t").partition("=")
            if equals and _is_ours(name):
                yield name, inner
