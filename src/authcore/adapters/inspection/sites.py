"""Web servers, asked over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.domain.errors import ProviderMisconfiguredError, ProviderUnavailableError
from authcore.domain.model.surroundings import SiteAnswer
from authcore.ports.inspection import SiteInspection
from authcore.ports.system import Clock


MAX_BODY: Final = 1_048_576
"""Bytes.  A page of an application may be large; a larger one is not read."""

LOCAL: Final = ".localhost"
LOOPBACK: Final = "127.0.0.1"


class HttpSiteInspection(SiteInspection):
    """
    Sends one request at a time, without cookies of its own.

    A name below ``localhost`` is looked up nowhere, as in browsers: the request goes to 127.0.0.1.

    See: RFC 6761 §6.3.
    """

    def __init__(self, *, clock: Clock, within: timedelta, max_bytes: int = MAX_BODY) -> None:
        """
        Prepare a client.

        Args:
            clock: Tells when a request was sent.

            within: Total time of one request.

            max_bytes: Length of a body; a longer one counts as no answer.
        """
        self._http = HttpClient(within=within, max_bytes=max_bytes)
        self._clock = clock

    def look(self, url: str, headers: Mapping[str, str] | None = None) -> SiteAnswer:
        """See the port."""
        target, host = _resolve(url)
        asked_at = self._clock.now()
        try:
            answer = self._http.request("GET", target, headers={**(headers or {}), **host})
        except HttpFailedError as error:
            kind = ProviderMisconfiguredError if error.is_untrusted else ProviderUnavailableError
            raise kind("the site gave no usable answer", detail=error.detail) from None
        answered_at = self._clock.now()
        found = dict(reversed(answer.headers))
        return SiteAnswer(
            status=answer.status,
            headers=found,
            body=answer.body,
            asked_at=asked_at,
            answered_at=answered_at,
            dated=_date(found.get("date", "")),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _resolve(url: str) -> tuple[str, Mapping[str, str]]:
    """Return where a request for *url* is sent, and its Host header where that differs."""
    scheme, _, rest = url.partition("://")
    end = min(rest.find(mark) % (len(rest) + 1) for mark in "/?")
    authority, path = rest[:end], rest[end:]
    host, colon, port = authority.partition(":")
    if not host.endswith(LOCAL):
        return url, {}
    return f"{scheme}://{LOOPBACK}{colon}{port}{path}", {"host": authority}


def _date(text: str) -> datetime | None:
    """Parse a ``Date`` header.  See: RFC 9110 §6.6.1."""
    try:
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
