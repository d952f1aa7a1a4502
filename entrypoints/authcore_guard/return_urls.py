"""The URL at which a browser returns to the page that it asked for."""

from typing import Final
from urllib.parse import quote

import attrs

from authcore.domain.model.urls import ServiceUrl, path_of
from authcore.domain.services.sign_in.return_targets import shorten
from authcore_guard.guarded_request import GuardedRequest


_PATH_SAFE: Final = "%/:@!$&'()*+,;="
_QUERY_SAFE: Final = "%/?:@!$&'()*+,;=[]"


@attrs.frozen
class ReturnUrl:
    """
    Where a sign-in returns.

    Attributes:
        url: Absolute, visible ASCII, below the application's URL.
        loss: What of the page it leaves out: nothing (empty), ``query`` or ``page``.
    """

    url: str = attrs.field(repr=False)
    loss: str = ""


def return_url(app_url: ServiceUrl, request: GuardedRequest, *, mounted_at: str) -> ReturnUrl:
    """
    Build the URL of the page that *request* asks for, never from the ``Host`` header.

    Path and query stay as the client sent them, but for characters that the allow-list refuses,
    which are percent-encoded.  A link that is too long loses parameters from the end.  Where the
    page is unknown or its path too long, the sign-in returns to the front page.

    Args:
        app_url: The application's root, as browsers see it.

        request: Of a browser.

        mounted_at: The prefix that the application's URL stands for.  Where it is empty, the path
            of *app_url*, if the server says the same.
    """
    front = ReturnUrl(f"{app_url}/", "page")
    prefix = mounted_at or (request.root_path if request.root_path == path_of(app_url) else "")
    sent = request.sent_path
    path = None if sent is None else _below(sent, prefix.encode())
    if path is None:
        return front
    page = app_url + quote(path, safe=_PATH_SAFE)
    if request.query:
        page += "?" + quote(request.query.encode("latin-1", "replace"), safe=_QUERY_SAFE)
    url = shorten(page)
    return front if url is None else ReturnUrl(url, "" if url == page else "query")


def fit(back: ReturnUrl, app_url: ServiceUrl, *, room: int) -> ReturnUrl:
    """
    Return *back*, without its query, or the front page: the first that fits *room* when quoted.

    A ``Location`` holds the URL percent-encoded once more, so that it grows up to threefold.
    """
    path = ReturnUrl(back.url.partition("?")[0], back.loss or "query")
    for candidate in (back, path):
        if len(quote(candidate.url, safe="")) <= room:
            return candidate
    return ReturnUrl(f"{app_url}/", "page")


def _below(path: bytes, prefix: bytes) -> bytes | None:
    """Return *path* without *prefix*, or whole where it is elsewhere; None where it is no path."""
    if (path + b"/").startswith(prefix + b"/"):
        path = path[len(prefix) :] or b"/"
    return path if path.startswith(b"/") else None
