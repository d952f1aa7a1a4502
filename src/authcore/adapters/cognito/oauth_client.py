"""Authenticated requests of one app client to the OAuth endpoints of the pool's domain."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.domain.errors import (
    ProviderMisconfiguredNotReachedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.urls import ServiceUrl


MAX_ANSWER_BYTES: Final = 64 * 1024
"""Byte limit for the HttpClient of an OAuthClient."""


class OAuthClient:
    """
    Posts forms, each once.

    The client secret is sent in the Authorization header only.  Id and secret are not form-encoded
    there (RFC 6749 §2.3.1): Cognito's documents do not either, and Cognito issues letters and
    digits, which that encoding leaves unchanged.
    """

    __slots__ = ("_headers", "_http", "client_id")

    def __init__(self, *, http: HttpClient, client_id: str, client_secret: str) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every call.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client.
        """
        pair = f"{client_id}:{client_secret}".encode()
        self.client_id = client_id
        self._http = http
        self._headers = {
            "accept": "application/json",
            "authorization": f"Basic {base64.b64encode(pair).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }

    def post(
        self, url: ServiceUrl, form: Mapping[str, str], *, within: timedelta | None = None
    ) -> HttpAnswer:
        """
        Post *form* to *url*; *within* is a shorter deadline than that of the HttpClient.

        Raises:
            ProviderNotReachedError: Nothing was sent.

            ProviderUnavailableError: No complete answer within the limits.
        """
        content = urlencode(form).encode()
        try:
            return self._http.request(
                "POST", url, headers=self._headers, content=content, within=within
            )
        except HttpFailedError as failure:
            raise _outage(failure) from None


def _outage(failure: HttpFailedError) -> ProviderUnavailableError:
    message = f"the pool's domain did not answer ({failure.reason})"
    if failure.is_untrusted:
        return ProviderMisconfiguredNotReachedError(message, detail=failure.detail)
    outage = ProviderUnavailableError if failure.sent else ProviderNotReachedError
    return outage(message, detail=failure.detail)
