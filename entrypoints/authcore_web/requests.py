"""What this service reads of a request; never its Host, and nothing a proxy says in headers."""

from starlette.requests import HTTPConnection


def cookie_header(request: HTTPConnection) -> str:
    """Every ``Cookie`` header, joined; empty when there is none.  See: RFC 9113 §8.2.3."""
    return "; ".join(request.headers.getlist("cookie"))
