"""Requests that scripts of other origins make: preflights, and who may read a refusal (CORS)."""

import re
from collections.abc import Iterable
from typing import Final

import attrs

from authcore_guard.guarded_request import GuardedRequest


PREFLIGHT_SECONDS: Final = 600
"""How long browsers may remember the answer to a preflight."""

MAX_REQUESTED_HEADERS: Final = 1_024
"""Characters of ``Access-Control-Request-Headers``."""

_METHOD: Final = re.compile(r"[A-Z]{1,32}")
_NAMES: Final = re.compile(r"[A-Za-z0-9_, -]*")

Headers = tuple[tuple[str, str], ...]


@attrs.frozen
class CrossOrigin:
    """
    Answer preflights of configured origins, in place of the application.

    A preflight carries no cookies, so that a guard refuses it, and the request after it never
    comes.  Passing it on would open every view that answers OPTIONS, so the guard answers it: the
    application is not called.  The request itself needs a session as any other.

    Attributes:
        origins: Whose scripts may make any request with the browser's cookies, and read the
            guard's refusals.  None by default: then OPTIONS is a request as any other.

    See: Fetch §3.3.
    """

    origins: frozenset[str] = attrs.field(converter=frozenset)

    def preflight(self, request: GuardedRequest) -> tuple[int, Headers, bytes] | None:
        """Answer *request* (status, headers, body); None unless it is such a preflight."""
        if request.method != "OPTIONS" or request.origin not in self.origins:
            return None
        if not _METHOD.fullmatch(request.preflight_method):
            return None
        if not _are_names(request.preflight_headers):
            return None
        allowed = [
            ("access-control-allow-methods", request.preflight_method),
            ("access-control-max-age", str(PREFLIGHT_SECONDS)),
            ("vary", "Access-Control-Request-Method, Access-Control-Request-Headers"),
        ]
        if request.preflight_headers:
            allowed.append(("access-control-allow-headers", request.preflight_headers))
        return 204, combine_vary((*self.headers(request), *allowed)), b""

    def headers(self, request: GuardedRequest) -> Headers:
        """Headers that let the origin of *request* read a refusal; ``Vary`` alone for others."""
        if not self.origins:
            return ()
        vary = ("vary", "Origin")
        if request.origin not in self.origins:
            return (vary,)
        return (
            vary,
            ("access-control-allow-origin", request.origin),
            ("access-control-allow-credentials", "true"),
        )


def _are_names(text: str) -> bool:
    return len(text) <= MAX_REQUESTED_HEADERS and _NAMES.fullmatch(text) is not None


def keep_cross_origin(own: Headers, sent: Iterable[tuple[str, str]]) -> Headers:
    """Complete *own* by the ``Access-Control-*`` and ``Vary`` headers of *sent*."""
    given = [(name.lower(), value) for name, value in sent]
    access = [pair for pair in given if pair[0].startswith("access-control-")]
    names = {name for name, _ in access}
    vary = [pair for pair in given if pair[0] == "vary"]
    return combine_vary((*(pair for pair in own if pair[0] not in names), *access, *vary))


def combine_vary(headers: Headers) -> Headers:
    """Join the ``Vary`` headers of *headers* into the first; each name once."""
    values = [value.split(",") for name, value in headers if name == "vary"]
    names = dict.fromkeys(each.strip() for value in values for each in value)
    if len(values) < 2:
        return headers
    joined = ("vary", ", ".join(filter(None, names)))
    first = next(place for place, (name, _) in enumerate(headers) if name == "vary")
    others = (pair for pair in headers[first:] if pair[0] != "vary")
    return (*headers[:first], joined, *others)
