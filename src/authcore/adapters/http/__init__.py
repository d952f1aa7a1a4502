"""
HTTP as this project does it: the one place that imports httpx.

One total deadline for connect, TLS, headers and body together; a byte cap; no redirects, no
cookies, no proxies from the environment, no content encodings, no retries.  Each request takes a
connection of its own from a LIFO, because a shared httpx pool does not scale over threads.

Name resolution is the operating system's and is not bounded by the deadline.
"""

from authcore.adapters.http.client import (
    MAX_IDLE_CONNECTIONS,
    FailureReason,
    HttpAnswer,
    HttpClient,
    HttpFailedError,
)
from authcore.adapters.http.json_answers import MAX_CONTAINERS, UnreadableAnswerError, json_object


__all__ = [
    "MAX_CONTAINERS",
    "MAX_IDLE_CONNECTIONS",
    "FailureReason",
    "HttpAnswer",
    "HttpClient",
    "HttpFailedError",
    "UnreadableAnswerError",
    "json_object",
]
