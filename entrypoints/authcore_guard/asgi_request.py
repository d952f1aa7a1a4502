"""Read the request that an ASGI scope describes."""

from collections.abc import Mapping
from typing import Any, Final

from authcore.adapters.correlation import REQUEST_ID
from authcore.adapters.http_headers import PURPOSES
from authcore_guard.guarded_request import GuardedRequest


_Scope = Mapping[str, Any]

_PURPOSES: Final = tuple(name.encode() for name in PURPOSES)
_REQUEST_ID: Final = REQUEST_ID.lower().encode()
_READ: Final = (
    *(b"cookie", b"accept", b"accept-language", b"sec-fetch-mode", b"origin"),
    *(_REQUEST_ID, *_PURPOSES),
)
_PREFLIGHT: Final = (b"access-control-request-method", b"access-control-request-headers")


def read_request(scope: _Scope) -> GuardedRequest:
    """Read the request that *scope* describes.  See: ASGI 3.0."""
    method: str = scope.get("method", "GET")
    raw_path: bytes | None = scope.get("raw_path")
    found = _find_headers(scope, _READ)
    asked = _find_headers(scope, _PREFLIGHT) if method == "OPTIONS" else {}
    return GuardedRequest(
        method=method,
        path=scope["path"],
        raw_path=None if raw_path is None else raw_path.decode("latin-1"),
        query=scope.get("query_string", b"").decode("latin-1"),
        cookies="; ".join(found[b"cookie"]),
        accept=", ".join(found[b"accept"]),
        fetch_mode=", ".join(found[b"sec-fetch-mode"]),
        root_path=scope.get("root_path", ""),
        origin=", ".join(found[b"origin"]),
        accept_language=", ".join(found[b"accept-language"]),
        preflight_method=", ".join(asked.get(_PREFLIGHT[0], ())),
        preflight_headers=", ".join(asked.get(_PREFLIGHT[1], ())),
        purpose=", ".join(value for name in _PURPOSES for value in found[name]),
        request_id=", ".join(found[_REQUEST_ID]),
    )


def _find_headers(scope: _Scope, names: tuple[bytes, ...]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {name: [] for name in names}
    for name, value in scope["headers"]:
        if name in found:
            found[name].append(value.decode("latin-1"))
    return found
