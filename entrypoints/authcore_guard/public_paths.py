"""Public paths, and the URL at which a browser returns to a guarded path."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import is_plain, public_path_problems
from authcore.domain.model.urls import ServiceUrl


MAX_RETURN_URL: Final = 2048
"""Longest return URL, in characters; the allow-list accepts no longer ones."""

_UNUSUAL: Final = re.compile(r"[\x00-\x1f\x7f\\\ufffd]|//")
_PATH_SAFE: Final = "/:@!$&'()*+,;="
_QUERY_SAFE: Final = "%/?:@!$&'()*+,;=[]"


class PublicPaths:
    """
    Paths that need no sign-in: exact ones, and prefixes, which end with a slash.

    ``/`` is the home page and nothing below it.  A path is public only if it is plain (see
    ``is_plain``): a path that two servers may read differently needs a sign-in.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        """
        Check *paths*.

        Raises:
            ConfigurationError: Names each one that is not plain.
        """
        given = tuple(paths)
        if problems := public_path_problems(given):
            raise ConfigurationError(problems)
        self._exact = frozenset(given)
        self._prefixes = tuple(path for path in given if path.endswith("/") and path != "/")

    def cover(self, path: str, *, raw_path: str | None) -> bool:
        """Whether *path* needs no sign-in; both arguments are as in GuardedRequest."""
        if "%" in (raw_path or "") or not is_plain(path):
            return False
        return path in self._exact or path.startswith(self._prefixes)


def return_url(app_url: ServiceUrl, path: str, query: str) -> str:
    """
    Build the URL of *path* from *app_url*, never from the ``Host`` header.

    The URL is encoded from the routed path, so that it holds no character that the allow-list
    refuses.  Unusual and over-long paths lead to the front page.

    *app_url* is the application's root, as browsers see it; the others are as in GuardedRequest.
    """
    front = f"{app_url}/"
    if len(path) + len(query) > MAX_RETURN_URL or not path.startswith("/") or _UNUSUAL.search(path):
        return front
    url = app_url + quote(path, safe=_PATH_SAFE)
    if query:
        url += "?" + quote(query, safe=_QUERY_SAFE)
    return url if len(url) <= MAX_RETURN_URL else front
