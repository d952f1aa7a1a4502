"""
The request that a proxy asks about, as far as the proxy describes it to ``/auth/check``.

=======================================  ==============================================
a proxy asks                             the original request
=======================================  ==============================================
``GET /auth/check``                      method: ``X-Forwarded-Method`` or
(Traefik, Caddy, HAProxy)                ``X-Original-Method``; URL: ``X-Forwarded-Proto``,
                                         ``-Host`` and ``-Uri``
``<METHOD> /auth/check/<path>?<query>``  method, path and query of the question itself;
(Envoy)                                  URL: ``X-Forwarded-Proto``, by default https, and
                                         ``Host``
=======================================  ==============================================

None of these headers is trusted: a client can send them through a proxy that does not replace
them.  The URL is a candidate for the redirect allow-list and nothing else.

See: Traefik "ForwardAuth", Caddy "forward_auth", Envoy "External Authorization" (path_prefix).
"""

import re
from typing import Final

from starlette.requests import HTTPConnection


CHECK_PATH: Final = "/auth/check"
ORIGINAL_URL: Final = "x-auth-original-url"
"""Sent by a proxy that makes its own redirect (nginx): the URL to return to."""

_METHOD_HEADERS: Final = ("x-forwarded-method", "x-original-method")
_SCHEME: Final = re.compile("https?")


def original_url(request: HTTPConnection) -> str | None:
    """Return the URL that a proxy with a redirect of its own names; None for several or none."""
    return _only(request, ORIGINAL_URL)


def is_redirected_by_proxy(request: HTTPConnection) -> bool:
    """Whether the proxy redirects browsers itself and expects a status."""
    return ORIGINAL_URL in request.headers


def is_original_navigation(request: HTTPConnection) -> bool:
    """
    Whether the original request is a browser's, for a page: a redirect can be followed there.

    A request of unknown method is none: a redirect would lose the body of a POST.
    """
    return _original_method(request) in ("GET", "HEAD") and _shows_page(request)


def is_original_form(request: HTTPConnection) -> bool:
    """Whether a browser sent the original request as a form, and shows the response as a page."""
    return _original_method(request) == "POST" and _shows_page(request)


def _shows_page(request: HTTPConnection) -> bool:
    accepted = ", ".join(request.headers.getlist("accept")).lower()
    modes = request.headers.getlist("sec-fetch-mode")
    return "text/html" in accepted and modes in ([], ["navigate"])


def described_url(request: HTTPConnection) -> str | None:
    """
    Join the URL of the original request, raw, as the client sent it.

    None where a part is missing or repeated: it is undefined which value applies.
    """
    target = _below_check(request)
    if target is None:
        return _join(
            _only(request, "x-forwarded-proto"),
            _only(request, "x-forwarded-host"),
            _only(request, "x-forwarded-uri"),
        )
    scheme = _only(request, "x-forwarded-proto")
    return _join(scheme or "https", _only(request, "host"), target)


def _join(scheme: str | None, host: str | None, target: str | None) -> str | None:
    if not (scheme and host and target) or not _SCHEME.fullmatch(scheme):
        return None
    return f"{scheme}://{host}{target}" if target.startswith("/") else None


def _original_method(request: HTTPConnection) -> str | None:
    if _below_check(request) is not None:
        method: str = request.scope["method"]
        return method
    named = {value for name in _METHOD_HEADERS for value in request.headers.getlist(name)}
    return named.pop() if len(named) == 1 else None


def _below_check(request: HTTPConnection) -> str | None:
    """Return the raw path and query behind CHECK_PATH; None at CHECK_PATH itself."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    _, _, below = raw.partition(CHECK_PATH.encode())
    if not below:
        return None
    query: bytes = request.scope["query_string"]
    return (below + b"?" + query if query else below).decode("utf-8", "surrogateescape")


def _only(request: HTTPConnection, name: str) -> str | None:
    values = request.headers.getlist(name)
    if len(values) != 1:
        return None
    return values[0].encode("latin-1").decode("utf-8", "surrogateescape")
