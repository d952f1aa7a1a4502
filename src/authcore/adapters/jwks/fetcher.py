"""Fetches the issuer's key set over HTTP."""

from typing import Final

from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE
from authcore.adapters.jwks.key_set import MAX_KEY_SET_BYTES
from authcore.domain.errors import KeySourceUnavailableError
from authcore.domain.model.urls import ServiceUrl


_HEADERS: Final = {"accept": "application/json", "connection": "close"}
"""Fetches are minutes apart; no connection stays open that long."""


class JwksFetcher:
    """
    Fetches one fixed URL.  Redirects are not followed and content encodings not decoded.

    A callable, as KeyCache needs.
    """

    def __init__(self, url: ServiceUrl) -> None:
        """Fetch *url*, which comes from settings, never from a token."""
        self._url = url
        self._http = HttpClient(within=FETCH_DEADLINE, max_bytes=MAX_KEY_SET_BYTES)

    def __call__(self) -> bytes:
        """
        The body of a 200 answer.

        Raises:
            KeySourceUnavailableError: Any other status, a body of more than MAX_KEY_SET_BYTES or in
                a content encoding, or no complete answer by the deadline.
        """
        try:
            answer = self._http.request("GET", self._url, headers=_HEADERS)
        except HttpFailedError as error:
            raise KeySourceUnavailableError(
                f"no answer from the key source: {error.reason}", detail=error.detail
            ) from None
        finally:
            self._http.close()  # the next fetch is minutes away
        if answer.status != 200:
            raise KeySourceUnavailableError(
                f"the key source answered {answer.status}", detail=f"HTTP {answer.status}"
            )
        return answer.body
