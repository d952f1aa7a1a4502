r"""
Spell and shorten the URL of the page to which a sign-in returns.

========================================  ====================================================
page                                      target
========================================  ====================================================
``/a%2Fb//c?q=1``                         the same, byte for byte
``/a?path=C:\\x``, ``/café``, ``/a"b``     the same page; what no allow-list takes is encoded
longer than MAX_REDIRECT_LENGTH           the same path; parameters are left out from the end
a path longer than MAX_REDIRECT_LENGTH    none
``/a#part``                               browsers send no fragment, so that none can return
========================================  ====================================================

See: RFC 3986 §2.1, §3.5.
"""

import re
from typing import Final
from urllib.parse import quote

from authcore.domain.services.sign_in.redirects import MAX_REDIRECT_LENGTH


MAX_SPELLED: Final = 65_536
"""Characters; more than any server takes in a request line."""

_ORIGIN: Final = re.compile(r"[A-Za-z]+://[^/?#\\\s]+(?=[/?#])")
_REFUSED: Final = re.compile(r"[^!#-;=?-\[\]-~]+")
"""What ``RedirectAllowlist`` refuses behind an origin."""


def spell(url: str) -> str:
    """
    Percent-encode what an allow-list refuses behind the origin of *url*.

    A URL without an origin that ends at ``/``, ``?`` or ``#`` is returned unchanged, and so is one
    of more than MAX_SPELLED characters.
    """
    origin = _ORIGIN.match(url)
    if origin is None or len(url) > MAX_SPELLED:
        return url
    behind = _REFUSED.sub(
        lambda found: quote(found[0], safe="", errors="surrogateescape"), url[origin.end() :]
    )
    return origin[0] + behind


def shorten(url: str) -> str | None:
    """
    Return *url* in at most MAX_REDIRECT_LENGTH characters; None where its path alone is longer.

    First the fragment is left out, then whole parameters from the end.
    """
    if len(url) <= MAX_REDIRECT_LENGTH:
        return url
    page, _, _ = url.partition("#")
    path, question, _ = page.partition("?")
    if len(path) > MAX_REDIRECT_LENGTH:
        return None
    if len(page) <= MAX_REDIRECT_LENGTH:
        return page
    end = page.rfind("&", len(path), MAX_REDIRECT_LENGTH + 1) if question else -1
    return page[:end] if end > 0 else path
