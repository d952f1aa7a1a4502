"""Redirects and JSON responses."""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import Response


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def redirect_to(url: str, cookies: Iterable[str] = (), *, status: int = 302) -> Response:
    """Redirect to *url*, byte for byte, with *cookies* (``Set-Cookie`` values)."""
    return with_cookies(Response(status_code=status, headers={"location": url}), cookies)


def as_json(content: Mapping[str, object], status: int = 200) -> Response:
    """Encode *content* as a JSON response."""
    return Response(_JSON.encode(content).encode(), status, media_type="application/json")


def with_cookies(response: Response, cookies: Iterable[str]) -> Response:
    """Add *cookies* (``Set-Cookie`` values) to *response* and return it."""
    for value in cookies:
        response.headers.append("set-cookie", value)
    return response
