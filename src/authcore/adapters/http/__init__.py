"""
HTTP client with limits; the only package that imports httpx.

One total deadline for connect, TLS, headers and body; a byte limit; no redirects, cookies, proxies
from the environment, content encodings or retries.  Each request takes its own connection from a
LIFO, because a shared httpx pool does not scale over threads.

Name resolution is done by the operating system, and the deadline does not interrupt it.
"""

from authcore.adapters.http.http_client import (
    MAX_IDLE_CONNECTIONS,
    FailureReason,
    HttpAnswer,
    HttpClient,
    HttpFailedError,
)
from authcore.adapters.http.json_answers import MAX_CONTAINERS, UnreadableAnswerError, json_object
from authcore.adapters.http.regional_http import RegionalHttpClient


__all__ = [
    "MAX_CONTAINERS",
    "MAX_IDLE_CONNECTIONS",
    "FailureReason",
    "HttpAnswer",
    "HttpClient",
    "HttpFailedError",
    "RegionalHttpClient",
    "UnreadableAnswerError",
    "json_object",
]
