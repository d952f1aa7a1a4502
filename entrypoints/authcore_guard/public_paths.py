"""Which paths need no sign-in, and how a browser finds back to the others."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import is_plain, public_path_problems
from authcore.domain.model.urls import ServiceUrl


MAX_WAY_BACK: Final = 2048
"""Longest URL a browser is sent back to, in characters; the allow-list takes no longer ones."""

_ODD: Final = re.compile(r"[\x00-\x1f\x7f\\\ufffd]|//")
_PATH_SAFE: Final = "/:@!$&'()*+,;="
_QUERY_SAFE: Final = "%/?:@!$&'()*+,;=[]"


class PublicPaths:
    """
    The paths that need no sign-in: exact ones, and prefixes, which end with a slash.

    ``/`` alone is the home page and nothing below it.  A path is public only if it is plain (see
    ``is_plain``): whatever two servers might read differently needs a sign-in.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        """
        Keep *paths*.

        Raises:
            ConfigurationError: Names each one that is not plain.
        """
        given = tuple(paths)
        if problems := public_path_problems(given):
            raise ConfigurationError(problems)
        self._exact = frozenset(given)
        self._prefixes = tuple(path for path in given if path.endswith("/") and path != "/")

    def cover(self, path: str, *, raw_path: str | None) -> bool:
        """
        Whether *path* needs no sign-in.

        Args:
            path: Decoded, as the application routes it.

            raw_path: As it came over the wire; None where the server does not tell.
        """
        if "%" in (raw_path or "") or not is_plain(path):
            return False
        return path in self._exact or path.startswith(self._prefixes)


def way_back(app_url: ServiceUrl, path: str, query: str) -> str:
    """
    The URL at which a browser finds *path* again, built from *app_url* alone, never from a Host.

    Encoded anew from the form that was routed, so that no character of the request is sent that
    the allow-list refuses.  Odd and over-long paths lead to the front page.

    Args:
        app_url: Where the application's root is, as browsers see it.

        path: Decoded, as the application routes it.

        query: Undecoded, without the question mark.
    """
    front = f"{app_url}/"
    if len(path) + len(query) > MAX_WAY_BACK or not path.startswith("/") or _ODD.search(path):
        return front
    found = app_url + quote(path, safe=_PATH_SAFE)
    if query:
        found += "?" + quote(query, safe=_QUERY_SAFE)
    return found if len(found) <= MAX_WAY_BACK else front
