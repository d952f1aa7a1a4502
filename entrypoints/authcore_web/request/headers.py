"""Read request headers; never ``Host``, and none that a proxy adds about the request."""

from starlette.requests import HTTPConnection

from authcore.adapters import http_headers


def cookie_header(request: HTTPConnection) -> str:
    """Join every ``Cookie`` header; empty when there is none.  See: RFC 9113 §8.2.3."""
    return "; ".join(request.headers.getlist("cookie"))


def is_cross_site(request: HTTPConnection) -> bool:
    """
    Whether a page of another site caused the request.

    See: Fetch Metadata Request Headers §2.3.
    """
    return "cross-site" in request.headers.getlist("sec-fetch-site")


def is_script(request: HTTPConnection) -> bool:
    """
    Whether a script of a page asks, by fetch or XMLHttpRequest.

    See: Fetch Metadata Request Headers §2.2.
    """
    return request.headers.getlist("sec-fetch-mode") in (["cors"], ["same-origin"])


def is_speculative(request: HTTPConnection) -> bool:
    """Whether the browser fetches the page before its user asks for it."""
    sent = (value for name in http_headers.PURPOSES for value in request.headers.getlist(name))
    return http_headers.is_speculative(sent)


def is_navigation(request: HTTPConnection) -> bool:
    """Whether the browser navigates to the page.  See: Fetch Metadata Request Headers §2.2."""
    return request.headers.getlist("sec-fetch-mode") == ["navigate"]
