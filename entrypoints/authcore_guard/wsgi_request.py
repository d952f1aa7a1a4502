"""Read the request that a WSGI environ describes."""

from typing import Final
from wsgiref.types import WSGIEnvironment

from authcore.adapters.http_headers import PURPOSES
from authcore_guard.guarded_request import GuardedRequest


_PURPOSES: Final = tuple("HTTP_" + name.upper().replace("-", "_") for name in PURPOSES)


def read_request(environ: WSGIEnvironment) -> GuardedRequest:
    """
    Read the request that *environ* describes.

    See: PEP 3333, also for the bytes that its texts hold as Latin-1.
    """
    root_path = _decode(environ.get("SCRIPT_NAME", ""))
    return GuardedRequest(
        method=environ["REQUEST_METHOD"],
        path=root_path + _decode(environ.get("PATH_INFO", "")),
        raw_path=raw_path_in(environ),
        query=environ.get("QUERY_STRING", ""),
        cookies=environ.get("HTTP_COOKIE", ""),
        accept=environ.get("HTTP_ACCEPT", ""),
        fetch_mode=environ.get("HTTP_SEC_FETCH_MODE", ""),
        accept_language=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        root_path=root_path,
        origin=environ.get("HTTP_ORIGIN", ""),
        preflight_method=environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", ""),
        preflight_headers=environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""),
        purpose=", ".join(environ[name] for name in _PURPOSES if name in environ),
        request_id=environ.get("HTTP_X_REQUEST_ID", ""),
    )


def _decode(text: str) -> str:
    """Decode the bytes in *text*; those that are not UTF-8 become surrogates."""
    return text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def raw_path_in(environ: WSGIEnvironment) -> str | None:
    """Read the raw path, which servers give under one of two unofficial names, or not at all."""
    target: str | None = environ.get("REQUEST_URI", environ.get("RAW_URI"))
    return None if target is None else target.partition("?")[0]
