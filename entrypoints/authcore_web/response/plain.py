"""Redirects and JSON responses."""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import Response


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def sent_to(url: str, cookies: Iterable[str] = (), *, status: int = 302) -> Response:
    """*status* with *url* to go to, byte for byte, with *cookies* (``Set-Cookie`` values)."""
    return with_cookies(Response(status_code=status, headers={"location": url}), cookies)


def as_json(content: Mapping[str, object], status: int = 200) -> Response:
    """*content* as JSON."""
    return Response(_JSON.encode(content).encode(), status, media_type="application/json")


def with_cookies(response: Response, cookies: Iterable[str]) -> Response:
    """*response* with *cookies* (``Set-Cookie`` values)."""
    for value in cookies:
        response.headers.append("set-cookie", value)
    return response
