"""Calls to the legacy HTTP API: authenticated, with a deadline, sent once."""

import copy
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, Literal, Self

from authcore.adapters.correlation import correlation_headers
from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.domain.errors import (
    LegacyMisconfiguredNotReachedError,
    LegacyNotReachedError,
    LegacyUnavailableError,
)
from authcore.domain.model.urls import ServiceUrl


_JSON: Final = {"content-type": "application/json", "accept": "application/json"}


class LegacyApi:
    """
    Base of the adapters of the legacy HTTP API.  Safe to share between threads.

    A call that is made for a request carries its ``X-Request-Id``.
    """

    __slots__ = ("_api_key", "_base_url", "_http", "_within")

    def __init__(
        self,
        *,
        http: HttpClient,
        base_url: ServiceUrl,
        api_key: str | Callable[[], str],
        within: timedelta | None = None,
    ) -> None:
        """
        Call one legacy system.

        Args:
            http: Its byte limit must hold the longest answer; longer ones count as unusable.

            base_url: The part of the URL before ``/api/``.

            api_key: Sent as ``X-Api-Key``; or what gives the key of now.

            within: Total time of one request, if shorter than that of *http*.
        """
        self._http = http
        self._base_url = base_url
        self._api_key = api_key
        self._within = within

    def with_deadline(self, within: timedelta) -> Self:
        """A copy with the deadline *within*, which shares the connections."""
        bounded_api = copy.copy(self)
        bounded_api._within = within  # noqa: SLF001 - of the same class
        return bounded_api

    def _post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._send("POST", path, body, headers or {}, self._within)

    def _send(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        within: timedelta | None,
    ) -> HttpAnswer:
        if within is not None and within <= timedelta(0):
            raise LegacyNotReachedError(
                "no time is left to call the legacy system", detail="no time left"
            )
        key = self._api_key if isinstance(self._api_key, str) else self._api_key()
        try:
            return self._http.request(
                method,
                f"{self._base_url}{path}",
                headers={**_JSON, **correlation_headers(), "x-api-key": key, **headers},
                content=body,
                within=within,
            )
        except HttpFailedError as failure:
            raise _outage(failure) from None


def _outage(failure: HttpFailedError) -> LegacyUnavailableError:
    message = f"the legacy system did not answer: {failure.reason}"
    if failure.is_untrusted:
        return LegacyMisconfiguredNotReachedError(message, detail=failure.detail)
    if not failure.sent:  # also a connect timeout
        return LegacyNotReachedError(message, detail=failure.detail)
    return LegacyUnavailableError(message, detail=failure.detail)
