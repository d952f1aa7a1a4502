"""One request, as far as a guard reads it."""

from urllib.parse import unquote_to_bytes

import attrs

from authcore.adapters.http_headers import is_speculative


@attrs.frozen
class GuardedRequest:
    """
    One request, as far as a guard reads it.

    Attributes:
        method: Upper case, as sent.
        path: Decoded, with the prefix that the server calls *root_path*.  Bytes that are not UTF-8
            are surrogates where the server gives the bytes (WSGI).
        raw_path: As the client sent it, without the query; None where the server does not give it.
        query: Undecoded bytes as Latin-1 text, without the question mark.
        cookies: Every ``Cookie`` header, joined by ``"; "``.
        accept: The ``Accept`` header.
        fetch_mode: The ``Sec-Fetch-Mode`` header; empty when there is none.
        root_path: The prefix that the server, or a mount in the application, says it cut off or
            will cut off: ``root_path`` (ASGI), ``SCRIPT_NAME`` (WSGI).  Some servers take it from
            a request header.  Default: none.
        origin: The ``Origin`` header; empty when there is none.
        accept_language: The ``Accept-Language`` header; empty when there is none.
        preflight_method: ``Access-Control-Request-Method`` of an OPTIONS request; else empty.
        preflight_headers: ``Access-Control-Request-Headers`` of an OPTIONS request; else empty.
        purpose: ``Sec-Purpose`` and its older names; empty when there is none.
        request_id: The ``X-Request-Id`` header, unchecked; empty when there is none.
    """

    method: str
    path: str
    raw_path: str | None
    query: str = attrs.field(repr=False)
    cookies: str = attrs.field(repr=False)
    accept: str
    fetch_mode: str
    root_path: str = ""
    origin: str = ""
    accept_language: str = attrs.field(default="", repr=False)
    preflight_method: str = ""
    preflight_headers: str = ""
    purpose: str = ""
    request_id: str = attrs.field(default="", repr=False)

    @property
    def is_navigation(self) -> bool:
        """
        Whether a browser shows the response as a page, and loses nothing by a redirect.

        False for what it prefetches: no user has asked for that page, and a sign-in that begins for
        it takes the place of one that a user is at.
        """
        return (
            self.method in ("GET", "HEAD")
            and self._shows_page
            and not is_speculative([self.purpose])
        )

    @property
    def is_form(self) -> bool:
        """Whether a browser sent a form, and shows the response as a page."""
        return self.method == "POST" and self._shows_page

    @property
    def _shows_page(self) -> bool:
        return "text/html" in self.accept.lower() and self.fetch_mode in ("", "navigate")

    def path_below(self, mounted_at: str) -> str | None:
        """
        The path that the application routes; None where that is unsure.

        *mounted_at* comes from settings, *root_path* from the server, and with some servers from
        the client.  Only where both are the same does every framework cut off the same prefix.
        Frameworks differ in what an empty path is, which is left of the prefix alone and of a
        target such as ``?q``.
        """
        if self.root_path != mounted_at or not self.path.startswith(f"{mounted_at}/"):
            return None
        return self.path[len(mounted_at) :]

    @property
    def sent_path(self) -> bytes | None:
        """
        The path as the client sent it, percent-encoded or not; None where it is unknown.

        The raw path counts only if it names the path that the server gives: behind a rewrite it
        may be that of another application.
        """
        raw = None if self.raw_path is None else self.raw_path.encode("latin-1", "replace")
        if raw is not None and raw.startswith(b"/") and self._is_named_by(raw):
            return raw
        if "\ufffd" in self.path:
            return None
        return self.path.replace("%", "%25").encode("utf-8", "surrogateescape")

    def _is_named_by(self, raw: bytes) -> bool:
        below = self.path.removeprefix(self.root_path)
        named = _normalize(unquote_to_bytes(raw))
        return any(
            named == _normalize(each.encode("utf-8", "surrogateescape"))
            for each in (self.path, below)
        )


def _normalize(path: bytes) -> str:
    """
    Remove the differences between servers.

    Waitress and Werkzeug drop leading slashes; servers replace bytes that are not UTF-8, and Django
    percent-encodes them again.
    """
    return unquote_to_bytes(path).decode("utf-8", "replace").lstrip("/")
