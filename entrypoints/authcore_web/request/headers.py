"""What this service reads of a request; never its Host, and nothing a proxy says in headers."""

from starlette.requests import HTTPConnection


def cookie_header(request: HTTPConnection) -> str:
    """Every ``Cookie`` header, joined; empty when there is none.  See: RFC 9113 §8.2.3."""
    return "; ".join(request.headers.getlist("cookie"))


def is_cross_site(request: HTTPConnection) -> bool:
    """
    Whether a page of another site made the browser ask.

    See: Fetch Metadata Request Headers §2.3.
    """
    return "cross-site" in request.headers.getlist("sec-fetch-site")


def is_navigation(request: HTTPConnection) -> bool:
    """Whether a person goes to the page.  See: Fetch Metadata Request Headers §2.2."""
    return request.headers.getlist("sec-fetch-mode") == ["navigate"]
